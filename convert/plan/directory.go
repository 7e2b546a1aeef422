package plan

import (
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// makesDirectory reports whether the instructions in front of the copy are known to make
// an absolute path a directory: a WORKDIR, a COPY into it, or a mkdir.
func (r *rewriter) makesDirectory(name string) bool {
	made := false
	for in := range r.n.before(r.in.transfer.Instruction) {
		switch in.Keyword {
		case "RUN":
			words := commandWords(runText(in), in.Stage.At(in, r.n.part.Args))
			made = !removesPath(words, name) && (made || makesPath(words, name))
		case "COPY", "ADD":
			made = made || r.copiesInto(in, name)
		case "WORKDIR":
			made = made || r.n.worksBelow(in, name)
		}
	}
	return made
}

// worksBelow reports whether a WORKDIR makes the directory: it is that, or one below it.
func (n *node) worksBelow(workdir *dockerfile.Instruction, name string) bool {
	state := workdir.Stage.At(next(workdir.Stage, workdir), n.part.Args)
	return state.WorkdirKnown && below(name, state.Workdir)
}

// maybeMade reports whether an instruction in front of the copy names the path, so that
// it is not the base image alone that says what is there.
func (r *rewriter) maybeMade(name string) bool {
	for in := range r.n.before(r.in.transfer.Instruction) {
		if in.Keyword == "RUN" && strings.Contains(runText(in), name) {
			return true
		}
		if t, ok := in.Transfer(r.n.part.Args); ok {
			if target, known := t.Target(); !known || path.Clean(target) == name {
				return true
			}
		}
	}
	return false
}

// before are the instructions of the script's Dockerfiles in front of one, in its stage and
// in those that it stands on.
func (n *node) before(last *dockerfile.Instruction) iter.Seq[*dockerfile.Instruction] {
	chain := stageChain(last.Stage)
	if base := n.base(last.Stage); base != nil {
		chain = append(base.chain(), chain...)
	}
	return func(yield func(*dockerfile.Instruction) bool) {
		for _, s := range chain {
			for _, in := range s.Instructions {
				if in == last || !yield(in) {
					return
				}
			}
		}
	}
}

// copiesInto reports whether a COPY or ADD makes the directory: its destination lies below
// it, or is that, in the form of a directory or for one of the repository.
func (r *rewriter) copiesInto(in *dockerfile.Instruction, name string) bool {
	t, ok := in.Transfer(r.n.part.Args)
	if !ok {
		return false
	}
	target, known := t.Target()
	if !known {
		return false
	}
	clean := path.Clean(target)
	if clean != name {
		return below(name, clean)
	}
	return target != clean || len(t.Sources) > 1 || t.From == "" && r.isDirectory(t.Sources[0])
}

// isDirectory reports whether a source is a directory of the repository.
func (r *rewriter) isDirectory(src dockerfile.Path) bool {
	if !src.Known || src.Remote || src.Heredoc {
		return false
	}
	info, err := fs.Stat(r.p.in.FS, path.Join(r.n.dir, contextPath(src.Expanded)))
	return err == nil && info.IsDir()
}

// makesPath reports whether a command line makes the directory, or one below it, for
// certain: by a mkdir that no "||" lets fail, and no condition decides on.
func makesPath(words []string, name string) bool {
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(conditions, w) }) {
		return false
	}
	making := false
	for _, word := range words {
		switch {
		case separates(word):
			making = false
		case word == "mkdir":
			making = true
		case making && path.IsAbs(word) && below(name, path.Clean(word)):
			return true
		}
	}
	return false
}

// conditions are words by which a later command may not run.
var conditions = []string{"||", "if", "case", "for", "while", "until"}

// removesPath reports whether a command line may remove the directory, or one above it.
func removesPath(words []string, name string) bool {
	removing := false
	for _, word := range words {
		switch {
		case separates(word):
			removing = false
		case word == "rm" || word == "rmdir" || word == "mv":
			removing = true
		case removing && path.IsAbs(word) && below(path.Clean(word), name):
			return true
		}
	}
	return false
}

// commandWords splits a command line at blanks, with the operators as words of their
// own, and with the values of variables that are known.
func commandWords(text string, state dockerfile.State) []string {
	words := strings.Fields(operators.Replace(text))
	for i, word := range words {
		if e := state.Expand(word); strings.Contains(word, "$") && e.Known {
			words[i] = e.Expanded
		}
	}
	return words
}

// operators puts blanks around the operators of a shell, and takes quotes and the form
// of a JSON array away.
var operators = strings.NewReplacer("&&", " && ", "||", " || ", ";", " ; ", "|", " | ", "(", " ( ", ")", " ) ", "\\\n", " ", "\n", " ; ",
	`"`, "", "'", "", "[", " ", "]", " ", ",", " ")

func separates(word string) bool { return strings.ContainsAny(word, "&|;()") }
