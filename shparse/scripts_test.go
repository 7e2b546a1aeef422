package shparse

import (
	"bufio"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// fs is the repository of a scenario.
func (sc scenario) fs() fs.FS {
	m := fstest.MapFS{sc.name: {Data: []byte(sc.text), Mode: 0o755}}
	for _, f := range sc.files {
		m[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o755}
	}
	return m
}

// TestScriptsAgreeWithShells runs the scripts of testdata/shell under bash, and
// under dash where they say #!/bin/sh, and compares what docker was asked to do
// with the trace. A file with a slash in its name, or no .sh at its end, stands
// beside all scripts of its archive. Comments in a script say what it is called
// with:
//
//	#args one two       its arguments
//	#env NAME=VALUE     a variable of its environment
//	#open               something stays unknown though these are known
func TestScriptsAgreeWithShells(t *testing.T) {
	for _, sc := range loadScenarios(t) {
		t.Run(strings.TrimSuffix(sc.name, ".sh"), func(t *testing.T) {
			t.Parallel()
			for _, shell := range shellsFor(sc.text) {
				rec := record(t, needShell(t, shell), sc)
				tr := sc.trace(true)
				if d := differ(sc, tr, rec); d != "" {
					t.Fatalf("%s, all known: %s", shell, d)
				}
				if !sc.open && len(tr.Ways) != 1 {
					t.Errorf("%s: expected one way, found %d\n%s", shell, len(tr.Ways), describe(tr))
				}
				if tr = sc.trace(false); len(tr.Findings) == 0 {
					if d := differ(sc, tr, rec); d != "" {
						t.Errorf("%s, nothing known: %s", shell, d)
					}
				}
			}
		})
	}
}

func shellsFor(text string) []string {
	if strings.HasPrefix(text, "#!/bin/sh") {
		return []string{"bash", "dash"}
	}
	return []string{"bash"}
}

func loadScenarios(t testing.TB) []scenario {
	archives, err := filepath.Glob("testdata/shell/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no scripts in testdata/shell: %v", err)
	}
	var all []scenario
	for _, path := range archives {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, scenariosOf(ar)...)
	}
	return all
}

func scenariosOf(ar *txtar.Archive) []scenario {
	var shared []txtar.File
	for _, f := range ar.Files {
		if !isCase(f.Name) {
			shared = append(shared, f)
		}
	}
	var all []scenario
	for _, f := range ar.Files {
		if isCase(f.Name) {
			all = append(all, parseScenario(f, shared))
		}
	}
	return all
}

func isCase(name string) bool {
	return strings.HasSuffix(name, ".sh") && !strings.Contains(name, "/")
}

func parseScenario(f txtar.File, shared []txtar.File) scenario {
	sc := scenario{name: f.Name, text: string(f.Data), files: shared, args: []string{}, env: map[string]string{}}
	lines := bufio.NewScanner(strings.NewReader(sc.text))
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "#args":
			sc.args = strings.Fields(rest)
		case "#env":
			name, val, _ := strings.Cut(rest, "=")
			sc.env[name] = val
		case "#open":
			sc.open = true
		}
	}
	return sc
}
