package plan

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// An expression is a regular expression that is compiled when it is needed first:
// a program that is run for each script starts once for each.
type expression struct {
	hints    []string
	holds    func(text, hint string) bool
	compiled func() *regexp.Regexp
}

// pattern makes an expression. Every text that it matches holds one of the hints,
// where there are any; other texts need no look at all.
func pattern(expr string, hints ...string) expression {
	return expression{hints, strings.Contains, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// wordPattern is a pattern whose hints are whole words, as containsWord takes them.
func wordPattern(expr string, words ...string) expression {
	e := pattern(expr, words...)
	e.holds = containsWord
	return e
}

// MatchString reports whether the text holds a match.
func (e expression) MatchString(text string) bool {
	return e.hinted(text) && e.compiled().MatchString(text)
}

// ReplaceAllString replaces the matches in text.
func (e expression) ReplaceAllString(text, by string) string {
	if !e.hinted(text) {
		return text
	}
	return e.compiled().ReplaceAllString(text, by)
}

func (e expression) hinted(text string) bool {
	return len(e.hints) == 0 || slices.ContainsFunc(e.hints, func(h string) bool { return e.holds(text, h) })
}
