package shparse

import (
	"testing"
	"testing/fstest"
)

// TestMounted checks what is known of files in a directory that a container had
// mounted.
func TestMounted(t *testing.T) {
	const run = "docker run -v \"$PWD:/src\" -v \"$PWD/out:/out\" golang:1 make\n"
	for _, tt := range []struct {
		script, path string
		want         string // Origin and Source, "" for a file as in the repository
	}{
		{run, "app", "Extracted /src/app"},
		{run, "main.go", ""},
		{run, "out/app", "Extracted /out/app"},
		{"mkdir -p out\n" + run, "out/app", "Extracted /out/app"},
		{"rm -rf bin\n" + run, "bin/app", "Extracted /src/bin/app"},
		{run + "rm -rf out\n", "out/app", "Removed"},
		{run + "mkdir dist\nmv app dist/server\n", "dist/server", "Extracted /src/app"},
		{run + "chmod +x app\n", "app", "Extracted /src/app"},
		{run + "docker run -v \"$PWD:/w\" node:8 make\n", "app", "Extracted /w/app"},
		{"docker run -v \"$PWD:/src:ro\" golang:1 make\n", "app", ""},
	} {
		repo := fstest.MapFS{"build.sh": {Data: []byte(tt.script)}, "main.go": {Data: []byte("package main\n")}}
		tr := Read(Config{FS: repo, Path: "build.sh"})
		if len(tr.Ways) != 1 {
			t.Fatalf("%q has %d ways: %v", tt.script, len(tr.Ways), tr.Findings)
		}
		got := ""
		if f, ok := tr.Ways[0].Files.At(tt.path); ok {
			switch f.Origin {
			case Extracted:
				got = "Extracted " + f.Source
			case Removed:
				got = "Removed"
			default:
				got = "other"
			}
		}
		if got != tt.want {
			t.Errorf("%q: %s is %q, want %q", tt.script, tt.path, got, tt.want)
		}
	}
}
