package plan

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// TestPolicies checks that each flag of docker build that shparse knows has one
// policy, which somebody chose, and that no policy is for a flag that never comes.
func TestPolicies(t *testing.T) {
	var listed []string
	for _, row := range policies {
		listed = append(listed, strings.Fields(row.flags)...)
	}
	known := buildFlags(t)
	for _, name := range known {
		if n := count(listed, name); n != 1 {
			t.Errorf("--%s has %d policies, want one", name, n)
		}
	}
	for _, name := range listed {
		if !slices.Contains(known, name) {
			t.Errorf("--%s has a policy, and docker build has no such flag", name)
		}
	}
	if got := policyOf("no-such-flag"); got != forbid {
		t.Errorf("the policy of an unknown flag is %d, want %d", got, forbid)
	}
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

// buildFlags are the long names in the table that shparse has for docker build. It
// is read from its source: nothing else has a use for it.
func buildFlags(t *testing.T) []string {
	t.Helper()
	const file = "../../shparse/docker_flags.go"
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: importer.Default(), Error: func(error) {}}
	pkg, _ := config.Check("shparse", fset, []*ast.File{syntax}, nil)
	table, ok := pkg.Scope().Lookup("buildFlags").(*types.Const)
	if !ok {
		t.Fatalf("%s has no constant buildFlags", file)
	}
	var names []string
	for _, spec := range strings.Fields(constant.StringVal(table.Val())) {
		name, _, _ := strings.Cut(strings.TrimSuffix(spec, "="), ",")
		names = append(names, name)
	}
	return names
}

// TestCheckFlags checks the pairs of flags of both builds: what is refused, and
// what the final build is given.
func TestCheckFlags(t *testing.T) {
	const run = "FROM alpine:3\nRUN apk add x\nCOPY app /usr/bin/\n"
	for _, tt := range []struct {
		builder, final, runtime string
		codes, given            string
	}{
		{"--no-cache", "", run, "", "no-cache"},
		{"--no-cache", "--no-cache", run, "", ""},
		{"--no-cache=false", "", run, "", ""},
		{"--secret id=a", "--secret id=b", run, "", "secret"},
		{"--network host", "", run, "SF212", ""},
		{"--network host", "--network host", run, "", ""},
		{"--network host", "--network none", run, "SF212", ""},
		{"--network host", "", "FROM alpine:3\nCOPY app /\n", "", "network"},
		{"", "--network host", run, "SF212", ""},
		{"--push", "", run, "SF212", ""},
		{"--label a=b", "", run, "", ""},
		{"", "--label a=b --push", run, "", ""},
	} {
		script := strings.Replace(usual, "docker build -t app-build", "docker build "+tt.builder+" -t app-build", 1)
		script = strings.Replace(script, "docker build -t app .", "docker build "+tt.final+" -t app .", 1)
		p, f := unit{"build.sh": script, "Dockerfile.build": "FROM golang:1\nRUN go build -o /out/app\n", "Dockerfile": tt.runtime}.fold(t)
		if got := codes(p); got != tt.codes {
			t.Errorf("%q, %q: findings %q, want %q: %v", tt.builder, tt.final, got, tt.codes, p.findings)
			continue
		}
		var given []string
		for _, fl := range carried(f.Parts[0], f.Final()) {
			given = append(given, fl.Name)
		}
		if got := strings.Join(given, " "); tt.codes == "" && got != tt.given {
			t.Errorf("%q, %q: the final build is given %q, want %q", tt.builder, tt.final, got, tt.given)
		}
	}
}
