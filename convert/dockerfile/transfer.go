package dockerfile

import (
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Transfer is a COPY or ADD taken apart. The flags with their places are those
// of its Instruction.
type Transfer struct {
	Instruction *Instruction
	Add         bool  // ADD
	State       State // in front of the instruction

	From      string // --from as written; "" for the build context
	FromStage *Stage // the stage that From names by name or number, or nil

	Chown    Expansion // --chown; empty where there is none
	Chmod    Expansion // --chmod; empty where there is none
	Checksum Expansion // --checksum; empty where there is none
	Link     bool
	Parents  bool
	Excludes []string
	Unpack   *bool // ADD --unpack; nil where not given
	Git      *bool // ADD --keep-git-dir; nil where not given

	Sources []Path
	Dest    Path
	Heredoc bool // some source is a here-document
}

// A Path is a source or the destination of a Transfer.
type Path struct {
	Word           // as written
	Expansion      // with variables replaced
	Heredoc   bool // a source that is a here-document: Word is <<NAME
	Remote    bool // a source of ADD that is a URL or a Git repository
}

// An Expansion is a text after its variables are replaced and its quotes taken.
type Expansion struct {
	Expanded string   // the text as written where not Known
	Known    bool     // no value that the text needs is unknown
	Vars     []string // the variables it names, each once, in order
}

// DestRange is the destination's word.
func (t *Transfer) DestRange() finding.Range { return t.Dest.Range }

// Transfer takes a COPY or ADD apart, for a build that is given args. It returns
// false for any other instruction.
func (in *Instruction) Transfer(args Args) (*Transfer, bool) {
	var t *Transfer
	var chown, chmod, checksum string
	switch c := in.Command.(type) {
	case *instructions.CopyCommand:
		t = &Transfer{From: c.From, Link: c.Link, Parents: c.Parents, Excludes: c.ExcludePatterns}
		chown, chmod = c.Chown, c.Chmod
	case *instructions.AddCommand:
		t = &Transfer{Add: true, Link: c.Link, Unpack: c.Unpack, Git: c.KeepGitDir, Excludes: c.ExcludePatterns}
		chown, chmod, checksum = c.Chown, c.Chmod, c.Checksum
	default:
		return nil, false
	}
	t.Instruction = in
	t.State = in.Stage.At(in, args)
	t.Chown, t.Chmod, t.Checksum = t.State.Expand(chown), t.State.Expand(chmod), t.State.Expand(checksum)
	t.FromStage = in.Stage.above(t.From)
	t.paths(in.Operands())
	return t, true
}

// above is the stage in front of s that --from=ref names, by name or number.
func (s *Stage) above(ref string) *Stage {
	if ref == "" {
		return nil
	}
	if n, err := strconv.Atoi(ref); err == nil {
		if n >= 0 && n < s.Index {
			return s.File.Stages[n]
		}
		return nil
	}
	if named := s.File.Stage(ref); named != nil && named.Index < s.Index {
		return named
	}
	return nil
}

// paths makes sources and destination of words.
func (t *Transfer) paths(words []Word) {
	last := len(words) - 1
	t.Sources = make([]Path, last)
	for i, w := range words[:last] {
		p := Path{Word: w}
		if parser.MustParseHeredoc(w.Value) != nil && len(t.Instruction.Heredocs) > 0 {
			p.Heredoc, t.Heredoc = true, true
			p.Expansion = Expansion{Expanded: w.Value, Known: true}
		} else {
			p.Expansion = t.State.Expand(w.Value)
			p.Remote = t.Add && isRemote(p.Expanded)
		}
		t.Sources[i] = p
	}
	t.Dest = Path{Word: words[last], Expansion: t.State.Expand(words[last].Value)}
}

// isRemote reports whether ADD fetches a source from elsewhere.
func isRemote(source string) bool {
	for _, prefix := range [...]string{"http://", "https://", "git://", "ssh://", "git@"} {
		if strings.HasPrefix(source, prefix) {
			return true
		}
	}
	return false
}

// Target returns the destination as a clean absolute path, and false where it or
// the working directory that it stands on is not known. A destination that must be
// a directory, because it ends in a slash or is ".", ends in a slash.
func (t *Transfer) Target() (string, bool) {
	dest := t.Dest.Expanded
	if !t.Dest.Known || isWindows(dest) {
		return "", false
	}
	directory := dest == "" || dest == "." || strings.HasSuffix(dest, "/") || strings.HasSuffix(dest, "/.")
	if !path.IsAbs(dest) {
		if !t.State.WorkdirKnown {
			return "", false
		}
		dest = t.State.Workdir + "/" + dest
	}
	dest = path.Clean(dest)
	if directory && dest != "/" {
		dest += "/"
	}
	return dest, true
}
