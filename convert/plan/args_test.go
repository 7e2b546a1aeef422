package plan

import (
	"fmt"
	"strings"
	"testing"
)

// twoParts folds a builder and a runtime Dockerfile, each built with its own flags.
func twoParts(t *testing.T, builder, runtime, builderFlags, finalFlags string) (*planner, *Fold) {
	t.Helper()
	script := strings.Replace(usual, "docker build -t app-build", "docker build "+builderFlags+" -t app-build", 1)
	script = strings.Replace(script, "docker build -t app .", "docker build "+finalFlags+" -t app .", 1)
	return unit{"build.sh": script, "Dockerfile.build": builder, "Dockerfile": runtime}.fold(t)
}

// TestClashes checks which arguments of the two parts can share a name.
func TestClashes(t *testing.T) {
	const (
		one, two = "--build-arg V=1", "--build-arg V=2"
		plain    = "ARG V\n"
		none     = ""
	)
	for _, tt := range []struct {
		globalA, argA, flagA string
		globalB, argB, flagB string
		want                 bool
	}{
		{argA: plain, argB: plain, want: false},
		{argA: plain, flagA: one, argB: plain, flagB: one, want: false},
		{argA: plain, flagA: one, argB: plain, flagB: two, want: true},
		{argA: plain, flagA: one, argB: plain, flagB: none, want: true},
		{argA: plain, flagA: none, argB: plain, flagB: two, want: true},
		{argA: plain, flagA: one, argB: none, flagB: none, want: false},
		{argA: plain, flagA: one, argB: none, flagB: two, want: true},
		{argA: none, flagA: one, argB: plain, flagB: two, want: false},
		{argA: none, flagA: one, argB: plain, flagB: none, want: false},
		{argA: "ARG V=1\n", argB: "ARG V=2\n", want: false},
		{globalA: "ARG V=1\n", argB: plain, want: true},
		{globalA: "ARG V=1\n", globalB: "ARG V=1\n", want: false},
		{globalA: "ARG V=1\n", globalB: "ARG V=2\n", want: true},
		{globalA: "ARG V=1\n", flagA: one, argB: plain, flagB: one, want: false},
		{globalB: "ARG V=1\n", argA: plain, want: true},
		{argA: plain, flagA: "--build-arg V", argB: plain, flagB: "--build-arg V", want: false},
		{argA: plain, flagA: "--build-arg V", argB: plain, flagB: one, want: true},
		{argA: plain, flagA: "--build-arg V=$X", argB: plain, flagB: "--build-arg V=$X", want: false},
		{argA: plain, flagA: "--build-arg V=$X", argB: plain, flagB: "--build-arg V=$Y", want: true},
	} {
		p := unit{
			"build.sh":         strings.Replace(strings.Replace(usual, "build -t app-build", "build "+tt.flagA+" -t app-build", 1), "build -t app .", "build "+tt.flagB+" -t app .", 1),
			"Dockerfile.build": tt.globalA + "FROM golang:1\n" + tt.argA + "RUN go build -o /out/app\n",
			"Dockerfile":       tt.globalB + "FROM alpine:3\n" + tt.argB + "COPY app /\n",
		}.planner(t)
		a, b := p.nodes[0].part, p.nodes[1].part
		if got := a.clashes("V", []*Part{b}); got != tt.want {
			t.Errorf("%+v: clashes is %t, want %t", tt, got, tt.want)
		}
	}
}

// TestRenameArg checks the words that change for a new name, and what can't have
// one.
func TestRenameArg(t *testing.T) {
	const final = "FROM alpine:3\nARG V\nCOPY app /\n"
	for _, tt := range []struct {
		builder, finalFlags string
		want                string // text of the replacements, in the order of the plan
	}{
		{"FROM golang:1\nARG V\nRUN x -o /out/app\n", "--build-arg V=2", "BUILDER_V|\nENV V=${BUILDER_V}"},
		{"FROM golang:1\nARG V\nRUN x -o /out/app\n", "", "BUILDER_V|\nARG V=${BUILDER_V}"},
		{"FROM golang:1\nARG V=d\nRUN x -o /out/app\n", "", "BUILDER_V|\nARG V=${BUILDER_V}"},
		{"FROM golang:1\nARG V\nARG BUILDER_V\nRUN x -o /out/app\n", "", "BUILDER_BUILDER_V|\nARG V=${BUILDER_BUILDER_V}"},
		{"from golang:1\narg V\nrun x -o /out/app\n", "--build-arg V=2", "BUILDER_V|\nenv V=${BUILDER_V}"},
		{"ARG V=1\nFROM golang:$V\nRUN x -o /out/app\n", "", "BUILDER_V|BUILDER_V"},
		{"ARG V=1\nARG W=${V:-x}$VV\nFROM golang:${V}-$W\nRUN x -o /out/app\n", "", "BUILDER_V|BUILDER_V|BUILDER_V"},
		{"ARG V=1\nFROM golang:1\nARG V\nRUN x -o /out/app\n", "", "BUILDER_V|BUILDER_V|\nARG V=${BUILDER_V}"},
		{"FROM golang:1\nARG V W\nRUN x -o /out/app\n", "", "SF210"},
	} {
		p, f := twoParts(t, tt.builder, final, "--build-arg V=1", tt.finalFlags)
		var texts []string
		for _, r := range f.Parts[0].Replacements {
			if !strings.HasPrefix(strings.ToUpper(r.Text), " AS ") {
				texts = append(texts, r.Text)
			}
		}
		if got := strings.Join(texts, "|") + codes(p); got != tt.want {
			t.Errorf("%q, %s: replacements are %q, want %q: %v", tt.builder, tt.finalFlags, got, tt.want, p.findings)
		}
	}
}

// TestRenameArgDrops checks that an ARG without a value goes where it would take the
// other part's.
func TestRenameArgDrops(t *testing.T) {
	_, f := twoParts(t, "FROM golang:1\nARG V\nRUN x -o /out/app\n", "FROM alpine:3\nARG V\nCOPY app /\n", "", "--build-arg V=2")
	if drops := f.Parts[0].Drops; len(drops) != 1 || drops[0].Keyword != "ARG" {
		t.Errorf("the builder drops %v, want its ARG", drops)
	}
}

// TestRenameArgInherited checks that a variable is refused which a stage on the
// builder's would inherit.
func TestRenameArgInherited(t *testing.T) {
	p, _ := twoParts(t, "FROM golang:1\nARG V\nRUN x -o /out/app\n", "FROM app-build\nARG V\nCOPY app /\n", "--build-arg V=1", "--build-arg V=2")
	if got := codes(p); got != "SF210" {
		t.Errorf("the findings are %q, want SF210: %v", got, p.findings)
	}
}

func TestDeclared(t *testing.T) {
	f := parse(t, "ARG A=1 B\nFROM a\nARG C=x=y\nENV D=1\n")
	var got []string
	for _, in := range f.Instructions {
		for _, d := range declared(in) {
			got = append(got, fmt.Sprintf("%s %q %t", d.name, d.value, d.hasDefault))
		}
	}
	if want := `A "1" true, B "" false, C "x=y" true`; strings.Join(got, ", ") != want {
		t.Errorf("declared are %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestProxyArg(t *testing.T) {
	for name, want := range map[string]bool{"http_proxy": true, "HTTPS_PROXY": true, "no_proxy": true, "ALL_PROXY": true, "PROXY": false, "http_proxies": false} {
		if got := proxyArg(name); got != want {
			t.Errorf("proxyArg(%q) is %t", name, got)
		}
	}
}
