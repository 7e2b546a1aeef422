package shparse

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/finding"
)

// summary renders the ways of a trace: the conditions, then the verbs and
// arguments of the docker commands.
func summary(tr *Trace) string {
	var ways []string
	for _, w := range tr.Ways {
		var words []string
		for _, c := range w.Conds {
			sign := "+"
			if !c.Taken {
				sign = "-"
			}
			words = append(words, sign+"{"+c.Text+"}")
		}
		for _, op := range w.Ops {
			if args, ok := dockerArgs(op); ok {
				words = append(words, args[len(args)-1].String())
			}
		}
		ways = append(ways, strings.Join(words, " "))
	}
	return strings.Join(ways, "\n")
}

func TestWays(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown condition", `if [ "$X" = a ]; then docker pull 1; else docker pull 2; fi`,
			"+{[ \"$X\" = a ]} 1\n-{[ \"$X\" = a ]} 2"},
		{"taken equality fills the hole", `if [ "$X" = a ]; then docker pull "i$X"; fi`,
			"+{[ \"$X\" = a ]} ia\n-{[ \"$X\" = a ]}"},
		{"the same question", `[ "$X" = a ] && docker pull 1; [ a = "$X" ] || docker pull 2`,
			"+{[ \"$X\" = a ]} 1\n-{[ \"$X\" = a ]} 2"},
		{"the opposite question", `[ -z "$X" ] && docker pull 1; [ -n "$X" ] && docker pull 2`,
			"+{[ -z \"$X\" ]} 1\n-{[ -z \"$X\" ]} 2"},
		{"empty settles the default", `if [ -z "$1" ]; then docker pull "${1:-d}"; else docker pull "${1:-d}"; fi`,
			"+{[ -z \"$1\" ]} d\n-{[ -z \"$1\" ]} ${1}"},
		{"empty may be unset", `if [ -z "$1" ]; then docker pull "${1-d}"; fi`,
			"+{[ -z \"$1\" ]} ${1-d}\n-{[ -z \"$1\" ]}"},
		{"a default is never empty", `X=${1:-d}; if [ -n "$X" ]; then docker pull 1; fi`, "1"},
		{"talk only", `if [ -n "$X" ]; then echo a; else printf 'b\n' >&2; fi; docker pull 1`, "1"},
		{"talk only in a list", `docker inspect a || echo missing; docker pull 1`, "a 1"},
		{"ways that do the same", `if [ -n "$X" ]; then Y=1; else Y=2; fi; docker pull 1`, "1"},
		{"ways that agree in one of two conditions", `[ -n "$X" ] && Y=1; [ -n "$Z" ] && docker pull 1`,
			"+{[ -n \"$Z\" ]} 1\n-{[ -n \"$Z\" ]}"},
		{"case", `case $1 in a) docker pull 1;; b|c) docker pull 2;; *) docker pull 3;; esac`,
			"+{$1 matches a} 1\n-{$1 matches a} 2\n-{$1 matches a} -{$1 matches b} -{$1 matches c} 3"},
		{"case that can't match", `case v$1 in a*) docker pull 1;; v*) docker pull 2;; esac`, "2"},
		{"answer of docker", `if docker inspect a; then docker pull 1; fi`,
			"+{docker inspect a} a 1\n-{docker inspect a} a"},
		{"answer asked twice", `docker inspect a && docker pull 1; docker inspect a && docker pull 2`,
			"+{docker inspect a} +{docker inspect a} a 1 a 2\n" +
				"+{docker inspect a} -{docker inspect a} a 1 a\n-{docker inspect a} a a"},
		{"status kept", `docker inspect a; s=$?; if [ $s -ne 0 ]; then docker pull 1; fi`,
			"+{[ $s -ne 0 ]} a 1\n-{[ $s -ne 0 ]} a"},
		{"failure kept", `s=0; docker inspect a || s=$?; if [ $s -ne 0 ]; then docker pull 1; else docker pull 2; fi`,
			"+{docker inspect a} a 2\n-{docker inspect a} a 1"},
		{"success is taken for granted", `docker build . || { docker pull 1; exit 1; }; docker pull 2`, ". 2"},
		{"unknown command", `make || docker pull 1; docker pull 2`, "2"},
		{"unknown command as a condition", `if ./check; then docker pull 1; fi`, "+{./check} 1\n-{./check}"},
		{"missing file", `[ -f none ] && docker pull 1; [ -f Dockerfile ] && docker pull 2`, "2"},
		{"file of a container", `docker cp "$(docker create a)":/x none; [ -e none ] && docker pull 1`, "a none 1"},
		{"waiting", `until docker inspect a; do sleep 1; done; docker pull 1`, "a 1"},
		{"options", `T=a; while getopts t: o; do case $o in t) T=$OPTARG;; esac; done; docker pull "$T"`, "$T"},
		{"usage", `if [ $# -eq 0 ]; then echo usage; exit 1; fi; docker pull 1`,
			"+{[ $# -eq 0 ]}\n-{[ $# -eq 0 ]} 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tr := readText(tt.text, Limits{})
			if got := summary(tr); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s\nfindings %v", got, tt.want, tr.Findings)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"syntax", "docker pull a\nif true\n", "build.sh:2:1: SF001"},
		{"syntax in eval", "x='if'\neval \"$x\"", "build.sh:2:1: SF001"},
		{"carriage return", "docker pull a\r\n", "build.sh:1:14: SF302"},
		{"byte-order mark", "\xef\xbb\xbfdocker pull a\n", "build.sh:1:1: SF302"},
		{"binary", "docker\x00", "build.sh:1:7: SF302"},
		{"not UTF-8", "docker pull \xff", "build.sh:1:13: SF302"},
		{"not a shell", "#!/usr/bin/env python\nprint()", "build.sh:1:1: SF005"},
		{"unknown list", "for i in $LIST; do docker pull $i; done", "build.sh:1:5: SF002"},
		{"unknown list of arguments", "for i; do docker pull $i; done", "build.sh:1:5: SF002"},
		{"unknown loop", "while read -r x; do docker pull $x; done < none", "build.sh:1:1: SF002"},
		{"unknown script", ". \"$X\"", "build.sh:1:1: SF004"},
		{"missing script", "source none.sh", "build.sh:1:1: SF009"},
		{"script outside", ". ../x.sh", "build.sh:1:1: SF009"},
		{"select", "select x in a b; do docker pull $x; done", "build.sh:1:1: SF005"},
		{"coprocess", "coproc docker pull a", "build.sh:1:1: SF005"},
		{"unknown element", "a[$X]=1", "build.sh:1:1: SF004"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tr := readText(tt.text, Limits{Steps: 1000})
			var got []string
			for _, f := range tr.Findings {
				got = append(got, fmt.Sprintf("%s: %s", f.Range, f.Code))
			}
			if !slices.Contains(got, tt.want) || len(tr.Ways) > 0 {
				t.Errorf("got %d ways and %q, want %q", len(tr.Ways), got, tt.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name, text string
		limits     Limits
		code       finding.Code
	}{
		{"file", "docker pull a", Limits{FileSize: 5}, "SF302"},
		{"steps", ":; :; :; :", Limits{Steps: 3}, "SF002"},
		{"ways", "[ $A ] && docker pull 1; [ $B ] && docker pull 2", Limits{Ways: 3}, "SF002"},
		{"depth", "f() { g; }; g() { h; }; h() { :; }; f", Limits{Depth: 2}, "SF002"},
		{"words", "x=12345678901234567890; docker pull $x$x", Limits{Words: 30}, "SF002"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tr := readText(tt.text, Limits{}); len(tr.Ways) == 0 {
				t.Fatalf("refused without the limit: %v", tr.Findings)
			}
			tr := readText(tt.text, tt.limits)
			if len(tr.Ways) > 0 || len(tr.Findings) != 1 || tr.Findings[0].Code != tt.code {
				t.Errorf("got %d ways and %v", len(tr.Ways), tr.Findings)
			}
		})
	}
}

func TestReadOfWhatIsNoScript(t *testing.T) {
	repo := fstest.MapFS{"dir/file": {}, "empty": {}}
	for path, code := range map[string]string{"none": "SF301", "dir": "SF304", "": "SF301", "../x": "SF301"} {
		tr := Read(Config{FS: repo, Path: path})
		if len(tr.Findings) != 1 || string(tr.Findings[0].Code) != code {
			t.Errorf("%q: got %v, want %s", path, tr.Findings, code)
		}
	}
	if tr := Read(Config{FS: repo, Path: "empty"}); len(tr.Ways) != 1 || len(tr.Ways[0].Ops) != 0 {
		t.Errorf("the empty script: %v, %v", tr.Ways, tr.Findings)
	}
}

func TestOperations(t *testing.T) {
	text := "#!/bin/bash\n" +
		"f() { docker pull \"$1\"; }\n" + // line 2
		"cd src\n" +
		"id=$(docker create a)\n" + // line 4
		"X=1 sudo docker pull b > log 2>&1\n" +
		"f c; . ../lib/x.sh\n" // line 6
	repo := fstest.MapFS{
		"build.sh": {Data: []byte(text)}, "src/file": {},
		"lib/x.sh": {Data: []byte("docker pull d\n")},
	}
	tr := Read(Config{FS: repo, Path: "build.sh"})
	if len(tr.Ways) != 1 {
		t.Fatal(tr.Findings)
	}
	var got []string
	for _, op := range tr.Ways[0].Ops {
		if _, ok := dockerArgs(op); !ok {
			continue
		}
		line := fmt.Sprintf("%s in %s", op.Range, op.Dir)
		for _, c := range op.Calls {
			line += " from " + c.String()
		}
		if op.Captured.File != "" {
			line += " captured by " + op.Captured.String()
		}
		for _, a := range op.Assign {
			line += " with " + a.Name + "=" + a.Value.String()
		}
		got = append(got, line)
	}
	want := []string{
		"build.sh:4:6 in src captured by build.sh:4:1",
		"build.sh:5:1 in src with X=1",
		"build.sh:2:7 in src from build.sh:6:1",
		"lib/x.sh:1:1 in src from build.sh:6:6",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, ok := tr.Sources["lib/x.sh"]; !ok {
		t.Error("the sourced script is not among the sources")
	}
}
