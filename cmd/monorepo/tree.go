package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A treeSize says how large a tree is.
type treeSize struct {
	Units int // builder patterns and what looks like them
	Files int // all files, those of the units among them
}

// A shape is a kind of unit: its files by name, in a directory of their own.
type shape map[string]string

// The texts of units. %[1]d is the number of one.
const (
	builder = "FROM golang:1.9 as compiler\nWORKDIR /go/src/service%[1]d\nCOPY . .\n\nENV CGO_ENABLED=0 GOOS=linux\n" +
		"RUN go vet ./... \\\n    && go test ./... \\\n    && go build -o /out/app .\n"
	runtime = "FROM alpine:3.7\nRUN apk add --no-cache ca-certificates\nWORKDIR /srv\nCOPY app /usr/local/bin/app\nEXPOSE 80%[1]d\n" +
		"USER nobody\nENTRYPOINT [\"app\"]\nCMD [\"--port\", \"8080\"]\n"
	readme = "# service %[1]d\n\nRun `./build.sh`; the compiler is in `Dockerfile.build`.\n"
	head   = "#!/bin/bash\n# Builds service %[1]d.\nset -euo pipefail\n"
)

// shapes are taken in turn.
var shapes = []shape{
	{ // literal
		"Dockerfile.build": builder, "Dockerfile": runtime, "README.md": readme,
		"build.sh": head + "docker build -t example/service%[1]d:build -f Dockerfile.build .\n" +
			"docker create --name extract%[1]d example/service%[1]d:build\ndocker cp extract%[1]d:/out/app ./app\n" +
			"docker rm -f extract%[1]d\n\ndocker build -t example/service%[1]d:latest .\nrm -f app\n",
	},
	{ // variables, functions, and an id that is captured
		"Dockerfile.build": builder, "Dockerfile": runtime,
		"scripts/release": head + "cd \"$(dirname \"$0\")/..\"\nNAME=example/service%[1]d\nlog() { echo \"== $*\" >&2; }\n" +
			"log compile\ndocker build -t \"$NAME-builder\" -f Dockerfile.build .\nid=$(docker create \"$NAME-builder\")\n" +
			"docker cp \"$id:/out/app\" app\ndocker rm \"$id\" >/dev/null\nlog package\ndocker build -t \"$NAME:latest\" .\n" +
			"if [ -n \"${PUSH:-}\" ]; then\n\tdocker push \"$NAME:latest\"\nfi\n",
	},
	{ // refused: the file changes on the host
		"Dockerfile.build": builder, "Dockerfile": runtime,
		"build.sh": head + "docker build -t example/service%[1]d:build -f Dockerfile.build .\n" +
			"docker create --name x example/service%[1]d:build\ndocker cp x:/out/app ./app\ndocker rm x\nupx app\n" +
			"docker build -t example/service%[1]d .\n",
	},
	{ // two builds in two directories
		"compile/Dockerfile": builder, "image/Dockerfile": runtime,
		"docker-build.sh": head + "docker build -t b%[1]d compile\ndocker run --name c%[1]d b%[1]d true\n" +
			"docker cp c%[1]d:/out/app image/app\ndocker rm c%[1]d\ndocker build -t example/service%[1]d image\n",
	},
	{ // multi-stage already
		"Dockerfile": builder + "\nFROM alpine:3.7\nCOPY --from=compiler /out/app /app\nCMD [\"/app\"]\n",
		"build.sh":   head + "docker build -t example/service%[1]d .\ndocker run --rm example/service%[1]d --version\n",
	},
	{ // no build at all
		"deploy.sh":   head + "for region in eu us; do\n\tkubectl --context \"$region\" apply -f deploy.yaml\ndone\n",
		"deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: service%[1]d\n",
	},
}

// filler are the files that a service has besides.
var filler = []string{"main.go", "handler.go", "handler_test.go", "store.go", "web/index.js", "web/style.css", "api/service.proto", "config.yaml", "docs/notes.md", "testdata/input.json"}

// makeTree writes a tree into dir, which must not hold one yet, as a git repository
// without commits would hold it. The same size gives the same tree, byte for byte.
func makeTree(dir string, s treeSize) error {
	m := &maker{dir: dir, dirs: map[string]bool{}}
	m.file(".gitignore", "node_modules/\n*.o\n/out/\n")
	for i := range s.Units {
		for name, text := range shapes[i%len(shapes)] {
			m.file(unitDir(i)+"/"+name, sprintf(text, i))
		}
	}
	for i := 0; m.err == nil && m.files < s.Files; i++ {
		unit := i % max(s.Units, 1)
		name := filler[(i/max(s.Units, 1))%len(filler)]
		if round := i / max(s.Units, 1) / len(filler); round > 0 {
			name = fmt.Sprintf("internal/part%d/%s", round, name)
		}
		m.file(unitDir(unit)+"/"+name, strings.Repeat("// "+name+"\n", 20+i%60))
	}
	return m.err
}

func sprintf(text string, number int) string {
	if !strings.Contains(text, "%[1]d") {
		return text
	}
	return fmt.Sprintf(text, number)
}

// unitDir spreads units over directories.
func unitDir(i int) string { return fmt.Sprintf("teams/team%02d/service%04d", i%40, i) }

type maker struct {
	dir   string
	dirs  map[string]bool
	files int
	err   error
}

func (m *maker) file(name, text string) {
	full := filepath.Join(m.dir, filepath.FromSlash(name))
	if parent := filepath.Dir(full); m.err == nil && !m.dirs[parent] {
		m.err = os.MkdirAll(parent, 0o777)
		m.dirs[parent] = true
	}
	if m.err == nil {
		m.err = os.WriteFile(full, []byte(text), 0o777)
		m.files++
	}
}
