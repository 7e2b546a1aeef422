package plan

import (
	"testing"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// TestCovers checks which files of the context a source takes.
func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		source, name string
		want         bool
	}{
		{".", "a", true}, {"/", "a/b", true}, {"a", "a", true}, {"a", "a/b", true}, {"a", "ab", false}, {"./a/", "a/b", true}, {"a/b", "a", false},
		{"*", "a/b", true}, {"*.go", "a.go", true}, {"*.go", "a.c", false}, {"a/*", "a/b/c", true}, {"a/*", "b/c", false},
	} {
		src := dockerfile.Path{Expansion: dockerfile.Expansion{Expanded: tt.source, Known: true}}
		if got := covers(src, tt.name); got != tt.want {
			t.Errorf("covers(%q, %q) is %t", tt.source, tt.name, got)
		}
	}
	known := dockerfile.Expansion{Expanded: ".", Known: true}
	for _, tt := range []struct {
		about string
		src   dockerfile.Path
		want  bool
	}{
		{"a source that is not known", dockerfile.Path{}, true},
		{"a URL", dockerfile.Path{Expansion: known, Remote: true}, false},
		{"a here-document", dockerfile.Path{Expansion: known, Heredoc: true}, false},
	} {
		if got := covers(tt.src, "a"); got != tt.want {
			t.Errorf("%s: covers is %t", tt.about, got)
		}
	}
}

// TestCoversArtifact checks which files of the context may be in an artifact, after
// the builder copied them to a directory.
func TestCoversArtifact(t *testing.T) {
	const file, dir = "/src/app.jar", "/src/dist"
	for _, tt := range []struct {
		artifact, dest, name string
		want                 bool
	}{
		{file, "/src", "app.jar", true},
		{file, "/src", "build.sh", false},
		{file, "/", "sub/app.jar", true},
		{dir, "/src", "build.sh", false},
		{dir, "/src", "dist/build.sh", true},
		{dir, "/src/dist", "build.sh", true},
		{dir, "/src/dist/sub", "build.sh", true},
		{dir, "/opt", "build.sh", false},
		{dir, "/", "build.sh", true},
	} {
		u := withBuilder("FROM golang:1\nCOPY . /src\nRUN make\n")
		u["build.sh"] = "docker build -t app-build -f Dockerfile.build .\ndocker create --name x app-build\ndocker cp x:" + tt.artifact + " app\ndocker build -t app .\n"
		p, a := u.artifact(t)
		if got := p.coversArtifact(a, tt.dest, tt.name); got != tt.want {
			t.Errorf("%s, with %s copied to %s: %t, want %t", tt.artifact, tt.name, tt.dest, got, tt.want)
		}
	}
}

// TestInsertion checks where flags go in the final build's command.
func TestInsertion(t *testing.T) {
	for _, tt := range []struct {
		command string
		before  string // the text in front of the place
	}{
		{"docker build .", "docker build "},
		{"docker build -t app .", "docker build "},
		{"docker build --pull -t app .", "docker build --pull "},
		{"docker build --pull .", "docker build "},
		{"docker build --build-arg A=1 -t app .", "docker build --build-arg A=1"},
		{"docker build --build-arg A=1 --build-arg B=2 --pull .", "docker build --build-arg A=1 --build-arg B=2"},
		{"docker build . -t app", "docker build . "},
	} {
		p := unit{"build.sh": tt.command + "\n", "Dockerfile": "FROM a\n"}.planner(t)
		at, behind := insertion(p.nodes[0].part.Build)
		if got := tt.command[:at]; got != tt.before || behind == (got[len(got)-1] == ' ') {
			t.Errorf("%s: flags go behind %q, %t, want %q", tt.command, got, behind, tt.before)
		}
	}
}

// TestSharedWord checks which words of a script give a command several arguments.
func TestSharedWord(t *testing.T) {
	p := unit{"build.sh": "set -- -t app .\ndocker build \"$@\"\ndocker build -t app .\n", "Dockerfile": "FROM a\n"}.planner(t)
	for i, want := range []bool{true, false} {
		part := p.nodes[i].part
		if got := sharedWord(part.Op, part.Build.Context.Word); got != want {
			t.Errorf("build %d: the context shares its word is %t, want %t", i, got, want)
		}
	}
}
