package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

func TestSameImage(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"app", "app", true}, {"app", "app:latest", true}, {"app", "docker.io/library/app", true}, {"app:1", "app", false}, {"a/app", "app", false},
		{"index.docker.io/library/app:latest", "app", true}, {"example.org/app", "app", false}, {"example.org:5000/app", "example.org:5000/app:latest", true},
		{"App", "app", false}, {"", "", false}, {"a b", "a b", false},
	} {
		if got := sameImage(tt.a, tt.b); got != tt.want {
			t.Errorf("sameImage(%q, %q) is %t", tt.a, tt.b, got)
		}
	}
}

// TestCandidates checks which words of the author's make a name for a stage.
func TestCandidates(t *testing.T) {
	for _, tt := range []struct{ file, tag, want string }{
		{"Dockerfile.build", "app-build", "build app-build"},
		{"Dockerfile", "example/app:compile", "compile app"},
		{"api/Dockerfile", "app", "api app"},
		{"web.Dockerfile", "example.org:5000/app:1.2", "web.dockerfile web app"},
		{"Dockerfile", "app:latest", "app"},
		{"Dockerfile.scratch", "context", ""},
		{"docker/Dockerfile-9", "9lives", "docker"},
	} {
		script := "docker build -t " + tt.tag + " -f " + tt.file + " .\ndocker create --name x " + tt.tag + "\ndocker cp x:/a a\ndocker build -t z -f z .\n"
		p := unit{"build.sh": script, tt.file: "FROM golang:1\nRUN go build -o /a\n", "z": "FROM alpine:3\nCOPY a /\n"}.planner(t)
		if got := strings.Join(candidates(p.nodes[0].part), " "); got != tt.want {
			t.Errorf("%s, %s: the candidates are %q, want %q", tt.file, tt.tag, got, tt.want)
		}
	}
}

func TestFreshName(t *testing.T) {
	nm := &namer{taken: map[string]int{"builder": 1, "node": 1}}
	var got []string
	for range 4 {
		got = append(got, nm.fresh([]string{"builder", "build"}))
	}
	if want := []string{"build", "builder2", "builder3", "builder4"}; !slices.Equal(got, want) {
		t.Errorf("the names are %q, want %q", got, want)
	}
}

func TestTraits(t *testing.T) {
	for _, tt := range []struct {
		from        string
		root, shell bool
	}{
		{"FROM golang:1", true, true}, {"FROM docker.io/library/golang:1", true, true}, {"FROM golang@sha256:" + strings.Repeat("a", 64), true, true},
		{"FROM maven:3", true, false}, {"FROM jenkins:1", false, false}, {"FROM example/golang", false, false}, {"FROM scratch", true, true},
		{"ARG V\nFROM golang:$V", true, true}, {"ARG V\nFROM golang:1-${V}", true, true}, {"ARG V\nFROM $V", false, false}, {"ARG V\nFROM go$V", false, false},
		{"ARG W=golang:1\nFROM $W", true, true}, {"ARG V\nFROM golang:\"$V\"", true, true}, {"ARG V\nFROM localhost:$V/golang", false, false}, {"FROM --platform=linux/amd64 golang:1", true, true},
	} {
		f := parse(t, tt.from+"\nRUN true\n")
		base := baseOf(f.Stages[0], dockerfile.Args{"V": {}})
		if got := has(base, runsAsRoot); got != tt.root {
			t.Errorf("%s: root is %t, want %t", tt.from, got, tt.root)
		}
		if got := has(base, startsShell); got != tt.shell {
			t.Errorf("%s: a shell is %t, want %t", tt.from, got, tt.shell)
		}
	}
}

func TestLastOf(t *testing.T) {
	f := parse(t, "FROM a AS b\nCMD x\nENTRYPOINT y\nFROM b\nCMD z\n")
	if got := lastOf(f.Stages[1], "CMD"); got == nil || got.Text != "z" {
		t.Errorf("the last CMD is %v", got)
	}
	if got := lastOf(f.Stages[1], "ENTRYPOINT"); got == nil || got.Text != "y" {
		t.Errorf("the inherited ENTRYPOINT is %v", got)
	}
	if got := lastOf(f.Stages[1], "SHELL"); got != nil {
		t.Errorf("there is a SHELL: %v", got)
	}
}
