package shparse

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A script is a parsed text: a file, or one that the script itself made up for
// eval, trap, an alias or "sh -c".
type script struct {
	path string
	src  []byte
	file *syntax.File
	// at is the place of a made-up text, which has no lines of its own; the zero
	// Range for a file.
	at finding.Range
	// posix is set for a script that names a POSIX shell in its first line.
	posix bool
}

// span returns the range of n.
func (s *script) span(n syntax.Node) finding.Range { return s.between(n.Pos(), n.End()) }

func (s *script) between(start, end syntax.Pos) finding.Range {
	if s.at.File != "" {
		return s.at
	}
	return finding.Range{File: s.path, Start: position(start), End: position(end)}
}

func position(p syntax.Pos) finding.Pos {
	return finding.At(int(p.Offset()), int(p.Line()), int(p.Col()))
}

// text returns the source of n.
func (s *script) text(n syntax.Node) string { return s.slice(n.Pos(), n.End()) }

func (s *script) slice(from, to syntax.Pos) string {
	start, end := int(from.Offset()), int(to.Offset())
	if start > end || end > len(s.src) {
		return ""
	}
	return string(s.src[start:end])
}

// load reads and parses the script called name, or says why it can't be. from
// is the command that asks for it, the zero Range for the first script.
func (t *tracer) load(name string, from finding.Range) (*script, bool) {
	if sc, ok := t.trace.scripts[name]; ok {
		return sc, true
	}
	src, ok := t.readScript(name, from)
	if !ok {
		return nil, false
	}
	t.trace.Sources[name] = src
	sc, err := t.parse(&script{path: name, src: src})
	if err != nil {
		t.report(*err)
		return nil, false
	}
	t.trace.scripts[name] = sc
	return sc, true
}

// readScript reads the text of a script and checks that it is one.
func (t *tracer) readScript(name string, from finding.Range) ([]byte, bool) {
	place := finding.Range{File: name}
	if from.File != "" {
		place = from
	}
	info, err := fs.Stat(t.conf.FS, name)
	switch {
	case err != nil && from.File != "":
		t.report(finding.New("SF009", place, "the script %q is not in the repository", name))
	case err != nil:
		t.report(finding.New("SF301", place, "cannot read the script %q: %v", name, cause(err)))
	case !info.Mode().IsRegular():
		t.report(finding.New("SF304", place, "expected %q to be a script, found a %s", name, fileKind(info.Mode())))
	case info.Size() > int64(t.conf.Limits.FileSize):
		t.report(finding.New("SF302", place, "%q has %d bytes; at most %d are read", name, info.Size(), t.conf.Limits.FileSize))
	default:
		return t.readText(name)
	}
	return nil, false
}

func (t *tracer) readText(name string) ([]byte, bool) {
	src, err := fs.ReadFile(t.conf.FS, name)
	if err != nil {
		t.report(finding.New("SF301", finding.Range{File: name}, "cannot read the script %q: %v", name, cause(err)))
		return nil, false
	}
	if f, bad := checkText(name, src); bad {
		t.report(f)
		return nil, false
	}
	return src, true
}

// checkText finds what makes a shell trip over a text that looks fine.
func checkText(name string, src []byte) (finding.Finding, bool) {
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		f := finding.New("SF302", placeOf(name, src, 0), "the script begins with a byte-order mark, which a shell takes for part of the first command")
		return f.WithHint("save the file as UTF-8 without a byte-order mark"), true
	}
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return finding.New("SF302", placeOf(name, src, i), "expected text, found a NUL byte"), true
	}
	if i := bytes.Index(src, []byte("\r\n")); i >= 0 {
		f := finding.New("SF302", placeOf(name, src, i), "the line ends in a carriage return, which a shell takes for part of the last word")
		return f.WithHint("convert the line ends to LF, for example with dos2unix"), true
	}
	if i := invalidUTF8(src); i >= 0 {
		return finding.New("SF302", placeOf(name, src, i), "expected UTF-8, found the byte 0x%02x", src[i]), true
	}
	return finding.Finding{}, false
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func placeOf(name string, src []byte, offset int) finding.Range {
	p := placeIn(src, offset)
	return finding.Range{File: name, Start: p, End: p}
}

func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func fileKind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "directory"
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	}
	return "special file"
}

// parse fills in the tree of sc. Bash is tried first also for scripts that say
// "sh": many of them were only ever run where sh is bash.
func (t *tracer) parse(sc *script) (*script, *finding.Finding) {
	shell := interpreter(sc.src)
	if shell != "" && !isShellName(shell) {
		f := finding.New("SF005", finding.Range{File: sc.path, Start: finding.Pos{Line: 1, Column: 1}},
			"expected a shell script, found one for %q", shell)
		return nil, &f
	}
	sc.posix = shell == "sh" || shell == "dash" || shell == "ash"
	file, err := t.bash.Parse(bytes.NewReader(sc.src), sc.path)
	if err != nil && sc.posix {
		posix := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangPOSIX))
		file, err = posix.Parse(bytes.NewReader(sc.src), sc.path)
	}
	if err != nil {
		f := syntaxFinding(sc, err)
		return nil, &f
	}
	sc.file = file
	return sc, nil
}

func syntaxFinding(sc *script, err error) finding.Finding {
	place, message := finding.Range{File: sc.path}, err.Error()
	var pe syntax.ParseError
	var le syntax.LangError
	switch {
	case errors.As(err, &pe):
		place.Start, message = position(pe.Pos), pe.Text
	case errors.As(err, &le):
		place.Start = position(le.Pos)
		message = fmt.Sprintf("%s is not a feature of this shell", le.Feature)
	}
	place.End = place.Start
	if sc.at.File != "" {
		place = sc.at
	}
	return finding.New("SF001", place, "%s", message)
}

// interpreter returns the base name of the program that the first line of a
// script asks for, "" where there is none.
func interpreter(src []byte) string {
	line, _, _ := bytes.Cut(src, []byte("\n"))
	rest, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		return ""
	}
	words := strings.Fields(string(rest))
	for len(words) > 0 {
		name := path.Base(words[0])
		if name != "env" && name != "busybox" && !strings.HasPrefix(name, "-") && !strings.Contains(name, "=") {
			return name
		}
		words = words[1:]
	}
	return ""
}

func isShellName(name string) bool {
	switch name {
	case "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh":
		return true
	}
	return false
}

// snippet parses a text that the script made up at the place at.
func (t *tracer) snippet(text string, at finding.Range) (*script, bool) {
	sc, err := t.parseSnippet(text, at)
	if err != nil {
		t.report(syntaxFinding(sc, err))
		return nil, false
	}
	return sc, true
}

// trySnippet does so, and reports no mistake in the text.
func (t *tracer) trySnippet(text string, at finding.Range) (*script, bool) {
	sc, err := t.parseSnippet(text, at)
	return sc, err == nil
}

func (t *tracer) parseSnippet(text string, at finding.Range) (*script, error) {
	sc := &script{path: at.File, src: []byte(text), at: at}
	file, err := t.bash.Parse(strings.NewReader(text), at.File)
	sc.file = file
	return sc, err
}
