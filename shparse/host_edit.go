package shparse

import (
	"slices"
	"strconv"
	"strings"
)

// streamEdit is sed. With -i it changes the files in a way that is not known;
// s/TEXT/TEXT/ on plain text is computed.
func streamEdit(c *call, p *parsedFlags) outcome {
	files := p.args
	var program *Arg
	if !p.has("expression", "file") && len(files) > 0 {
		program, files = &files[0], files[1:]
	}
	if e := p.last("expression"); e != nil {
		program = &e.Value
	}
	if p.has("in-place") {
		return c.each(files, Change)
	}
	sub, ok := substitution(program)
	if !ok || len(p.flags) > 1 || len(p.flags) == 1 && !p.has("expression") {
		return c.opaqueFilter(files)
	}
	if id, alone := c.loneID(); alone && len(files) == 0 && strings.HasPrefix(sub.old, "sha256") {
		return c.prints(id.line())
	}
	return filter(sub.apply)(c, &parsedFlags{args: files})
}

// A replacement is a sed program s/old/new/ without patterns.
type replacement struct {
	old, new string
	all      bool
}

// substitution reads a program s/old/new/ or s/old/new/g.
func substitution(arg *Arg) (replacement, bool) {
	if arg == nil {
		return replacement{}, false
	}
	program, ok := arg.Known()
	if !ok || len(program) < 4 || program[0] != 's' || strings.ContainsAny(program[1:2], "\\\n") {
		return replacement{}, false
	}
	parts := strings.Split(program[2:], program[1:2])
	if len(parts) != 3 || parts[0] == "" || strings.ContainsAny(parts[0], `\.*[]^$+?(){}|`) || strings.ContainsAny(parts[1], `\&`+"\n") {
		return replacement{}, false
	}
	return replacement{parts[0], parts[1], parts[2] == "g"}, parts[2] == "" || parts[2] == "g"
}

func (r replacement) apply(_ *parsedFlags, text string) (string, bool) {
	n := 1
	if r.all {
		n = -1
	}
	var out strings.Builder
	for _, line := range splitLines(text) {
		out.WriteString(strings.Replace(line, r.old, r.new, n))
	}
	return out.String(), true
}

// awk is awk. {print $N} is computed.
func awk(c *call, p *parsedFlags) outcome {
	files := p.args
	if p.has("file") || len(files) == 0 {
		return c.opaqueFilter(files)
	}
	program, _ := files[0].Known()
	files = files[1:]
	field := strings.Trim(program, " {};")
	field, ok := strings.CutPrefix(field, "print")
	if !ok || strings.Contains(program, "}{") || len(p.flags) > 0 {
		return c.opaqueFilter(files)
	}
	field = strings.TrimSpace(field)
	if id, alone := c.loneID(); alone && (field == "$1" || field == "$NF" || field == "$0") && len(files) == 0 {
		return c.prints(id.line())
	}
	n, err := strconv.Atoi(strings.TrimPrefix(field, "$"))
	if err != nil || n < 1 || !strings.HasPrefix(field, "$") {
		return c.opaqueFilter(files)
	}
	return filter(func(_ *parsedFlags, text string) (string, bool) { return printField(text, n), true })(c, &parsedFlags{args: files})
}

// printField is awk '{print $n}'.
func printField(text string, n int) string {
	var out strings.Builder
	for _, line := range splitLines(text) {
		if fields := strings.Fields(line); n <= len(fields) {
			out.WriteString(fields[n-1])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// grep is grep: a plain text in a known one is looked for, otherwise its answer
// is unknown.
func grep(c *call, p *parsedFlags) outcome {
	files := p.args
	var pattern *Arg
	if f := p.last("regexp"); f != nil {
		pattern = &f.Value
	} else if len(files) > 0 && !p.has("file") {
		pattern, files = &files[0], files[1:]
	}
	out := c.opaqueFilter(files)
	out.status = asks
	if p.has("quiet", "silent") {
		out.stdout, out.tar = known(nil), nil
	}
	text, ok := c.input(files)
	if !ok || len(text.Holes()) > 0 || pattern == nil || len(files) > 1 || !p.onlyHas("quiet", "regexp", "fixed-strings", "invert-match") {
		return out
	}
	word, ok := pattern.Known()
	if !ok || word == "" || strings.ContainsAny(word, "\\.*[]^$+?(){}|\n") {
		return out
	}
	return grepKnown(out, p, grepText{word, text})
}

// A grepText is a plain word and the known text to look for it in.
type grepText struct {
	word string
	text Value
}

func grepKnown(out outcome, p *parsedFlags, g grepText) outcome {
	text, _ := g.text.Known()
	lines := slices.DeleteFunc(splitLines(ended(text)), func(line string) bool {
		return strings.Contains(line, g.word) == p.has("invert-match")
	})
	out.status = succeeds
	if len(lines) == 0 {
		out.status = fails
	}
	out.tar = nil
	out.stdout = known(nil)
	if !p.has("quiet") {
		out.stdout = known(Lit(strings.Join(lines, "")))
	}
	return out
}

// xargs is xargs, of which only docker behind it is looked into: what standard
// input holds is further arguments.
func xargs(c *call, p *parsedFlags) outcome {
	if len(p.args) == 0 || p.has("replace") || !p.args[0].is("docker") && !p.args[0].is("podman") {
		return unknown(c)
	}
	sub := *c
	sub.argv = slices.Clip(p.args)
	switch text, ok := c.known(c.stdin); {
	case ok:
		for _, word := range strings.Fields(text) {
			sub.argv = append(sub.argv, literal(word, c.argv[0]))
		}
	case c.stdin != nil && c.stdin.trimTail(1).hole() != nil:
		sub.argv = append(sub.argv, Arg{Value: c.stdin.trimTail(1), Word: c.argv[0].Word, MaySplit: true})
	default:
		sub.argv = append(sub.argv, Arg{Value: c.output("xargs"), Word: c.argv[0].Word, MaySplit: true})
	}
	return runDocker(&sub)
}

// known returns the text of v where it has no holes.
func (c *call) known(v *Value) (string, bool) {
	if v == nil {
		return "", false
	}
	return v.Known()
}
