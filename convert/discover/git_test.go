package discover_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stagefold/stagefold/convert/discover"
	"github.com/stagefold/stagefold/convert/tree"
)

// names are the pieces of paths, chosen to come near the patterns.
var names = []string{"a", "b", "ab", "a.sh", "b.sh", ".a", "[a]", "a b", "é", "!a", "#a", "a ", "build"}

// pieces are what patterns are made of. A bracket that is never closed is not among
// them: git matches nothing with it, the library takes it as it is.
var pieces = []string{
	"a", "b", "ab", "*", "?", "**", "/", "/", ".sh", "*.sh", "!", "#", "\\", " ", "[ab]", "[!a]", "[^a]", "[[:alpha:]]", "é", "build",
}

// TestAgainstGit makes trees and ignore files, and asks git which scripts are there.
func TestAgainstGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "stagefold-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		grow(t, dir, 0)
		want, got := others(t, dir), found(t, dir)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("git and Walk differ (-git +walk):\n%s%s", diff, ignoreFiles(dir))
		}
	})
}

// grow makes up to four levels of files, directories and ignore files.
func grow(t *rapid.T, dir string, depth int) {
	if rapid.IntRange(0, 2).Draw(t, "ignore") == 0 {
		write(t, dir, ".gitignore", strings.Join(rapid.SliceOfN(rapid.Custom(pattern), 1, 4).Draw(t, "patterns"), "\n"))
	}
	for i, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 5, rapid.ID).Draw(t, "names") {
		if depth < 3 && i%2 == 0 {
			if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
				t.Fatal(err)
			}
			grow(t, filepath.Join(dir, name), depth+1)
			continue
		}
		write(t, dir, name, "#!/bin/sh\n"+extracting)
	}
}

func pattern(t *rapid.T) string {
	text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 4).Draw(t, "pieces"), "")
	if rapid.IntRange(0, 3).Draw(t, "directory") == 0 {
		text += "/"
	}
	return text
}

func write(t *rapid.T, dir, name, text string) {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// others are the files that git would add.
func others(t *rapid.T, dir string) []string {
	for _, args := range [][]string{{"init", "-q"}, {"ls-files", "--others", "--exclude-standard", "-z"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		if args[0] == "ls-files" {
			list := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
			list = slices.DeleteFunc(list, func(name string) bool { return name == "" || filepath.Base(name) == ".gitignore" })
			slices.Sort(list)
			return list
		}
	}
	return nil
}

func found(t *rapid.T, dir string) []string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	tree, err := discover.Walk(t.Context(), tree.New(root), discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{}, tree.Scripts...)
}

func ignoreFiles(dir string) string {
	var out strings.Builder
	_ = filepath.WalkDir(dir, func(name string, _ os.DirEntry, _ error) error {
		if filepath.Base(name) == ".gitignore" {
			text, _ := os.ReadFile(name)
			fmt.Fprintf(&out, "%s:\n%s\n", strings.TrimPrefix(name, dir), text)
		}
		return nil
	})
	return out.String()
}
