package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// jenkins reads the sh steps of a Jenkinsfile: its strings, and nothing else of the
// language.
func (r *reader) jenkins() {
	j := r.job("Jenkinsfile", &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1})
	g := &groovy{reader: r, src: string(r.src)}
	for g.at < len(g.src) {
		switch {
		case g.comment():
		case g.isStep():
			g.step(j)
		case strings.IndexByte(`'"`, g.src[g.at]) >= 0:
			g.literal()
		default:
			g.at++
		}
	}
}

// groovy scans a Jenkinsfile.
type groovy struct {
	*reader
	src string
	at  int
}

// comment skips a comment.
func (g *groovy) comment() bool {
	end := ""
	switch {
	case strings.HasPrefix(g.src[g.at:], "//"):
		end = "\n"
	case strings.HasPrefix(g.src[g.at:], "/*"):
		end = "*/"
	default:
		return false
	}
	n := strings.Index(g.src[g.at:], end)
	if n < 0 {
		g.at = len(g.src)
		return true
	}
	g.at += n + len(end)
	return true
}

// isStep reports whether the word sh stands here.
func (g *groovy) isStep() bool {
	if !strings.HasPrefix(g.src[g.at:], "sh") || g.at > 0 && (nameByte(g.src[g.at-1]) || g.src[g.at-1] == '.') {
		return false
	}
	return g.at+2 < len(g.src) && !nameByte(g.src[g.at+2])
}

func nameByte(b byte) bool {
	return b == '_' || b == '$' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// step reads sh 'text', sh("text") and sh(script: 'text').
func (g *groovy) step(j *Job) {
	start := g.at
	g.at += 2
	rest := strings.TrimLeft(g.src[g.at:], " \t\r\n(")
	if i := strings.Index(rest, "script:"); i >= 0 && strings.Trim(rest[:i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:, '\"\t\r\n") == "" {
		rest = strings.TrimLeft(rest[i+len("script:"):], " \t\r\n")
	}
	if rest == "" || strings.IndexByte(`'"`, rest[0]) < 0 {
		return
	}
	g.at = len(g.src) - len(rest)
	pieces, ok := g.literal()
	if !ok {
		j.notRead(g.span(start, g.at), "the text of the step is not followed")
		return
	}
	if len(pieces) > 0 {
		g.items++
		j.shell(Shell{Path: "/bin/sh", Options: "-e", Env: g.variables(), Items: []*Item{{Pieces: pieces}}})
	}
}

// literal reads a string of Groovy.
func (g *groovy) literal() ([]Piece, bool) {
	quote := g.src[g.at : g.at+1]
	if strings.HasPrefix(g.src[g.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	g.at += len(quote)
	var pieces []Piece
	add := func(t Text, end int, verbatim bool) {
		if n := len(pieces); verbatim && n > 0 && pieces[n-1].Verbatim && t[0].Lit != "\n" && !strings.HasSuffix(pieces[n-1].Text[0].Lit, "\n") {
			pieces[n-1].Text[0].Lit += t[0].Lit
			pieces[n-1].Range.End = g.pos(end)
		} else {
			pieces = append(pieces, Piece{Text: t, Range: g.span(g.at, end), Verbatim: verbatim})
		}
		g.at = end
	}
	for g.at < len(g.src) {
		rest := g.src[g.at:]
		switch {
		case strings.HasPrefix(rest, quote):
			g.at += len(quote)
			return pieces, true
		case rest[0] == '\n' && len(quote) == 1:
			return nil, false
		case rest[0] == '\\' && len(rest) > 1:
			add(Lit(unescaped(rest[1])), g.at+2, false)
		case rest[0] == '$' && quote[0] == '"':
			name, size := interpolated(rest)
			if size == 0 {
				return nil, false
			}
			add(groovyValue(name), g.at+size, false)
		default:
			add(Lit(rest[:1]), g.at+1, true)
		}
	}
	return nil, false
}

// unescaped is what a backslash and a byte stand for.
func unescaped(b byte) string {
	switch b {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '\n':
		return ""
	}
	return string(b)
}

// interpolated reads ${expression} or $name.
func interpolated(text string) (name string, size int) {
	if strings.HasPrefix(text, "${") {
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return "", 0
		}
		return text[2:end], end + 1
	}
	n := 1
	for n < len(text) && nameByte(text[n]) && text[n] != '$' {
		n++
	}
	return text[1:n], n
}

// groovyValue is what an expression stands for: a variable of the environment, or
// what Jenkins computes.
func groovyValue(name string) Text {
	name = strings.TrimSpace(name)
	name = strings.TrimPrefix(strings.TrimPrefix(name, "env."), "params.")
	switch {
	case name == "":
		return Lit("$")
	case name == "WORKSPACE":
		return Text{{Hole: &Hole{Kind: Root, Name: name}}}
	case nameLen(name) == len(name):
		return outside(name)
	}
	return Text{{Hole: &Hole{Kind: Expression, Name: name}}}
}
