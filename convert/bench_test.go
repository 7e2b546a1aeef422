package convert_test

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert"
)

// BenchmarkConvert is one conversion of the best-known case, with its files in
// memory. The aim is below 1 ms and 200 kB.
func BenchmarkConvert(b *testing.B) {
	fsys := inMemory(b, os.DirFS("../examples/href-counter"))
	b.ReportAllocs()
	for b.Loop() {
		r := convert.Convert(fsys, convert.Options{Script: "build.sh"})
		if r.Status != convert.Converted {
			b.Fatalf("%v: %v", r.Status, r.Findings)
		}
	}
}

// inMemory reads all files of fsys.
func inMemory(b *testing.B, fsys fs.FS) fs.FS {
	b.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		files[name] = &fstest.MapFile{Data: text, Mode: 0o644}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return files
}
