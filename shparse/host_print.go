package shparse

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// echo is echo. Shells differ on backslashes and on -e: where these occur
// outside of bash the output is unknown.
func echo(c *call, p *parsedFlags) outcome {
	args := p.args
	escapes, newline := false, true
	for len(args) > 0 && isFlag(args[0].String(), "neE") {
		word := args[0].String()
		newline = newline && !strings.Contains(word, "n")
		escapes = strings.Contains(word, "e") || escapes && !strings.Contains(word, "E")
		args = args[1:]
	}
	text := joinArgs(args, newline)
	if c.posix && (escapes || strings.Contains(text.String(), `\`)) {
		return c.printsUnknown()
	}
	if escapes {
		return c.format(text)
	}
	return c.prints(text.merged())
}

// joinArgs is args with spaces between them, and where newline is set a line end behind.
func joinArgs(args []Arg, newline bool) Value {
	n := 2 * len(args)
	for _, arg := range args {
		n += len(arg.Value)
	}
	text := make(Value, 0, n)
	for i, arg := range args {
		if i > 0 {
			text = append(text, Part{Lit: " "})
		}
		text = append(text, arg.Value...)
	}
	if newline {
		text = append(text, Part{Lit: "\n"})
	}
	return text
}

// format prints text with its escapes expanded.
func (c *call) format(text Value) outcome {
	var out Value
	for _, p := range text {
		if p.Hole != nil {
			out = append(out, p)
			continue
		}
		lit, cut := beforeStop(p.Lit)
		s, _, err := expand.Format(new(expand.Config), strings.ReplaceAll(lit, "%", "%%"), nil)
		if err != nil {
			return c.printsUnknown()
		}
		out = out.Concat(Lit(s))
		if cut {
			break
		}
	}
	return c.prints(out.merged())
}

// beforeStop returns the text in front of the escape \c, behind which echo -e
// prints nothing more.
func beforeStop(text string) (string, bool) {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if text[i+1] == 'c' {
			return text[:i], true
		}
		i++
	}
	return text, false
}

// printf is printf. Unknown text can go through %s alone.
func printf(c *call, p *parsedFlags) outcome {
	args := p.args
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) == 0 {
		return c.host()
	}
	m := masked{}
	format, known := args[0].Known()
	words := make([]string, len(args)-1)
	holes := false
	for i, arg := range args[1:] {
		words[i] = m.mask(arg.Value)
		holes = holes || len(arg.Holes()) > 0
	}
	if !known || !smallFormat(format) || holes && !plainFormat(format) {
		return c.printsUnknown()
	}
	text, ok := repeatFormat(format, words)
	if !ok {
		return c.printsUnknown()
	}
	return c.prints(m.unmask(text))
}

// repeatFormat uses the format as often as there are words for it. It has a Config
// of its own: expand writes to it, and to a shared one where it gets nil.
func repeatFormat(format string, words []string) (string, bool) {
	var text strings.Builder
	for {
		s, n, err := expand.Format(new(expand.Config), format, words)
		if err != nil || text.Len() > maxContent {
			return "", false
		}
		text.WriteString(s)
		words = words[min(n, len(words)):]
		if n == 0 || len(words) == 0 {
			return text.String(), true
		}
	}
}

// maxWidth, in digits, and maxFormat, in bytes, bound what printf yields.
const (
	maxWidth  = 3
	maxFormat = 1 << 14
)

// smallFormat reports whether what format yields is not much more than it and its
// words: the widths and precisions in it are bounded.
func smallFormat(format string) bool {
	if len(format) > maxFormat {
		return false
	}
	_, directives, _ := strings.Cut(format, "%")
	for directive := range strings.SplitSeq(directives, "%") {
		end := strings.IndexFunc(directive, func(r rune) bool { return !strings.ContainsRune("-+ #.*0123456789", r) })
		width := directive[:max(0, end)]
		if strings.Contains(width, "*") || len(strings.TrimLeft(width, "-+ #0.")) > 2*maxWidth+1 {
			return false
		}
		for number := range strings.SplitSeq(strings.TrimLeft(width, "-+ #0"), ".") {
			if len(number) > maxWidth {
				return false
			}
		}
	}
	return true
}

// plainFormat reports whether %s and %% are all that format asks for.
func plainFormat(format string) bool {
	for {
		_, rest, found := strings.Cut(format, "%")
		if !found {
			return true
		}
		if rest == "" || rest[0] != 's' && rest[0] != '%' {
			return false
		}
		format = rest[1:]
	}
}

// masked carries holes through functions on plain text, as text that occurs in
// no script.
type masked struct{ holes []*Hole }

const maskStart, maskEnd = "\x00\x01", "\x02"

func (m *masked) mask(v Value) string {
	var text strings.Builder
	for _, p := range v {
		if p.Hole == nil {
			text.WriteString(p.Lit)
			continue
		}
		text.WriteString(maskStart + strconv.Itoa(len(m.holes)) + maskEnd)
		m.holes = append(m.holes, p.Hole)
	}
	return text.String()
}

func (m *masked) unmask(text string) Value {
	var v Value
	for {
		before, rest, found := strings.Cut(text, maskStart)
		v = v.Concat(Lit(before))
		if !found {
			return v.merged()
		}
		index, after, _ := strings.Cut(rest, maskEnd)
		if i, err := strconv.Atoi(index); err == nil && i < len(m.holes) {
			v = append(v, Part{Hole: m.holes[i]})
		}
		text = after
	}
}

// catFiles is cat.
func catFiles(c *call, p *parsedFlags) outcome {
	if len(p.flags) > 0 {
		return c.printsUnknown(c.reads(p.args)...)
	}
	if len(p.args) == 0 {
		return c.passes()
	}
	var text Value
	status := succeeds
	for _, arg := range p.args {
		if _, kind := c.follow(c.path(arg.Value)); kind == missing && !arg.is("-") {
			status = falters
			if len(p.args) > 1 {
				return c.printsUnknown(c.reads(p.args)...)
			}
		}
		part, ok := c.contents(arg)
		if !ok {
			return c.printsUnknown(c.reads(p.args)...)
		}
		text = text.Concat(part)
	}
	out := c.prints(text.merged(), c.reads(p.args)...)
	out.status = status
	return out
}

// passes is a filter that changes nothing.
func (c *call) passes() outcome {
	out := c.host()
	out.stdout, out.tar = c.stdin, c.tar
	return out
}

// contents is the text of the file that arg names, or a hole for it. It fails
// for standard input that is unknown.
func (c *call) contents(arg Arg) (Value, bool) {
	if arg.is("-") {
		if c.stdin == nil {
			return nil, false
		}
		return *c.stdin, true
	}
	path := c.path(arg.Value)
	if text, ok := c.readAll(path.Key()); ok {
		return text, true
	}
	return Value{{Hole: &Hole{Reason: Contents, Name: path.String(), Source: c.op.Range}}}, true
}

// reads are the effects of reading args.
func (c *call) reads(args []Arg) []Effect {
	var effects []Effect
	for _, arg := range args {
		if !arg.is("-") {
			effects = append(effects, Effect{Verb: ReadFile, Path: c.path(arg.Value)})
		}
	}
	return effects
}

// teeFiles is tee.
func teeFiles(c *call, p *parsedFlags) outcome {
	out := c.passes()
	verb := WriteFile
	if p.has("append") {
		verb = AppendFile
	}
	for _, arg := range p.args {
		out.effects = append(out.effects, Effect{Verb: verb, Path: c.path(arg.Value), Content: c.stdin})
	}
	out.act.(*Host).Effects = out.effects
	return out
}
