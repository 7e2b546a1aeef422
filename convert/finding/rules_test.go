package finding

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// reasonHeading is how the paragraph of a page begins that gives the reason, for a
// rule of severity s.
func reasonHeading(s Severity) string {
	switch s {
	case Error:
		return "**Why it stops here.**"
	case Warning:
		return "**Why it is an assumption.**"
	default:
		return "**What it means.**"
	}
}

func TestRules(t *testing.T) {
	code := regexp.MustCompile(`^SF[0-35]\d\d$`)
	last := Code("")
	for _, r := range Rules() {
		if !code.MatchString(string(r.Code)) {
			t.Errorf("%s: expected SF and three digits, the first of a range of the package comment", r.Code)
		}
		if r.Code <= last {
			t.Errorf("%s stands behind %s: expected the order of the codes", r.Code, last)
		}
		last = r.Code
		if r.Hint == "" && r.Severity != Note {
			t.Errorf("%s: expected a hint", r.Code)
		}
		for _, text := range []string{r.Summary, r.Hint} {
			if strings.ContainsRune(text, '\n') || strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q: expected one line without a full stop", r.Code, text)
			}
		}
		if r.Summary == "" || !startsLow(r.Summary) {
			t.Errorf("%s: expected a summary in lower case, found %q", r.Code, r.Summary)
		}
	}
}

func startsLow(text string) bool {
	first, second := rune(text[0]), rune(text[1])
	return unicode.IsLower(first) || unicode.IsUpper(second) // an acronym may begin a sentence
}

// TestPages: each rule has its page, in the common form, and no page is left of a
// rule that went.
func TestPages(t *testing.T) {
	for _, r := range Rules() {
		checkPage(t, r)
	}
	names, err := fs.Glob(pages, "pages/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages (%v)", err)
	}
	for _, name := range names {
		if code := strings.TrimSuffix(path.Base(name), ".md"); !has(Code(code)) {
			t.Errorf("%s belongs to no rule", name)
		}
	}
}

func has(code Code) bool {
	_, ok := Lookup(code)
	return ok
}

func checkPage(t *testing.T, r Rule) {
	t.Helper()
	page := r.Page()
	if !strings.HasPrefix(page, "# "+string(r.Code)+": ") || !strings.HasSuffix(page, "\n") {
		t.Errorf("%s: expected a page that begins with %q and ends with its line, found %.40q", r.Code, "# "+r.Code+": ", page)
	}
	example := regexp.MustCompile(`(?m)^    .*(error|warning|note): .* \[` + string(r.Code) + `\]$`)
	if !example.MatchString(page) {
		t.Errorf("%s: expected an example with its message", r.Code)
	}
	if heading := reasonHeading(r.Severity); !strings.Contains(page, heading) {
		t.Errorf("%s: expected %q", r.Code, heading)
	}
	if r.Severity != Note && !strings.Contains(page, "**The way out.**") {
		t.Errorf("%s: expected the way out", r.Code)
	}
	for line := range strings.Lines(page) {
		if len([]rune(line)) > 121 && !strings.HasPrefix(line, "    ") {
			t.Errorf("%s: a line of %d characters: %q", r.Code, len([]rune(line)), line)
		}
	}
}
