package dockerfile

import (
	"bufio"
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert/finding"
)

// unreadable refuses a source that is not text of a sane size.
func unreadable(path string, src []byte) (finding.Finding, bool) {
	if len(src) > MaxSize {
		return finding.New("SF302", finding.Range{File: path},
			"%q has %d bytes: expected at most %d", path, len(src), MaxSize), true
	}
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return finding.New("SF302", byteRange(path, src, i), "%q is not a text file: found a NUL byte", path), true
	}
	if i := invalidByte(src); i >= 0 {
		return finding.New("SF302", byteRange(path, src, i), "%q is not UTF-8 text: found the byte 0x%02x", path, src[i]), true
	}
	return finding.Finding{}, false
}

// invalidByte is where UTF-8 ends in src, or -1.
func invalidByte(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	at := 0
	for {
		r, width := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && width <= 1 {
			return at
		}
		at += width
	}
}

// byteRange is the place of one byte of a source that has no File yet.
func byteRange(path string, src []byte, i int) finding.Range {
	x := newLineIndex(string(src[:i+1]), 0)
	return finding.Range{File: path, Start: x.pos(i), End: x.pos(i + 1)}
}

// preamble reads what stands in front of the first instruction. It returns false
// where BuildKit's parser can't go on from there.
func (r *reader) preamble() bool {
	if !r.directives() || !r.shortLines() {
		return false
	}
	x := r.file.lines
	for line := r.free; line <= len(x.starts); line++ {
		text := r.src[x.start(line):x.end(line)]
		if !isBlank(text) && !isComment(text) {
			r.file.Header = r.file.Range(0, x.start(line))
			return true
		}
	}
	r.report(finding.New("SF103", r.line(1), "the Dockerfile has no FROM instruction: found no instruction at all"))
	return false
}

// directives reads the parser directives.
func (r *reader) directives() bool {
	var p parser.DirectiveParser
	for ; r.free <= len(r.file.lines.starts); r.free++ {
		at := r.file.Range(r.file.lines.start(r.free), r.file.lines.end(r.free))
		text := strings.TrimLeftFunc(strings.TrimRight(r.text(at), "\r\n"), unicode.IsSpace)
		d, err := p.ParseLine([]byte(text))
		if err != nil {
			name, _, _ := strings.Cut(strings.TrimLeft(text, "# \t"), "=")
			r.report(finding.New("SF101", r.line(r.free), "the parser directive %q is given twice", strings.ToLower(strings.TrimSpace(name))).
				WithHint("delete one of the two"))
			return false
		}
		if d == nil {
			break
		}
		r.file.Directives = append(r.file.Directives, Directive{Name: d.Name, Value: d.Value, Range: at})
		if !r.direct(d) {
			return false
		}
	}
	r.file.Syntax = r.syntax()
	return true
}

// direct obeys a directive.
func (r *reader) direct(d *parser.Directive) bool {
	if d.Name != "escape" {
		return true
	}
	if d.Value != `\` && d.Value != "`" {
		r.report(finding.New("SF101", r.line(r.free), "the escape directive has %q: expected %q or %q", d.Value, `\`, "`").
			WithHint("name one of the two characters"))
		return false
	}
	r.file.Escape = d.Value[0]
	return true
}

// syntax is the frontend that BuildKit fetches. It also looks for one behind a
// "#!" line, where no other directive counts.
func (r *reader) syntax() string {
	if !strings.HasPrefix(r.src, "#!") && len(r.file.Directives) == 0 {
		return ""
	}
	name, _, _, _ := parser.DetectSyntax(r.file.Source)
	return name
}

// shortLines refuses a line that is too long for BuildKit's parser, which can't
// say where it is.
func (r *reader) shortLines() bool {
	for line := 1; line <= len(r.file.lines.starts); line++ {
		if n := r.file.lines.end(line) - r.file.lines.start(line); n >= bufio.MaxScanTokenSize {
			r.report(finding.New("SF101", r.line(line), "the line has %d bytes: expected less than %d", n, bufio.MaxScanTokenSize).
				WithHint("continue the instruction on several lines"))
			return false
		}
	}
	return true
}

// line is the range of the text in a line, from 1, without white space around it.
func (r *reader) line(n int) finding.Range {
	start, end := r.file.lines.start(n), r.file.lines.end(n)
	text := r.src[start:end]
	end = start + len(strings.TrimRightFunc(text, unicode.IsSpace))
	start += len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	return r.file.Range(min(start, end), end)
}

func (r *reader) report(f finding.Finding) { r.findings = append(r.findings, f) }
