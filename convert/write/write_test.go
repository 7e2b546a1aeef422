package write

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert/edit"
)

// unit is a tree with one file to change, one to delete and one to make, in two
// directories.
func unit(t *testing.T) (*os.Root, []edit.Change) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	must(t, root.Mkdir("docker", 0o755))
	must(t, root.WriteFile("build.sh", []byte("old script\n"), 0o600))
	must(t, root.Chmod("build.sh", 0o750))
	must(t, root.WriteFile("docker/Dockerfile", []byte("old runtime"), 0o644))
	must(t, root.WriteFile("docker/Dockerfile.build", []byte("old builder\n"), 0o644))
	must(t, root.WriteFile("other", []byte("untouched\n"), 0o644))
	return root, []edit.Change{
		{Path: "build.sh", Old: []byte("old script\n"), New: []byte("new script\n")},
		{Path: "docker/Dockerfile", Old: []byte("old runtime"), New: []byte("new\n")},
		{Path: "docker/Dockerfile.build", Old: []byte("old builder\n"), Delete: true},
		{Path: "docker/new.env", New: []byte("A=1\n")},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree renders every file below root with its mode, owner and text.
func tree(t *testing.T, root *os.Root) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(root.Name(), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root.Name(), name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		uid, gid, _ := owner(info)
		text, err := os.ReadFile(name)
		if info.Mode()&fs.ModeSymlink != 0 {
			var link string
			link, err = os.Readlink(name)
			text = []byte(link)
		}
		files[filepath.ToSlash(rel)] = fmt.Sprintf("%s %d:%d %q", info.Mode(), uid, gid, text)
		return err
	}))
	return files
}

func TestFiles(t *testing.T) {
	root, changes := unit(t)
	want := tree(t, root)
	must(t, Files(root, changes))

	own := fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
	want["build.sh"] = fmt.Sprintf("-rwxr-x--- %s %q", own, "new script\n")
	want["docker/Dockerfile"] = fmt.Sprintf("-rw-r--r-- %s %q", own, "new\n")
	want["docker/new.env"] = fmt.Sprintf("-rw-r--r-- %s %q", own, "A=1\n")
	delete(want, "docker/Dockerfile.build")
	if diff := cmp.Diff(want, tree(t, root)); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func TestFilesKeepsModeAndOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	root, changes := unit(t)
	must(t, root.Chown("build.sh", 1234, 5678))
	must(t, root.Chmod("build.sh", 0o751|fs.ModeSetgid))
	must(t, Files(root, changes))
	if got, want := tree(t, root)["build.sh"], fmt.Sprintf("grwxr-x--x 1234:5678 %q", "new script\n"); got != want {
		t.Errorf("build.sh is %s, want %s", got, want)
	}
}

// TestFaults makes each call fail in turn. Whatever fails, the tree is as before,
// or as wanted with one temporary file too many.
func TestFaults(t *testing.T) {
	for _, links := range []linkSupport{withLinks, withoutLinks} {
		calls := faults(t, links)
		if calls < 30 {
			t.Errorf("%d calls were made to fail; expected one for each step of four files", calls)
		}
	}
}

// faults fails the first call, then the second, until a run gets through, and
// returns how many failed.
func faults(t *testing.T, links linkSupport) int {
	for n := 1; ; n++ {
		root, changes := unit(t)
		before := tree(t, root)
		f := &faulty{dir: dir{root}, links: links, failAt: n}
		err := apply(f, changes)
		if f.calls < n {
			must(t, err)
			return n - 1
		}
		switch {
		case f.lenient && err == nil:
		case !errors.Is(err, errFault):
			t.Fatalf("call %d (%s) failed; the error is %v", n, f.failed, err)
		case errors.Is(err, ErrLeftover):
			checkNew(t, root)
		default:
			if diff := cmp.Diff(before, tree(t, root)); diff != "" {
				t.Errorf("call %d (%s) failed; tree (-before +after):\n%s", n, f.failed, diff)
			}
		}
	}
}

// checkNew checks that all changes of unit are made.
func checkNew(t *testing.T, root *os.Root) {
	t.Helper()
	for name, want := range map[string]string{"build.sh": "new script\n", "docker/Dockerfile": "new\n", "docker/new.env": "A=1\n"} {
		if got, err := root.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, want)
		}
	}
	if _, err := root.Lstat("docker/Dockerfile.build"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Dockerfile.build is still there (%v)", err)
	}
}

func TestRollbackNamesWhatItCannotRestore(t *testing.T) {
	root, changes := unit(t)
	f := &faulty{dir: dir{root}, failFrom: "SyncDir"}
	err := apply(f, changes)
	if !errors.Is(err, errFault) {
		t.Fatalf("error %v, want the fault", err)
	}
	temps, _ := filepath.Glob(filepath.Join(root.Name(), Prefix+"*"))
	if len(temps) != 1 {
		t.Fatalf("temporary files %q, want the old build.sh", temps)
	}
	if text, _ := os.ReadFile(temps[0]); string(text) != "old script\n" {
		t.Errorf("the temporary file holds %q", text)
	}
	if want := filepath.Base(temps[0]); !contains(err, want) {
		t.Errorf("error %v does not name %s", err, want)
	}
}

func TestFilesRefuses(t *testing.T) {
	script := edit.Change{Path: "build.sh", Old: []byte("old script\n"), New: []byte("new\n")}
	tests := []struct {
		name    string
		prepare func(t *testing.T, root *os.Root)
		changes []edit.Change
		want    string
	}{
		{"changed", func(t *testing.T, r *os.Root) { must(t, r.WriteFile("build.sh", []byte("theirs"), 0o644)) },
			[]edit.Change{script}, `write "build.sh": the file changed since it was read`},
		{"gone", func(t *testing.T, r *os.Root) { must(t, r.Remove("build.sh")) },
			[]edit.Change{script}, `write "build.sh": the file changed since it was read`},
		{"symlink", func(t *testing.T, r *os.Root) {
			must(t, r.Rename("build.sh", "real.sh"))
			must(t, r.Symlink("real.sh", "build.sh"))
		}, []edit.Change{script}, `write "build.sh": expected a regular file, found a symbolic link`},
		{"directory", nothing, []edit.Change{{Path: "docker", Old: []byte("x"), New: []byte("y")}},
			`write "docker": expected a regular file, found a directory`},
		{"in the way", nothing, []edit.Change{{Path: "other", New: []byte("y")}}, `write "other": file already exists`},
		{"no directory", nothing, []edit.Change{{Path: "none/new", New: []byte("y")}}, `write "none/new": `},
		{"escapes", nothing, []edit.Change{{Path: "../x", New: []byte("y")}}, `write "../x": `},
		{"escapes by a link", func(t *testing.T, r *os.Root) { must(t, os.Symlink(t.TempDir(), filepath.Join(r.Name(), "out"))) },
			[]edit.Change{{Path: "out/x", New: []byte("y")}}, `write "out/x": `},
		{"twice", nothing, []edit.Change{script, {Path: "./build.sh", Old: script.Old, Delete: true}},
			`write "./build.sh": the file is to be changed twice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, all := unit(t)
			tt.prepare(t, root)
			before := tree(t, root)
			// The good changes go first, so that there is something to undo.
			err := Files(root, append(all[1:3:3], tt.changes...))
			if err == nil || !contains(err, tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if diff := cmp.Diff(before, tree(t, root)); diff != "" {
				t.Errorf("tree (-before +after):\n%s", diff)
			}
		})
	}
}

func nothing(*testing.T, *os.Root) {}
