package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	f, err := Parse(Name, []byte(`
# shared
exclude: [testdata/, "*/old/"]
include: services/
set:
  VERSION: 1.20
  EMPTY: ""
jobs: 3
quiet: true
check:
  format: json
  exclude: []
scan:
`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string][]string{}
	for _, command := range []string{"check", "convert"} {
		got[command] = map[string][]string{}
		for _, v := range f.For(command) {
			got[command][v.Name] = v.Values
		}
	}
	shared := func(exclude []string) map[string][]string {
		return map[string][]string{
			"exclude": exclude, "include": {"services/"}, "set": {"VERSION=1.20", "EMPTY="}, "jobs": {"3"}, "quiet": {"true"},
		}
	}
	want := map[string]map[string][]string{"check": shared([]string{}), "convert": shared([]string{"testdata/", "*/old/"})}
	want["check"]["format"] = []string{"json"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each of these is said with its place.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"exlude: [a]\n":                      `.stagefold.yaml:1:1: error: unknown key "exlude": did you mean "exclude"?`,
		"check:\n  formt: json\n":            `.stagefold.yaml:2:3: error: unknown key "formt": did you mean "format"?`,
		"check:\n  scan: {}\n":               `.stagefold.yaml:2:3: error: unknown key "scan": expected one of include, exclude,`,
		"write: true\n":                      `.stagefold.yaml:1:1: error: unknown key "write": expected one of`,
		"jobs: many\n":                       `.stagefold.yaml:1:7: error: jobs: expected a number above 0, found "many"`,
		"jobs: 0\n":                          `.stagefold.yaml:1:7: error: jobs: expected a number above 0, found "0"`,
		"quiet: [true]\n":                    `.stagefold.yaml:1:8: error: quiet: expected true or false, found a list`,
		"quiet: \"true\"\n":                  `.stagefold.yaml:1:8: error: quiet: expected true or false, found "true"`,
		"format:\n":                          `.stagefold.yaml:1:8: error: format: expected one of ["text" "diff" `,
		"dir: 7\n":                           `.stagefold.yaml:1:6: error: dir: expected a word, found "7"`,
		"modernize: all\n":                   `.stagefold.yaml:1:12: error: modernize: expected one of ["portable" "buildkit" "off"], found "all"`,
		"include: {a: b}\n":                  `.stagefold.yaml:1:10: error: include: expected words, found a mapping`,
		"set: {A: [b]}\n":                    `.stagefold.yaml:1:10: error: set: expected names with words, found a list`,
		"- a\n":                              `.stagefold.yaml:1:1: error: expected settings such as "format: json", found a list`,
		"check: json\n":                      `.stagefold.yaml:1:8: error: expected settings such as "format: json", found "json"`,
		"jobs: 1\njobs: 2\n":                 `.stagefold.yaml:2:1: error: "jobs" is set twice`,
		"jobs: 1\n---\njobs: 2\n":            `.stagefold.yaml:1:1: error: expected one document, found more`,
		"exclude: [a\n":                      `.stagefold.yaml:1:1: error: not valid YAML: `,
		"a: &a [b]\nexclude: *a\n":           `.stagefold.yaml:2:10: error: exclude: expected words, found an alias`,
		"exlude: a\nformat: json\nincl: c\n": `.stagefold.yaml:3:1: error: unknown key "incl"`,
	} {
		_, err := Parse(Name, []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: expected %q, found %v", text, want, err)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "check:\n"} {
		if _, err := Parse(Name, []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
