package convert_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/finding"
)

// corpora are the directories of cases that name the findings they raise.
var corpora = []string{
	"testdata/refusals", "testdata/equivalence", "testdata/plan", "testdata/modernize", "dockerfile/testdata", "../shparse/testdata", "../cmd/stagefold/testdata",
}

// elsewhere are the findings that no case of the corpora can raise, with the test
// that does.
var elsewhere = map[finding.Code]string{
	"SF032": "TestCheckAgain",
}

// codeInText is a code as cases write it: as a setting, or behind a message.
var codeInText = regexp.MustCompile(`^finding: (SF\d{3})|\[(SF\d{3})\\?\]`)

// TestCodes checks that each finding of the table is raised by some case, so that
// none is left of a rule that went, and that no case names one that is not there.
func TestCodes(t *testing.T) {
	raised := map[finding.Code]string{}
	for _, dir := range corpora {
		collectCodes(t, dir, raised)
	}
	for _, r := range finding.Rules() {
		if raised[r.Code] == "" && elsewhere[r.Code] == "" {
			t.Errorf("%s (%s) is raised by no case", r.Code, r.Summary)
		}
	}
	for code, file := range raised {
		if _, ok := finding.Lookup(code); !ok {
			t.Errorf("%s names %s, which is in no table", file, code)
		}
	}
	for code, test := range elsewhere {
		if _, ok := finding.Lookup(code); !ok || raised[code] != "" {
			t.Errorf("%s needs no entry for %s", test, code)
		}
	}
}

// collectCodes notes the codes in the files below dir, each with one that names it.
func collectCodes(t *testing.T, dir string, raised map[finding.Code]string) {
	t.Helper()
	found := 0
	check(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			for _, m := range codeInText.FindAllStringSubmatch(line, -1) {
				raised[finding.Code(m[1]+m[2])] = name
				found++
			}
		}
		return nil
	}))
	if found == 0 {
		t.Errorf("no case below %s names a finding", dir)
	}
}
