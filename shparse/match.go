package shparse

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
)

// A matcher matches whole texts against a shell pattern.
type matcher struct {
	pat  string
	text string         // the only match of a pattern without wildcards
	re   *regexp.Regexp // nil where text is
}

func (m *matcher) match(text string) bool {
	if m.re == nil {
		return text == m.text
	}
	return m.re.MatchString(text)
}

// maxMatched bounds the texts in which a pattern with wildcards is looked for at
// every offset, in bytes.
const maxMatched = 4096

// takes reports whether text is short enough to look for matches within it.
func (m *matcher) takes(text string) bool { return m.re == nil || len(text) <= maxMatched }

// matcher returns the matcher of a pattern, or nil for a pattern that has no
// regular expression: !(...).
func (t *tracer) matcher(pat string, nocase bool) *matcher {
	key := pat
	if nocase {
		key = "i\x00" + pat
	}
	if m, ok := t.matchers[key]; ok {
		return m
	}
	m := newMatcher(pat, nocase)
	if t.matchers == nil {
		t.matchers = map[string]*matcher{}
	}
	t.matchers[key] = m
	return m
}

func newMatcher(pat string, nocase bool) *matcher {
	if !nocase && !strings.ContainsAny(pat, `*?[\(`) {
		return &matcher{pat: pat, text: pat}
	}
	mode := pattern.EntireString | pattern.ExtendedOperators
	if nocase {
		mode |= pattern.NoGlobCase
	}
	expr, err := pattern.Regexp(pat, mode)
	if _, syntactic := err.(*pattern.SyntaxError); syntactic {
		return &matcher{pat: pat, text: pat}
	}
	if err != nil {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	return &matcher{pat: pat, re: re}
}

// isLiteral reports whether a pattern matches just one text, and which.
func (m *matcher) isLiteral() (string, bool) {
	if m.re == nil {
		return m.text, true
	}
	var b strings.Builder
	for i := 0; i < len(m.pat); i++ {
		c := m.pat[i]
		if strings.IndexByte("*?[(", c) >= 0 {
			return "", false
		}
		if c == '\\' && i+1 < len(m.pat) {
			i++
			c = m.pat[i]
		}
		b.WriteByte(c)
	}
	return b.String(), true
}
