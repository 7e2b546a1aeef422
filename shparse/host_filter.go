package shparse

import (
	"slices"
	"strconv"
	"strings"
)

// A lineFilter computes the output of a filter from its input. It fails where it
// is not sure.
type lineFilter func(p *parsedFlags, text string) (string, bool)

// filter is the model of a command that reads files, or standard input, and
// prints what compute says.
func filter(compute lineFilter) func(*call, *parsedFlags) outcome {
	return func(c *call, p *parsedFlags) outcome {
		text, ok := c.input(p.args)
		if ok {
			ok = len(text.Holes()) == 0
		}
		if ok {
			if known, _ := text.Known(); len(known) <= maxContent {
				if out, sure := compute(p, known); sure {
					return c.prints(Lit(out), c.reads(p.args)...)
				}
			}
		}
		return c.opaqueFilter(p.args)
	}
}

// opaqueFilter is a filter whose output can't be known.
func (c *call) opaqueFilter(files []Arg) outcome {
	out := c.printsUnknown(c.reads(files)...)
	if len(files) == 0 {
		out.tar = c.changed()
	}
	return out
}

// input is what a filter reads: the files, or standard input.
func (c *call) input(files []Arg) (Value, bool) {
	if len(files) == 0 {
		return c.contents(literal("-", c.argv[0]))
	}
	var text Value
	for _, arg := range files {
		part, ok := c.contents(arg)
		if !ok {
			return nil, false
		}
		text = text.Concat(part)
	}
	return text, true
}

// loneID returns the id of a container or image that is all of standard input.
func (c *call) loneID() (Value, bool) {
	if c.stdin == nil || c.stdin.tail() != "\n" {
		return nil, false
	}
	h := c.stdin.trimTail(1).hole()
	ok := h != nil && (h.Reason == ContainerID || h.Reason == ImageID)
	return Value{{Hole: h}}, ok
}

// idFilter is filter for the commands that people put behind "docker build -q"
// and "docker ps -q": an id that is alone on its line stays that id.
func idFilter(compute lineFilter) func(*call, *parsedFlags) outcome {
	plain := filter(compute)
	return func(c *call, p *parsedFlags) outcome {
		if id, ok := c.loneID(); ok && len(p.args) == 0 {
			return c.prints(id.line())
		}
		return plain(c, p)
	}
}

// splitLines returns the lines of text with their ends.
func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return slices.DeleteFunc(strings.SplitAfter(text, "\n"), func(s string) bool { return s == "" })
}

// number reads the value of the flag called name; fallback where it is missing.
func (p *parsedFlags) number(name string, fallback int) (n int, sign byte, ok bool) {
	f := p.last(name)
	if f == nil {
		return fallback, 0, true
	}
	text, known := f.Value.Known()
	if text != "" && (text[0] == '+' || text[0] == '-') {
		sign, text = text[0], text[1:]
	}
	n, err := strconv.Atoi(text)
	return n, sign, known && err == nil && n >= 0
}

// headOrTail is head or tail, which also take the number of lines as -5 or +5.
func headOrTail(compute lineFilter) func(*call, *parsedFlags) outcome {
	model := idFilter(compute)
	spec := flagSpec{names: "lines,n= bytes,c= quiet,silent,q verbose,v follow,f? F", style: gnuStyle}
	return func(c *call, p *parsedFlags) outcome {
		args := slices.Clone(p.args)
		if len(args) > 0 {
			text, _ := args[0].Known()
			if n := strings.TrimPrefix(text, "-"); n != text && strings.Trim(n, "0123456789") == "" && n != "" {
				args[0] = literal("--lines="+n, args[0])
			} else if strings.HasPrefix(text, "+") {
				args[0] = literal("--lines="+text, args[0])
			}
		}
		parsed, err := spec.parse(args)
		if err != nil {
			return unknown(c)
		}
		if text, ok := c.firstLine(&parsed); ok {
			return c.prints(text)
		}
		return model(c, &parsed)
	}
}

// headLines is head.
func headLines(p *parsedFlags, text string) (string, bool) {
	n, sign, ok := p.number("lines", 10)
	if !ok || p.has("bytes") || sign == '+' {
		return "", false
	}
	lines := splitLines(text)
	if sign == '-' {
		n = max(0, len(lines)-n)
	}
	return strings.Join(lines[:min(n, len(lines))], ""), true
}

// tailLines is tail.
func tailLines(p *parsedFlags, text string) (string, bool) {
	n, sign, ok := p.number("lines", 10)
	if !ok || p.has("bytes", "follow") {
		return "", false
	}
	lines := splitLines(text)
	from := len(lines) - n
	if sign == '+' {
		from = n - 1
	}
	return strings.Join(lines[min(max(0, from), len(lines)):], ""), true
}

// countText is wc with one flag, on standard input.
func countText(p *parsedFlags, text string) (string, bool) {
	if len(p.flags) != 1 || len(p.args) > 0 {
		return "", false
	}
	n := 0
	switch p.flags[0].Name {
	case "lines":
		n = strings.Count(text, "\n")
	case "words":
		n = len(strings.Fields(text))
	case "bytes":
		n = len(text)
	default:
		return "", false
	}
	return strconv.Itoa(n) + "\n", true
}

// sortLines is sort in the order of bytes. The order of other characters than
// small letters and digits depends on the locale.
func sortLines(p *parsedFlags, text string) (string, bool) {
	if len(p.flags) > 0 && !p.onlyHas("unique", "reverse") || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789\n") != "" {
		return "", false
	}
	lines := splitLines(ended(text))
	slices.Sort(lines)
	if p.has("unique") {
		lines = slices.Compact(lines)
	}
	if p.has("reverse") {
		slices.Reverse(lines)
	}
	return strings.Join(lines, ""), true
}

// onlyHas reports whether no other flags than names were given.
func (p *parsedFlags) onlyHas(names ...string) bool {
	return !slices.ContainsFunc(p.flags, func(f Flag) bool { return !slices.Contains(names, f.Name) })
}

// ended returns text with a line end behind its last line.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// uniqueLines is uniq.
func uniqueLines(p *parsedFlags, text string) (string, bool) {
	if len(p.flags) > 0 || len(p.args) > 1 {
		return "", false
	}
	return strings.Join(slices.Compact(splitLines(ended(text))), ""), true
}

// cutFields is cut -d X -f N, and cut -f N.
func cutFields(p *parsedFlags, text string) (string, bool) {
	n, sign, ok := p.number("fields", 0)
	if !ok || sign != 0 || n == 0 || p.has("complement", "output-delimiter", "bytes", "characters") {
		return "", false
	}
	sep := "\t"
	if f := p.last("delimiter"); f != nil {
		sep, ok = f.Value.Known()
	}
	if !ok || len(sep) != 1 {
		return "", false
	}
	var out strings.Builder
	for _, line := range splitLines(ended(text)) {
		line = strings.TrimSuffix(line, "\n")
		fields := strings.Split(line, sep)
		switch {
		case len(fields) == 1 && p.has("only-delimited"):
			continue
		case len(fields) == 1:
			out.WriteString(line)
		case n <= len(fields):
			out.WriteString(fields[n-1])
		}
		out.WriteByte('\n')
	}
	return out.String(), true
}

// translate is tr.
func translate(c *call, p *parsedFlags) outcome {
	var sets []string
	for _, arg := range p.args {
		set, ok := arg.Known()
		set, sure := expandSet(set)
		if !ok || !sure {
			return c.opaqueFilter(nil)
		}
		sets = append(sets, set)
	}
	if id, ok := c.loneID(); ok && p.has("delete") && len(sets) == 1 && strings.Trim(sets[0], " \t\r\n\"'") == "" {
		return c.prints(id)
	}
	text, ok := c.input(nil)
	if !ok || len(text.Holes()) > 0 {
		return c.opaqueFilter(nil)
	}
	known, _ := text.Known()
	out, ok := translated(p, known, sets)
	if !ok {
		return c.opaqueFilter(nil)
	}
	return c.prints(Lit(out))
}

// translated computes tr SET1 SET2 and tr -d SET1.
func translated(p *parsedFlags, text string, sets []string) (string, bool) {
	deletes := p.onlyHas("delete") && p.has("delete") && len(sets) == 1
	replaces := len(p.flags) == 0 && len(sets) == 2 && sets[1] != ""
	if !deletes && !replaces || strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
		return "", false
	}
	return strings.Map(func(r rune) rune {
		i := strings.LastIndexByte(sets[0], byte(r))
		switch {
		case i < 0:
			return r
		case deletes:
			return -1
		}
		return rune(sets[1][min(i, len(sets[1])-1)])
	}, text), true
}

// expandSet expands a set of tr: ranges, the usual escapes and classes.
func expandSet(set string) (string, bool) {
	set = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", "[:upper:]", "A-Z", "[:lower:]", "a-z", "[:digit:]", "0-9",
		"[:space:]", " \t\n\v\f\r").Replace(set)
	if strings.ContainsAny(set, `[]\`) || strings.ContainsFunc(set, func(r rune) bool { return r > 127 }) {
		return "", false
	}
	var out strings.Builder
	for i := 0; i < len(set); i++ {
		if i+2 >= len(set) || set[i+1] != '-' {
			out.WriteByte(set[i])
			continue
		}
		if set[i] > set[i+2] {
			return "", false
		}
		for b := int(set[i]); b <= int(set[i+2]); b++ {
			out.WriteByte(byte(b))
		}
		i += 2
	}
	return out.String(), true
}
