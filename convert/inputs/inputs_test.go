package inputs

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each change of a tree is seen by the question that it changes the answer to.
func TestMoved(t *testing.T) {
	questions := map[string]func(fs.FS){
		"text":   func(f fs.FS) { _, _ = fs.ReadFile(f, "dir/file") },
		"names":  func(f fs.FS) { _, _ = fs.ReadDir(f, "dir") },
		"type":   func(f fs.FS) { _, _ = fs.Stat(f, "link") },
		"entry":  func(f fs.FS) { _, _ = fs.Lstat(f, "link") },
		"target": func(f fs.FS) { _, _ = fs.ReadLink(f, "link") },
		"glob":   func(f fs.FS) { _, _ = fs.Glob(f, "dir/f*") },
		"none":   func(f fs.FS) { _, _ = fs.ReadFile(f, "absent") },
		"walk": func(f fs.FS) {
			_ = fs.WalkDir(f, ".", func(string, fs.DirEntry, error) error { return nil })
		},
		"open": func(f fs.FS) {
			sub, _ := fs.Sub(f, "dir")
			_, _ = sub.Open("file")
		},
	}
	changes := map[string]struct {
		change func(dir string) error
		seen   []string
	}{
		"write": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "dir/file"), []byte("b"), 0o666) },
			[]string{"open", "text"},
		},
		"mode": {
			func(dir string) error { return os.Chmod(filepath.Join(dir, "dir/file"), 0o700) },
			nil,
		},
		"add": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "dir/more"), nil, 0o666) },
			[]string{"glob", "names", "walk"},
		},
		"hidden": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "dir/hidden"), nil, 0o666) },
			nil,
		},
		"appear": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "absent"), nil, 0o666) },
			[]string{"none", "walk"},
		},
		"remove": {
			func(dir string) error { return os.Remove(filepath.Join(dir, "dir/file")) },
			[]string{"glob", "names", "open", "text", "type", "walk"},
		},
		"link": {
			func(dir string) error {
				link := filepath.Join(dir, "link")
				if err := os.Remove(link); err != nil {
					return err
				}
				return os.Symlink("dir", link)
			},
			[]string{"target", "type"},
		},
		"replace": {
			func(dir string) error {
				link := filepath.Join(dir, "link")
				if err := os.Remove(link); err != nil {
					return err
				}
				return os.WriteFile(link, []byte("a"), 0o666)
			},
			[]string{"entry", "target", "walk"},
		},
	}
	hidden := func(name string) bool { return name == "dir/hidden" }
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			dir := seed(t)
			learned := map[string][]Input{}
			for q, ask := range questions {
				r := Record(os.DirFS(dir), hidden)
				ask(r)
				learned[q] = r.Inputs()
				if len(learned[q]) == 0 {
					t.Errorf("%s: nothing was noted", q)
				}
				if moved := Moved(os.DirFS(dir), learned[q], hidden); moved != nil {
					t.Errorf("%s: moved before anything changed: %v", q, moved)
				}
			}
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			var seen []string
			for _, q := range slices.Sorted(maps.Keys(questions)) {
				if Moved(os.DirFS(dir), learned[q], hidden) != nil {
					seen = append(seen, q)
				}
			}
			if diff := cmp.Diff(c.seen, seen); diff != "" {
				t.Errorf("seen by (-want +got):\n%s", diff)
			}
		})
	}
}

func seed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := os.Mkdir(filepath.Join(dir, "dir"), 0o777)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "dir/file"), []byte("a"), 0o666)
	}
	if err == nil {
		err = os.Symlink("dir/file", filepath.Join(dir, "link"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
