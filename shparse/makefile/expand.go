package makefile

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// An expander expands references under one scope.
type expander struct {
	*reader
	vars  *scope
	at    finding.Range // what is expanded, for holes and findings
	depth int
}

// maxDepth bounds nested expansions: make itself tells a variable that refers to
// itself, and functions that call themselves have to end at some time.
const maxDepth = 200

// expand expands all references in a rope.
func (e *expander) expand(r rope) Text {
	var out Text
	rest := r.text
	for i := 0; i < len(rest); {
		n := strings.IndexByte(rest[i:], '$')
		if n < 0 {
			return out.plus(Lit(rest[i:]))
		}
		out = out.plus(Lit(rest[i : i+n]))
		i += n
		end := skipReference(rest, i)
		out = out.plus(e.reference(r.slice(i, end)))
		i = end
		if out.size() > maxText {
			e.fail("SF052", e.place(r), "the text grows beyond %d bytes", maxText)
			return nil
		}
	}
	return out
}

// place is where r stands, or where the text that it was made from does.
func (e *expander) place(r rope) finding.Range {
	if r.offs != nil {
		return r.all()
	}
	if r.at.File != "" {
		return r.at
	}
	return e.at
}

// reference expands one reference: $$, $x, $(...) or ${...}.
func (e *expander) reference(r rope) Text {
	if e.steps++; e.steps > maxSteps {
		e.fail("SF052", e.place(r), "more than %d references are expanded", maxSteps)
	}
	if len(r.text) < 2 || e.halted {
		return nil // a lone $ at the end is nothing
	}
	switch r.text[1] {
	case '$':
		return Lit("$")
	case '(', '{':
		if closing(r.text, 1) < 0 {
			e.fail("SF051", e.place(r), "the variable reference is not closed")
			return nil
		}
	default:
		return e.variable(r.slice(1, 2).text, r)
	}
	inner := r.slice(2, len(r.text)-1)
	if e.depth > maxDepth {
		e.fail("SF052", e.place(r), "%q refers to itself, or nests too deep", r.text)
		return nil
	}
	e.depth++
	defer func() { e.depth-- }()
	if f, args, ok := splitCall(inner); ok {
		return f.run(e, call{expander: e, name: f.name, args: args, whole: r})
	}
	return e.named(inner, r)
}

// named expands $(NAME) and $(NAME:A=B), where NAME itself may have references.
func (e *expander) named(inner, whole rope) Text {
	if i, eq, ok := substitutionIn(inner.text); ok {
		name := e.expand(inner.to(i))
		from, to := e.expand(inner.slice(i+1, eq)), e.expand(inner.from(eq+1))
		if text, known := from.Known(); known && !strings.Contains(text, "%") {
			from, to = Lit("%").plus(from), Lit("%").plus(to)
		}
		return e.patsubst(from, to, e.variableText(name, whole), whole)
	}
	return e.variableText(e.expand(inner), whole)
}

// substitutionIn finds the colon and the equals sign of NAME:A=B.
func substitutionIn(s string) (colon, equals int, ok bool) {
	colon = -1
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$':
			i = skipReference(s, i) - 1
		case s[i] == ':' && colon < 0:
			colon = i
		case s[i] == '=' && colon >= 0:
			return colon, i, true
		}
	}
	return 0, 0, false
}

func (e *expander) variableText(name Text, whole rope) Text {
	text, known := name.Known()
	if !known {
		return holed(e.computed(whole))
	}
	return e.variable(text, whole)
}

// computed is a hole for what can't be computed, with the expression as its name.
func (e *expander) computed(whole rope) *Hole {
	name := strings.TrimSuffix(strings.TrimPrefix(whole.text, "$("), ")")
	return &Hole{Kind: Computed, Name: name, Range: e.place(whole)}
}

// variable expands the variable called name.
func (e *expander) variable(name string, whole rope) Text {
	v := e.vars.find(name)
	if v == nil {
		return e.undefined(name, whole)
	}
	value := e.valueOf(v, whole)
	if !v.outside {
		return value
	}
	if fact, ok := e.facts[name]; ok {
		return fact
	}
	if e.conf.Defaults {
		e.assumeDefault(name, whole)
		return value
	}
	return holed(&Hole{Kind: Outside, Name: name, Default: value, HasDefault: true, Range: e.place(whole)})
}

// valueOf expands the value of a variable.
func (e *expander) valueOf(v *variable, whole rope) Text {
	if e.busy[v] {
		e.fail("SF052", e.place(whole), "the variable %q refers to itself", v.name)
		return nil
	}
	e.busy[v] = true
	defer delete(e.busy, v)
	var out Text
	for _, p := range v.parts {
		if p.done {
			out = out.plus(p.text)
			continue
		}
		out = out.plus(e.expand(p.raw))
	}
	return out
}

// undefined is what a name gives that the Makefile does not set: it may come from
// outside.
func (e *expander) undefined(name string, whole rope) Text {
	if t, ok := e.conf.Env[name]; ok {
		return t
	}
	if fact, ok := e.facts[name]; ok {
		return fact
	}
	if !canComeFromOutside(name) {
		return nil
	}
	return holed(&Hole{Kind: Outside, Name: name, Range: e.place(whole)})
}

// canComeFromOutside reports whether a name may be that of a variable of the
// environment: not a number, an automatic variable or one of make's own.
func canComeFromOutside(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// defined answers $(if) for a text: whether it is empty. Where that can't be known
// it is asked.
func (e *expander) isTrue(t Text, whole rope) bool {
	empty, known := t.empty()
	if known {
		return !empty
	}
	return !e.ask(question{text: t.String() + " is empty", at: e.place(whole), key: "empty:" + t.key(), holes: t.Holes(), yes: factsOf(t, nil)})
}

// factsOf is what is known where t is found to be value.
func factsOf(t, value Text) map[string]Text {
	if len(t) == 1 && t[0].Hole != nil && t[0].Hole.Kind == Outside {
		return map[string]Text{t[0].Hole.Name: value}
	}
	return nil
}
