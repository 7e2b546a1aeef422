// Package fuzzing holds the fuzz target of whole conversions. It stands apart from the
// tests of package convert, whose many packages a fuzz build would have to instrument.
package fuzzing

import (
	"bytes"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"golang.org/x/tools/txtar"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/tree"
)

// FuzzConvert checks that a conversion never panics, and that what it makes
// satisfies BuildKit and leaves nothing to convert.
func FuzzConvert(f *testing.F) {
	for _, dir := range []string{"plan", "equivalence", "refusals"} {
		seedCases(f, dir)
	}
	f.Fuzz(func(t *testing.T, script, builder, runtime []byte) {
		fsys := fstest.MapFS{}
		for name, text := range map[string][]byte{"build.sh": script, "Dockerfile.build": builder, "Dockerfile": runtime, "main.go": nil} {
			fsys[name] = &fstest.MapFile{Data: text, Mode: 0o644}
		}
		options := convert.Options{Script: "build.sh"}
		result := convert.Convert(fsys, options)
		if len(result.Changes) == 0 {
			return
		}
		for _, ch := range result.Changes {
			if !ch.Delete && ch.Path != options.Script {
				checkBuildKit(t, ch.New)
			}
		}
		again := convert.Convert(tree.After(fsys, result.Changes), options)
		if again.Status != convert.Nothing || len(again.Changes) > 0 {
			t.Errorf("the second conversion is %v, want nothing to do: %v", again.Status, again.Findings)
		}
	})
}

// seedCases adds the cases of a corpus that have the files of the usual names.
func seedCases(f *testing.F, dir string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no cases in testdata/%s (%v)", dir, err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		files := map[string][]byte{}
		for _, file := range archive.Files {
			files[file.Name] = file.Data
		}
		f.Add(files["build.sh"], files["Dockerfile.build"], files["Dockerfile"])
	}
}

func checkBuildKit(t *testing.T, text []byte) {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("BuildKit does not parse %q: %v", text, err)
	}
	if _, _, err := instructions.Parse(parsed.AST, nil); err != nil {
		t.Fatalf("BuildKit does not understand %q: %v", text, err)
	}
}
