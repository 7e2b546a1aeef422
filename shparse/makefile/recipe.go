package makefile

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// automatic is the scope with the automatic variables of a target.
func automatic(up *scope, name, stem string, deps []dep) *scope {
	sc := &scope{up: up}
	var all, once, orderOnly []Text
	seen := map[string]bool{}
	for _, d := range deps {
		if d.orderOnly {
			orderOnly = append(orderOnly, d.text())
			continue
		}
		all = append(all, d.text())
		if !seen[d.name] || d.files != nil {
			once = append(once, d.text())
		}
		seen[d.name] = true
	}
	set := func(name string, words ...Text) {
		sc.set(fixed(name, join(words, " "), "automatic"))
		sc.set(fixed(name+"D", join(mapNames(words, dirWithoutSlash), " "), "automatic"))
		sc.set(fixed(name+"F", join(mapNames(words, filePart), " "), "automatic"))
	}
	set("@", nameText(name))
	set("<", all[:min(1, len(all))]...)
	set("^", once...)
	set("+", all...)
	set("?", once...)
	set("|", orderOnly...)
	set("*", nameText(stem))
	set("%")
	return sc
}

// mapNames applies f to names. What is none stays unknown.
func mapNames(words []Text, f func(string) string) []Text {
	out := make([]Text, len(words))
	for i, w := range words {
		if name, known := w.Name(); known {
			out[i] = nameText(f(name))
		} else {
			out[i] = holed(&Hole{Kind: Computed, Name: w.String()})
		}
	}
	return out
}

func dirWithoutSlash(word string) string {
	d := dirPart(word)
	if d == "/" {
		return d
	}
	return strings.TrimSuffix(d, "/")
}

// recipe adds the commands of a rule's recipe.
func (u *updater) recipe(q *request, rule *Rule) {
	stem := q.stem
	if !rule.isStatic && !rule.pattern {
		stem = suffixStem(q.name)
	}
	e := u.expander(rule.Header)
	e.vars = automatic(q.vars, q.name, stem, q.deps)
	shell := u.shellOf(e)
	env := u.environment(e)
	var commands []Command
	for _, line := range rule.Recipe {
		for _, c := range u.commandsOf(e, line) {
			c.Target, c.Rule, c.Shell, c.Flags, c.Env = q.name, rule, shell.path, shell.flags, env
			c.Ignore = c.Ignore || u.special.allIgnore || u.special.ignore[q.name]
			commands = append(commands, c)
		}
		if u.halted {
			break
		}
	}
	if u.special.oneShell && len(commands) > 1 {
		commands = []Command{oneShell(commands)}
	}
	u.run.Commands = append(u.run.Commands, commands...)
	if len(u.run.Commands) > maxCommands {
		u.fail("SF052", rule.Header, "the goals run more than %d commands", maxCommands)
	}
}

// suffixStem is the stem of a target of an explicit rule: its name without a known
// ending.
func suffixStem(name string) string {
	for _, ending := range []string{".out", ".a", ".o", ".c", ".cc", ".C", ".cpp", ".p", ".f", ".s", ".S", ".sh", ".h", ".y", ".l", ".txt", ".elc", ".el"} {
		if s, ok := strings.CutSuffix(name, ending); ok && ending != ".txt" {
			return s
		}
	}
	return ""
}

type shellName struct{ path, flags string }

func (u *updater) shellOf(e *expander) shellName {
	read := func(name, otherwise string) string {
		v := e.vars.find(name)
		if v == nil {
			return otherwise
		}
		text, known := e.valueOf(v, rope{}).trimmed().Known()
		if !known {
			u.fail("SF050", e.at, "the value of %s is not known", name)
		}
		return text
	}
	s := shellName{read("SHELL", "/bin/sh"), read(".SHELLFLAGS", "-c")}
	if u.special.posix && s.flags == "-c" {
		s.flags = "-ec"
	}
	return s
}

// environment lists what the Makefile exports. A variable that comes from the
// environment has no entry: the command gets it anyway.
func (u *updater) environment(e *expander) []EnvVar {
	var env []EnvVar
	for _, name := range e.vars.names() {
		v := e.vars.find(name)
		_, known := u.conf.Env[name]
		is := v.export == exported || u.exportAll && v.export == exportDefault && plainName(name) || known && v.export != unexported
		if !is || v.origin == "automatic" || v.origin == "default" || v.origin == "undefined" || name == "SHELL" || name == "CURDIR" || name == "PWD" {
			continue
		}
		env = append(env, EnvVar{name, e.variable(name, madeRope("$("+name+")", e.at))})
	}
	return env
}

// plainName reports whether "export" without names takes a variable.
func plainName(name string) bool { return canComeFromOutside(name) && name != "MAKEFILE_LIST" }

// commandsOf expands a recipe line. One line is several commands where its
// expansion has line ends.
func (u *updater) commandsOf(e *expander, line RecipeLine) []Command {
	lineFlags, rest := cutFlags(line.text)
	var out []Command
	for _, pieces := range splitLines(e.pieces(rest)) {
		c := Command{Line: line, Pieces: pieces, Ignore: lineFlags.ignore}
		flags, trimmed := flagsOf(pieces)
		c.Pieces, c.Ignore = trimmed, c.Ignore || flags.ignore
		if !blank(c.Pieces) {
			out = append(out, c)
		}
	}
	return out
}

type recipeFlags struct{ ignore bool }

// cutFlags cuts @, - and + off the front of a recipe line.
func cutFlags(r rope) (recipeFlags, rope) {
	var f recipeFlags
	i := 0
	for i < len(r.text) && strings.IndexByte("@-+ \t", r.text[i]) >= 0 {
		f.ignore = f.ignore || r.text[i] == '-'
		i++
	}
	return f, r.from(i)
}

// flagsOf cuts off those that an expansion gave, as with Q = @. A variable from
// outside that has nothing else as its default is one of them.
func flagsOf(pieces []Piece) (recipeFlags, []Piece) {
	var f recipeFlags
	for len(pieces) > 0 {
		p := pieces[0]
		if len(p.Text) == 0 {
			pieces = pieces[1:]
			continue
		}
		text := p.Text[0].Lit
		if h := p.Text[0].Hole; h != nil {
			word, known := h.Default.Known()
			if !h.HasDefault || !known || strings.Trim(word, "@-+ \t") != "" {
				return f, pieces
			}
			f.ignore = f.ignore || strings.Contains(word, "-")
			pieces = append([]Piece{{Text: p.Text[1:], Range: p.Range, Verbatim: p.Verbatim}}, pieces[1:]...)
			continue
		}
		rest := strings.TrimLeft(text, "@-+ \t\n")
		f.ignore = f.ignore || strings.Contains(text[:len(text)-len(rest)], "-")
		if rest != "" {
			pieces = append([]Piece{p.cut(len(text)-len(rest), -1)}, pieces[1:]...)
			return f, pieces
		}
		pieces = append([]Piece{{Text: p.Text[1:], Range: p.Range, Verbatim: p.Verbatim}}, pieces[1:]...)
	}
	return f, pieces
}

// cut is the piece without its first bytes, up to an index in its first part; -1
// means its end.
func (p Piece) cut(from, to int) Piece {
	first := p.Text[0].Lit
	if to < 0 {
		to = len(first)
	}
	out := Piece{Verbatim: p.Verbatim, Range: p.Range}
	out.Text = Lit(first[from:to])
	if to == len(first) {
		out.Text = out.Text.plus(p.Text[1:])
	}
	if p.Verbatim {
		out.Range.Start = p.Range.Start.Right(from)
		out.Range.End = p.Range.Start.Right(to)
	}
	return out
}

// pieces expands a recipe line, and keeps the place of each part.
func (e *expander) pieces(r rope) []Piece {
	var out []Piece
	for i := 0; i < len(r.text); {
		if r.text[i] == '$' {
			end := skipReference(r.text, i)
			ref := r.slice(i, end)
			out = append(out, Piece{Text: e.reference(ref), Range: e.place(ref)})
			i = end
			continue
		}
		end := i
		for end < len(r.text) && r.text[end] != '$' && (end == i || r.offs == nil || r.offs[end] == r.offs[end-1]+1) && (end == i || r.text[end-1] != '\n') {
			end++
		}
		part := r.slice(i, end)
		out = append(out, Piece{Text: Lit(part.text), Range: e.place(part), Verbatim: part.offs != nil})
		i = end
	}
	return out
}

// splitLines splits an expanded line at the line ends that no backslash stands in
// front of: each is a command of its own.
func splitLines(pieces []Piece) [][]Piece {
	var lines [][]Piece
	var cur []Piece
	escaped := false
	for _, p := range pieces {
		rest := p
		for {
			n := lineEnd(rest, &escaped)
			if n < 0 {
				break
			}
			head, tail := rest.splitAt(n)
			cur = append(cur, head)
			lines, cur = append(lines, cur), nil
			rest = tail
		}
		cur = append(cur, rest)
	}
	return append(lines, cur)
}

// lineEnd finds a line end in the literal text of a piece. It counts the bytes of
// literal text in front of it.
func lineEnd(p Piece, escaped *bool) int {
	at := 0
	for _, part := range p.Text {
		if part.Hole != nil {
			*escaped = false
			continue
		}
		for i := range len(part.Lit) {
			c := part.Lit[i]
			if c == '\n' && !*escaped {
				return at + i
			}
			*escaped = c == '\\' && !*escaped
		}
		at += len(part.Lit)
	}
	return -1
}

// splitAt splits a piece at the line end that has n bytes of literal text in front
// of it, which goes.
func (p Piece) splitAt(n int) (head, tail Piece) {
	head, tail = Piece{Range: p.Range}, Piece{Range: p.Range}
	for i, part := range p.Text {
		if part.Hole != nil || n >= len(part.Lit) {
			if part.Hole == nil {
				n -= len(part.Lit)
			}
			head.Text = append(head.Text, part)
			continue
		}
		head.Text = head.Text.plus(Lit(part.Lit[:n]))
		tail.Text = Lit(part.Lit[n+1:]).plus(p.Text[i+1:])
		break
	}
	return head, tail
}

// blank reports whether a command is nothing but white space.
func blank(pieces []Piece) bool {
	return !slices.ContainsFunc(pieces, func(p Piece) bool {
		return slices.ContainsFunc(p.Text, func(part Part) bool {
			return part.Hole != nil || strings.Trim(part.Lit, " \t\n\\") != ""
		})
	})
}

// between is the line end between two lines of a recipe. It stands for the line end
// of the file and the prefix of the second line.
func between(a, b Piece) Piece {
	return Piece{Text: Lit("\n"), Range: finding.Range{File: a.Range.File, Start: a.Range.End, End: b.Range.Start}}
}

// oneShell makes one command of the lines of a recipe.
func oneShell(commands []Command) Command {
	one := commands[0]
	one.Line.Range.End = commands[len(commands)-1].Line.Range.End
	one.Pieces = slices.Clone(one.Pieces)
	for _, c := range commands[1:] {
		one.Pieces = append(one.Pieces, between(one.Pieces[len(one.Pieces)-1], c.Pieces[0]))
		one.Pieces = append(one.Pieces, c.Pieces...)
	}
	return one
}
