package shparse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// streamEdit is sed. With -i it changes the files in a way that is not known;
// programs of s, d, p and q on known text are computed.
func streamEdit(c *call, p *parsedFlags) outcome {
	files := p.args
	program, known := "", true
	for _, e := range p.flags {
		if e.Name == "expression" {
			text, ok := e.Value.Known()
			program, known = program+text+"\n", known && ok
		}
	}
	if !p.has("expression", "file") && len(files) > 0 {
		program, known = files[0].Known()
		files = files[1:]
	}
	if p.has("in-place") {
		return c.each(files, Change)
	}
	commands, ok := sedProgram(program, p.has("regexp-extended"))
	if !known || !ok || !p.onlyHas("expression", "quiet", "regexp-extended") {
		return c.opaqueFilter(files)
	}
	if id, alone := c.loneID(); alone && len(files) == 0 && strings.Contains(program, "sha256") {
		return c.prints(id.line())
	}
	run := func(_ *parsedFlags, text string) (string, bool) {
		s := &sedRun{program: commands, quiet: p.has("quiet"), limit: maxContent}
		out, ok := s.run(text)
		return out, ok && isASCII(text)
	}
	return filter(run)(c, &parsedFlags{args: files})
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
	if l := c.psList(); l != nil && len(files) == 0 {
		if text, ok := c.psField(l, field); ok {
			return c.prints(text)
		}
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

// grep is grep: a pattern is looked for in known text, otherwise its answer is
// unknown.
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
	if l := c.psList(); l != nil && pattern != nil && len(files) == 0 && p.onlyHas("regexp", "fixed-strings") {
		word, _ := pattern.Known()
		if rows, ok := c.grepPS(l, word); ok {
			out.status, out.stdout, out.tar = succeeds, &rows, nil
		}
		return out
	}
	text, ok := c.input(files)
	if !ok || len(text.Holes()) > 0 || pattern == nil || len(files) > 1 {
		return out
	}
	g, ok := newGrepper(c.name(), p, *pattern)
	body, _ := text.Known()
	if !ok || !isASCII(body) {
		return out
	}
	lines := g.lines(body)
	out.status = succeeds
	if len(lines) == 0 {
		out.status = fails
	}
	out.tar = nil
	out.stdout = known(nil)
	switch {
	case p.has("quiet"):
	case p.has("count"):
		out.stdout = known(Lit(strconv.Itoa(len(lines)) + "\n"))
	default:
		out.stdout = known(Lit(strings.Join(lines, "")))
	}
	return out
}

// A grepper looks for a pattern in lines.
type grepper struct {
	re     *regexp.Regexp
	invert bool
	only   bool // -o
	most   int  // -m
}

// newGrepper reads the flags of the command called name. It fails for those that
// are not modelled.
func newGrepper(name string, p *parsedFlags, pattern Arg) (*grepper, bool) {
	known := p.onlyHas("quiet", "regexp", "fixed-strings", "extended-regexp", "basic-regexp", "invert-match", "only-matching",
		"count", "line-regexp", "no-messages", "no-filename", "max-count")
	expr, ok := pattern.Known()
	if !known || !ok || strings.Contains(expr, "\n") || strings.Count(expr, "") > maxFormat {
		return nil, false
	}
	if p.has("fixed-strings") || name == "fgrep" {
		expr = regexp.QuoteMeta(expr)
	}
	re, ok := posixRegexp(expr, p.has("extended-regexp", "fixed-strings") || name != "grep")
	if ok && p.has("line-regexp") {
		re, ok = wholeLine(re)
	}
	most, sign, sure := p.number("max-count", -1)
	g := &grepper{re: re, invert: p.has("invert-match"), only: p.has("only-matching"), most: most}
	return g, ok && sure && sign == 0 && !(g.invert && g.only)
}

func wholeLine(re *regexp.Regexp) (*regexp.Regexp, bool) {
	whole, err := regexp.CompilePOSIX("^(" + re.String() + ")$")
	return whole, err == nil
}

// lines returns the lines that are found, or with -o what is found in them.
func (g *grepper) lines(text string) []string {
	var found []string
	n := 0
	for _, line := range splitLines(ended(text)) {
		body := strings.TrimSuffix(line, "\n")
		if n == g.most || g.re.MatchString(body) == g.invert {
			continue
		}
		n++
		if !g.only {
			found = append(found, line)
			continue
		}
		for _, m := range g.re.FindAllString(body, -1) {
			if m != "" {
				found = append(found, m+"\n")
			}
		}
	}
	return found
}

// xargs is xargs, of which only docker behind it is looked into: what standard
// input holds is further arguments. Alone it prints the words.
func xargs(c *call, p *parsedFlags) outcome {
	if text, ok := c.known(c.stdin); ok && len(p.args) == 0 && len(p.flags) == 0 && !strings.ContainsAny(text, `"'\`) {
		return c.prints(Lit(strings.Join(strings.Fields(text), " ") + "\n"))
	}
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
