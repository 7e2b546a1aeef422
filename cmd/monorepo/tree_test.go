package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMakeTree makes a tree twice: it has the size that was asked for, and is the same.
func TestMakeTree(t *testing.T) {
	var trees [2]map[string]string
	for i := range trees {
		dir := t.TempDir()
		if err := makeTree(dir, treeSize{Units: 12, Files: 200}); err != nil {
			t.Fatal(err)
		}
		trees[i] = map[string]string{}
		err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			trees[i][name[len(dir):]] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := parseAll(dir); err != nil {
			t.Errorf("a Dockerfile does not parse: %v", err)
		}
	}
	if len(trees[0]) != 200 {
		t.Errorf("made %d files, want 200", len(trees[0]))
	}
	if diff := cmp.Diff(trees[0], trees[1]); diff != "" {
		t.Errorf("the second tree differs:\n%s", diff)
	}
}
