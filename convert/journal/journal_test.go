package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/journal"
)

// place makes a directory with files, and opens it.
func place(t *testing.T, files map[string]string) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, dir
}

func changes() []edit.Change {
	return []edit.Change{
		{Path: "deleted", Old: []byte("d"), Delete: true},
		{Path: "empty", Old: []byte{}, New: []byte("e")},
		{Path: "made", New: []byte("m")},
		{Path: "modified", Old: []byte("1"), New: []byte("2")},
	}
}

func texts(t *testing.T, dir string) string {
	t.Helper()
	all := ""
	for _, name := range []string{"deleted", "empty", "made", "modified"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			text = []byte("-")
		}
		all += name + "=" + string(text) + " "
	}
	return all
}

const (
	oldTexts = "deleted=d empty= made=- modified=1 "
	newTexts = "deleted=- empty=e made=m modified=2 "
)

var start = map[string]string{"deleted": "d", "empty": "", "modified": "1"}

func TestWriteAndUndo(t *testing.T) {
	root, dir := place(t, start)
	s := journal.At(root)
	if err := s.Lock(); err != nil {
		t.Fatal(err)
	}
	defer s.Unlock()
	if err := journal.At(root).Lock(); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("the error of a second lock is %v", err)
	}
	errs, err := s.Write(t.Context(), []journal.Group{journal.NewGroup(root, []string{"x.sh"}, changes())})
	if err != nil || errs[0] != nil || texts(t, dir) != newTexts {
		t.Fatalf("written: %s, %v, %v", texts(t, dir), errs, err)
	}
	if _, err := s.Undo(t.Context()); err != nil || texts(t, dir) != oldTexts {
		t.Fatalf("undone: %s, %v", texts(t, dir), err)
	}
	if info, err := os.Stat(filepath.Join(dir, "deleted")); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file that came back: %v, %v", info, err)
	}
	if groups, err := s.Undo(t.Context()); len(groups) > 0 || err != nil {
		t.Errorf("undone twice: %v, %v", groups, err)
	}
}

// TestForeign has a file that somebody changes after the run.
func TestForeign(t *testing.T) {
	root, dir := place(t, start)
	s := journal.At(root)
	if err := s.Lock(); err != nil {
		t.Fatal(err)
	}
	defer s.Unlock()
	if _, err := s.Write(t.Context(), []journal.Group{journal.NewGroup(root, []string{"x.sh"}, changes())}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "made"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := texts(t, dir)
	changed := (*journal.ChangedError)(nil)
	if _, err := s.Undo(t.Context()); !errors.As(err, &changed) || changed.Files[0] != "made" {
		t.Errorf("the error is %v", err)
	}
	if texts(t, dir) != before {
		t.Errorf("undo changed files: %s", texts(t, dir))
	}
}

// TestTorn starts from each mixture of old and new files that a crash may leave, with
// a pending run, and goes both ways from there.
func TestTorn(t *testing.T) {
	for mixture := range 16 {
		for _, undo := range []bool{false, true} {
			root, dir := place(t, start)
			s := journal.At(root)
			if err := s.Lock(); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Write(t.Context(), []journal.Group{journal.NewGroup(root, []string{"x.sh"}, changes())}); err != nil {
				t.Fatal(err)
			}
			for i, c := range changes() {
				if mixture&(1<<i) != 0 {
					revert(t, dir, c)
				}
			}
			store := filepath.Join(dir, ".stagefold")
			if err := os.Rename(filepath.Join(store, "last.json"), filepath.Join(store, "pending.json")); err != nil {
				t.Fatal(err)
			}
			want, err := newTexts, error(nil)
			if undo {
				want = oldTexts
				_, err = s.Undo(t.Context())
			} else {
				_, err = s.Finish(t.Context())
			}
			if err != nil || texts(t, dir) != want {
				t.Errorf("mixture %b, undo %t: %s, %v", mixture, undo, texts(t, dir), err)
			}
			s.Unlock()
		}
	}
}

// revert puts the old file of c back.
func revert(t *testing.T, dir string, c edit.Change) {
	t.Helper()
	name := filepath.Join(dir, c.Path)
	err := os.Remove(name)
	if c.Old != nil {
		err = os.WriteFile(name, c.Old, 0o640)
	}
	if err != nil {
		t.Fatal(err)
	}
}
