package plan

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A kind says whether an artifact is a file or a directory.
type kind uint8

const (
	unknownKind kind = iota
	fileKind
	dirKind
)

// kindOf weighs the evidence on what an artifact is. Only evidence that leaves
// no real doubt counts.
func (p *planner) kindOf(a artifact) kind {
	switch {
	case a.file.Contents, len(a.inner) > 0, p.usedAsDirectory(a), builtAsDirectory(a):
		return dirKind
	case executable(a.file.Modes), fileExtension(a.path), builtAsFile(a), a.file.Stream:
		return fileKind
	}
	return unknownKind
}

// usedAsDirectory reports whether some copy takes a path below the artifact.
func (p *planner) usedAsDirectory(a artifact) bool {
	for _, n := range p.nodes {
		for _, in := range n.takes {
			for _, it := range in.items {
				if hasWildcards(it.word.Expanded) || !it.word.Known {
					continue
				}
				host := path.Join(n.dir, contextPath(it.word.Expanded))
				if host != a.host && below(a.host, host) || host == a.host && strings.HasSuffix(it.word.Expanded, "/") {
					return true
				}
			}
		}
	}
	return false
}

// executable reports whether the script made the artifact executable on the
// host, which nobody does to a directory without -R.
func executable(modes []string) bool {
	return slices.ContainsFunc(modes, func(m string) bool { return m == "+x" || m == "a+x" || m == "u+x" || m == "ugo+x" })
}

// fileExtensions are endings that only files carry in practice.
var fileExtensions = []string{
	".jar", ".war", ".ear", ".so", ".a", ".exe", ".dll", ".deb", ".rpm", ".apk", ".whl", ".gem", ".zip",
	".tar", ".gz", ".tgz", ".bz2", ".xz", ".txt", ".json", ".yml", ".yaml", ".xml", ".conf", ".crt", ".pem",
	".css", ".js", ".html", ".sh", ".py", ".wasm", ".bin", ".iso", ".img", ".md", ".sql",
}

func fileExtension(name string) bool { return slices.Contains(fileExtensions, path.Ext(name)) }

// compilers write their output with the mode 0755.
var compilers = pattern(`(^|[\s;&|(])(go build|go install|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|rustc|ghc|crystal build|nim c)\s`)

// compiled reports whether a compiler wrote the artifact.
func compiled(a artifact) bool { return builtAsFile(a) && runMatches(a.from, compilers.MatchString) }

// builtAsFile reports whether an instruction of the builder writes the artifact
// with the output flag of a compiler, or installs it as a program.
func builtAsFile(a artifact) bool {
	base := path.Base(a.path)
	output := within(base, `(^|\s)(-o|--output|--out|-out)[ =]?["']?([^\s"']*/)?`+regexp.QuoteMeta(base)+`["']?(\s|$|[;&|)])`)
	goInstall := path.Base(path.Dir(a.path)) == "bin"
	return slices.ContainsFunc(stageChain(a.from.part.Stage), func(s *dockerfile.Stage) bool {
		return slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
			text := in.Text
			return in.Keyword == "RUN" && (output(text) || goInstall && strings.Contains(text, "go install"))
		})
	}) || slices.ContainsFunc(a.from.part.Runs, func(r Run) bool { return output(r.Text) })
}

// builtAsDirectory reports whether an instruction of the builder shows that the
// artifact is a directory: it makes it, works in it, or names a path below it.
func builtAsDirectory(a artifact) bool {
	if a.glob || a.path == "/" {
		return a.path == "/"
	}
	inside := within(a.path, `(^|[\s"'=:(\[,>])`+regexp.QuoteMeta(a.path)+`/+[^\s;&|"']`)
	made := within(a.path, `\bmkdir\s[^;&|]*`+regexp.QuoteMeta(a.path)+`(\s|$|[;&|"'])`)
	for _, r := range a.from.part.Runs {
		if inside(r.Text) || made(r.Text) {
			return true
		}
	}
	for _, s := range stageChain(a.from.part.Stage) {
		for _, in := range s.Instructions {
			if in.Keyword == "RUN" && (inside(runText(in)) || made(runText(in))) {
				return true
			}
			if in.Keyword == "WORKDIR" {
				if st := s.At(next(s, in), a.from.part.Args); st.WorkdirKnown && below(a.path, st.Workdir) {
					return true
				}
			}
		}
	}
	return false
}

// within returns what matches an expression that no text without literal fits. It is
// compiled for the first one that has it.
func within(literal, expr string) func(text string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(text string) bool { return strings.Contains(text, literal) && compiled().MatchString(text) }
}

// stageChain lists a stage and the stages of its file that it stands on, the
// farthest first.
func stageChain(s *dockerfile.Stage) []*dockerfile.Stage {
	var chain []*dockerfile.Stage
	for ; s != nil; s = s.BaseStage {
		chain = append(chain, s)
	}
	slices.Reverse(chain)
	return chain
}
