package shparse

import (
	"regexp"
	"strings"
)

// posixRegexp compiles a regular expression of grep and sed, basic or extended.
// It fails for what GNU adds beyond POSIX, save for \+, \?, \|, \w and \s, and for
// back-references.
func posixRegexp(expr string, extended bool) (*regexp.Regexp, bool) {
	t := regexpTranslator{rest: expr, extended: extended}
	for len(t.rest) > 0 && !t.failed {
		t.step()
	}
	if t.failed {
		return nil, false
	}
	re, err := regexp.CompilePOSIX(t.out.String())
	return re, err == nil
}

// A regexpTranslator writes an expression as an extended one of Go.
type regexpTranslator struct {
	out      strings.Builder
	rest     string
	extended bool
	failed   bool
	begun    bool // something stands in front in this branch
}

func (t *regexpTranslator) step() {
	c := t.rest[0]
	t.rest = t.rest[1:]
	begun := t.begun
	t.begun = true
	switch {
	case c >= 0x80:
		t.failed = true
	case c == '\\':
		t.escape()
	case c == '[':
		t.bracket()
	case c == '*' && !begun:
		t.failed = t.failed || t.extended
		t.out.WriteString(`\*`)
	case c == '^':
		t.begun = begun
		t.anchor(c, !begun || t.extended)
	case c == '$':
		t.anchor(c, t.extended || t.rest == "" || strings.HasPrefix(t.rest, `\)`) || strings.HasPrefix(t.rest, `\|`))
	case strings.IndexByte("(){}+?|", c) >= 0:
		t.operator(c, t.extended)
	default:
		t.out.WriteByte(c)
	}
}

func (t *regexpTranslator) anchor(c byte, special bool) {
	if !special {
		t.out.WriteByte('\\')
	}
	t.out.WriteByte(c)
}

// operator writes a character that is an operator in one of the two syntaxes.
func (t *regexpTranslator) operator(c byte, special bool) {
	t.anchor(c, special)
	if special && (c == '(' || c == '|') {
		t.begun = false
	}
}

func (t *regexpTranslator) escape() {
	if t.rest == "" {
		t.failed = true
		return
	}
	c := t.rest[0]
	t.rest = t.rest[1:]
	switch {
	case strings.IndexByte("(){}+?|", c) >= 0:
		t.operator(c, !t.extended)
	case c == 'w':
		t.out.WriteString("[[:alnum:]_]")
	case c == 's':
		t.out.WriteString("[[:space:]]")
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
		t.failed = true
	default:
		t.out.WriteString(regexp.QuoteMeta(string(c)))
	}
}

// bracket copies [...], in which a backslash stands for itself.
func (t *regexpTranslator) bracket() {
	end := 0
	if strings.HasPrefix(t.rest, "^") {
		end++
	}
	if strings.HasPrefix(t.rest[end:], "]") {
		end++
	}
	for end < len(t.rest) && t.rest[end] != ']' {
		if strings.HasPrefix(t.rest[end:], "[:") {
			n := strings.Index(t.rest[end:], ":]")
			end += max(n, 0) + 1
		}
		end++
	}
	if end >= len(t.rest) || strings.Contains(t.rest[:end], "[.") || strings.Contains(t.rest[:end], "[=") {
		t.failed = true
		return
	}
	t.out.WriteString("[" + strings.ReplaceAll(t.rest[:end], `\`, `\\`) + "]")
	t.rest = t.rest[end+1:]
}

// isASCII reports whether text is the same in all locales.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}
