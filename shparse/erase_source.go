package shparse

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"mvdan.cc/sh/v3/syntax"
)

// A span is a piece of one file, in bytes.
type span struct{ start, end int }

func (s span) contains(o span) bool { return s.start <= o.start && o.end <= s.end }

// A listing is one script with all that erasing needs to know of its text.
type listing struct {
	path  string
	src   []byte
	file  *syntax.File
	stmts []*syntax.Stmt // all of them, by start
	up    map[*syntax.Stmt]*syntax.Stmt
	lines []int // offset of each line's first byte
}

// newListing parses src with its comments, which the evaluator has no use for.
func newListing(path string, src []byte) (*listing, error) {
	file, err := syntax.NewParser(syntax.KeepComments(true)).Parse(bytes.NewReader(src), path)
	if err != nil {
		return nil, err
	}
	return listingOf(path, src, file), nil
}

func listingOf(path string, src []byte, file *syntax.File) *listing {
	l := &listing{path: path, src: src, file: file, up: map[*syntax.Stmt]*syntax.Stmt{}, lines: []int{0}}
	for i, b := range src {
		if b == '\n' && i+1 < len(src) {
			l.lines = append(l.lines, i+1)
		}
	}
	walkStack(file, func(n syntax.Node, stack []syntax.Node) {
		s, ok := n.(*syntax.Stmt)
		if !ok {
			return
		}
		l.stmts = append(l.stmts, s)
		l.up[s] = nearest[*syntax.Stmt](stack)
	})
	slices.SortStableFunc(l.stmts, func(a, b *syntax.Stmt) int { return offset(a.Pos()) - offset(b.Pos()) })
	return l
}

// walkStack calls visit for each node with its ancestors, outermost first.
func walkStack(root syntax.Node, visit func(n syntax.Node, stack []syntax.Node)) {
	var stack []syntax.Node
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return false
		}
		visit(n, stack)
		stack = append(stack, n)
		return true
	})
}

// nearest returns the innermost ancestor of type T, or the zero T.
func nearest[T syntax.Node](stack []syntax.Node) T {
	for i := len(stack) - 1; i >= 0; i-- {
		if n, ok := stack[i].(T); ok {
			return n
		}
	}
	var none T
	return none
}

func offset(p syntax.Pos) int { return int(p.Offset()) }

// at returns the innermost statement that holds the byte at off, or nil.
func (l *listing) at(off int) *syntax.Stmt {
	i := sort.Search(len(l.stmts), func(i int) bool { return offset(l.stmts[i].Pos()) > off })
	if i == 0 {
		return nil
	}
	s := l.stmts[i-1]
	for s != nil && off >= offset(s.End()) {
		s = l.up[s]
	}
	return s
}

// line returns the index of the line that holds the byte at off.
func (l *listing) line(off int) int {
	return sort.SearchInts(l.lines, off+1) - 1
}

// lineEnd returns the offset just past line i, its newline included.
func (l *listing) lineEnd(i int) int {
	if i+1 < len(l.lines) {
		return l.lines[i+1]
	}
	return len(l.src)
}

// text returns line i without its line end.
func (l *listing) text(i int) string {
	return strings.TrimRight(string(l.src[l.lines[i]:l.lineEnd(i)]), "\r\n")
}

func (l *listing) blank(i int) bool { return strings.TrimSpace(l.text(i)) == "" }

// rangeOf turns a span into a place for people.
func (l *listing) rangeOf(s span) finding.Range {
	return finding.Range{File: l.path, Start: l.pos(s.start), End: l.pos(s.end)}
}

func (l *listing) pos(off int) finding.Pos {
	i := l.line(off)
	return finding.At(off, i+1, off-l.lines[i]+1)
}

// command is the text of s on its own lines, with neither separator nor the
// bodies of its here-documents.
func (l *listing) command(s *syntax.Stmt) span {
	return span{offset(s.Pos()), commandEnd(s)}
}

// commandEnd is where s ends as a command: Stmt.End counts here-documents and
// separators, which stand apart from it.
func commandEnd(s *syntax.Stmt) int {
	end := offset(s.Position)
	if s.Negated {
		end++
	}
	switch c := s.Cmd.(type) {
	case nil:
	case *syntax.BinaryCmd:
		end = commandEnd(c.Y)
	case *syntax.FuncDecl:
		end = commandEnd(c.Body)
	case *syntax.CoprocClause:
		end = commandEnd(c.Stmt)
	case *syntax.TimeClause:
		end = offset(c.End())
		if c.Stmt != nil {
			end = commandEnd(c.Stmt)
		}
	default:
		end = offset(c.End())
	}
	for _, r := range s.Redirs {
		end = max(end, offset(r.Word.End()))
	}
	return end
}

// bodies are the lines of the here-documents of s, delimiters included.
func (l *listing) bodies(s *syntax.Stmt) []span {
	own := l.command(s)
	var out []span
	syntax.Walk(s, func(n syntax.Node) bool {
		r, ok := n.(*syntax.Redirect)
		if !ok || (r.Op != syntax.Hdoc && r.Op != syntax.DashHdoc) {
			return true
		}
		if b := l.body(r); b.start >= own.end {
			out = append(out, b)
		}
		return true
	})
	return out
}

func (l *listing) body(r *syntax.Redirect) span {
	if r.Hdoc != nil && len(r.Hdoc.Parts) > 0 {
		return span{l.lines[l.line(offset(r.Hdoc.Pos()))], l.lineEnd(l.line(max(offset(r.Hdoc.Pos()), offset(r.Hdoc.End())-1)))}
	}
	// An empty here-document has no node: its delimiter is the next such line.
	want := staticWord(r.Word)
	for i := l.line(offset(r.Word.End())) + 1; i < len(l.lines); i++ {
		if strings.TrimLeft(l.text(i), "\t") == want {
			return span{l.lines[i], l.lineEnd(i)}
		}
	}
	return span{}
}

// staticWord returns the text of a word without expansions, and "" for one with.
func staticWord(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var text strings.Builder
	for _, p := range w.Parts {
		t, ok := staticPart(p)
		if !ok {
			return ""
		}
		text.WriteString(t)
	}
	return text.String()
}

func staticPart(p syntax.WordPart) (string, bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		return strings.ReplaceAll(p.Value, `\`, ""), true
	case *syntax.SglQuoted:
		return p.Value, true
	case *syntax.DblQuoted:
		var text strings.Builder
		for _, q := range p.Parts {
			t, ok := staticPart(q)
			if !ok {
				return "", false
			}
			text.WriteString(t)
		}
		return text.String(), true
	}
	return "", false
}

// callName returns the literal name of the command that s runs, or "".
func callName(s *syntax.Stmt) string {
	if c, ok := s.Cmd.(*syntax.CallExpr); ok && len(c.Args) > 0 {
		return staticWord(c.Args[0])
	}
	return ""
}
