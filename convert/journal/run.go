package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/write"
)

// A Run is what a run of stagefold writes.
type Run struct {
	Format int     `json:"format"`
	Undo   bool    `json:"undo"` // it takes an earlier run back
	Groups []Group `json:"groups"`
}

// A Group is written whole, or not at all.
type Group struct {
	Scripts []string `json:"scripts"` // of its units
	Files   []File   `json:"files"`
}

// A File is a file before and after. A text that is nil stands for no file.
type File struct {
	Path string      `json:"path"`
	Mode fs.FileMode `json:"mode,omitempty"` // of the old file
	Old  []byte      `json:"old"`
	New  []byte      `json:"new"`
}

// NewGroup describes changes to files below root, as they are now.
func NewGroup(root *os.Root, scripts []string, changes []edit.Change) Group {
	g := Group{Scripts: scripts}
	for _, c := range changes {
		f := File{Path: c.Path, Old: c.Old}
		if !c.Delete {
			f.New = append([]byte{}, c.New...)
		}
		if info, err := root.Lstat(c.Path); err == nil {
			f.Mode = info.Mode()
		}
		g.Files = append(g.Files, f)
	}
	return g
}

// A State says which text a file or a group has.
type State uint8

// The states. A group is Torn where some of its files are of one state and some of
// the other, and Foreign where one is.
const (
	Old State = iota
	New
	Torn
	Foreign // neither: somebody else changed it
)

func (f File) state(root *os.Root) State {
	info, err := root.Lstat(f.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return Foreign
	}
	var text []byte
	if err == nil {
		if text, err = root.ReadFile(f.Path); err != nil {
			return Foreign
		}
		text = append([]byte{}, text...)
	}
	switch {
	case same(text, f.New):
		return New
	case same(text, f.Old):
		return Old
	default:
		return Foreign
	}
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// State looks at the files of a group.
func (g Group) State(root *os.Root) State {
	var seen [Foreign + 1]bool
	for _, f := range g.Files {
		seen[f.state(root)] = true
	}
	switch {
	case seen[Foreign]:
		return Foreign
	case seen[Old] && seen[New]:
		return Torn
	case seen[Old]:
		return Old
	default:
		return New
	}
}

// Foreign returns the files of a group that are neither old nor new.
func (g Group) Foreign(root *os.Root) []string {
	var names []string
	for _, f := range g.Files {
		if f.state(root) == Foreign {
			names = append(names, f.Path)
		}
	}
	return names
}

// finish writes the files that are still old.
func (g Group) finish(root *os.Root) error {
	var changes []edit.Change
	for _, f := range g.Files {
		if f.state(root) != New {
			changes = append(changes, edit.Change{Path: f.Path, Old: f.Old, New: f.New, Delete: f.New == nil, Mode: f.mode()})
		}
	}
	return write.Files(root, changes)
}

// mode is that of a file which comes back, 0 for others.
func (f File) mode() fs.FileMode {
	if f.Old == nil {
		return f.Mode
	}
	return 0
}

// reverse exchanges old and new.
func (g Group) reverse() Group {
	back := Group{Scripts: g.Scripts}
	for _, f := range g.Files {
		back.Files = append(back.Files, File{Path: f.Path, Mode: f.Mode, Old: f.New, New: f.Old})
	}
	return back
}

// sweep removes the temporary files that a crash has left beside the files of g.
func (g Group) sweep(root *os.Root) {
	seen := map[string]bool{}
	for _, f := range g.Files {
		dir := path.Dir(f.Path)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		entries, err := fs.ReadDir(root.FS(), dir)
		if err != nil {
			continue // it is only a matter of tidiness
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), write.Prefix) && e.Type().IsRegular() {
				_ = root.Remove(path.Join(dir, e.Name()))
			}
		}
	}
}

// Left reports whether a file is as the run left it.
func (r *Run) Left(root *os.Root, name string) bool {
	for _, g := range r.Groups {
		for _, f := range g.Files {
			if f.Path == name {
				return f.state(root) == New
			}
		}
	}
	return false
}
