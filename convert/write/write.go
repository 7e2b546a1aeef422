// Package write puts the changes of a unit on disk: all of them, or none.
//
// Each new text is staged in a file beside its target, with the mode and, where
// the system lets us, the owner of the file that it replaces. A second name keeps
// the old file. Only when everything is staged, synced and found unchanged since
// it was read are the staged files renamed onto their targets, and only then are
// files deleted. An error at any of these steps puts the old files back, the very
// files and not copies of them where the file system has hard links.
//
// Everything goes through an os.Root, so no path and no symbolic link leads out of
// the repository. A target that is itself a symbolic link is refused.
package write

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/stagefold/stagefold/convert/edit"
)

// Prefix begins the names of the temporary files that Files makes beside its
// targets. A crash of the machine may leave some.
const Prefix = ".stagefold-"

// ErrChanged says that a file is not what it was when it was read.
var ErrChanged = errors.New("the file changed since it was read")

// ErrLeftover says that all changes were made, but that a temporary file with the
// old text could not be removed. The error that wraps it names the file.
var ErrLeftover = errors.New("the files are written, but a temporary file is left")

// Files makes changes to files below root. A change whose Old is nil makes a new
// file, in a directory that exists. After an error that is not ErrLeftover every
// file is as it was before; where even putting one back failed, the error names
// it and where its old text is.
func Files(root *os.Root, changes []edit.Change) error {
	return apply(dir{root}, changes)
}

// apply is Files over any filesystem.
func apply(fsys filesystem, changes []edit.Change) error {
	t, err := begin(fsys, changes)
	if err != nil {
		return err
	}
	for _, step := range []func() error{t.stage, t.verify, t.replace, t.remove, t.sync} {
		if err := step(); err != nil {
			return errors.Join(err, t.rollback())
		}
	}
	return t.finish()
}

// A transaction is the work on the files of one unit.
type transaction struct {
	fsys  filesystem
	files []*file
}

// A file is a target and what was made beside it.
type file struct {
	change edit.Change
	info   fs.FileInfo // of the target before; nil for a new file
	staged string      // the file with the new text, "" where there is none
	backup string      // the second name of the old file, "" where there is none
	done   bool        // the target has been replaced or removed
}

// begin looks at all targets and touches none.
func begin(fsys filesystem, changes []edit.Change) (*transaction, error) {
	t := &transaction{fsys: fsys}
	seen := map[string]bool{}
	for _, c := range changes {
		name := path.Clean(c.Path)
		if seen[name] {
			return nil, fmt.Errorf("write %q: the file is to be changed twice", c.Path)
		}
		seen[name] = true
		info, err := target(fsys, c)
		if err != nil {
			return nil, fmt.Errorf("write %q: %w", c.Path, err)
		}
		t.files = append(t.files, &file{change: c, info: info})
	}
	return t, nil
}

// target returns what is known of the file that c is to change: nil for one that
// is rightly missing.
func target(fsys filesystem, c edit.Change) (fs.FileInfo, error) {
	info, err := fsys.Lstat(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Old == nil && !c.Delete:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrChanged
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, errors.New("expected a regular file, found a symbolic link: replace it with the file that it points to")
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("expected a regular file, found a %s", kind(info.Mode()))
	case c.Old == nil:
		return nil, fs.ErrExist
	}
	return info, nil
}

func kind(m fs.FileMode) string {
	if m.IsDir() {
		return "directory"
	}
	return "special file"
}

// stage makes the files beside the targets.
func (t *transaction) stage() error {
	for _, f := range t.files {
		if err := t.stageNew(f); err != nil {
			return fmt.Errorf("write %q: %w", f.change.Path, err)
		}
		if err := t.keepOld(f); err != nil {
			return fmt.Errorf("write %q: keep the old text: %w", f.change.Path, err)
		}
	}
	return nil
}

func (t *transaction) stageNew(f *file) error {
	if f.change.Delete {
		return nil
	}
	return t.create(&f.staged, f, f.change.New)
}

// keepOld gives the old file a second name, or copies it where the file system
// has no hard links.
func (t *transaction) keepOld(f *file) error {
	if f.info == nil {
		return nil
	}
	name := temporary(f.change.Path)
	if err := t.fsys.Link(f.change.Path, name); err == nil {
		f.backup = name
		return nil
	}
	return t.create(&f.backup, f, f.change.Old)
}

// create makes a temporary file beside the target of f that holds text, and puts
// its name into name as soon as it exists. It looks like the file it stands for.
func (t *transaction) create(name *string, f *file, text []byte) error {
	temp := temporary(f.change.Path)
	perm := fs.FileMode(0o666)
	if f.info != nil {
		perm = 0o600
	}
	out, err := t.fsys.Create(temp, perm)
	if err != nil {
		return err
	}
	*name = temp
	err = fill(out, f.info, text)
	if err == nil && f.info == nil && f.change.Mode != 0 {
		err = out.Chmod(f.change.Mode)
	}
	return errors.Join(err, out.Close())
}

// fill writes and syncs the file. The owner comes before the mode, since a change
// of owner clears setuid and setgid.
func fill(out handle, like fs.FileInfo, text []byte) error {
	if _, err := out.Write(text); err != nil {
		return err
	}
	if like != nil {
		if uid, gid, ok := owner(like); ok {
			// Only root may give files away; the text matters more than the owner.
			_ = out.Chown(uid, gid)
		}
		if err := out.Chmod(like.Mode()); err != nil {
			return err
		}
	}
	return out.Sync()
}

// verify compares the targets with what was read, as late as possible.
func (t *transaction) verify() error {
	for _, f := range t.files {
		if f.info == nil {
			continue
		}
		now, err := t.fsys.ReadFile(f.change.Path)
		if err == nil && !bytes.Equal(now, f.change.Old) {
			err = ErrChanged
		}
		if err != nil {
			return fmt.Errorf("write %q: %w", f.change.Path, err)
		}
	}
	return nil
}

func (t *transaction) replace() error {
	for _, f := range t.files {
		if f.staged == "" {
			continue
		}
		if err := t.fsys.Rename(f.staged, f.change.Path); err != nil {
			return fmt.Errorf("write %q: %w", f.change.Path, err)
		}
		f.staged, f.done = "", true
	}
	return nil
}

func (t *transaction) remove() error {
	for _, f := range t.files {
		if !f.change.Delete {
			continue
		}
		if err := t.fsys.Remove(f.change.Path); err != nil {
			return fmt.Errorf("delete %q: %w", f.change.Path, err)
		}
		f.done = true
	}
	return nil
}

// sync makes the renames and deletions last through a loss of power.
func (t *transaction) sync() error {
	seen := map[string]bool{}
	for _, f := range t.files {
		parent := path.Dir(f.change.Path)
		if seen[parent] {
			continue
		}
		seen[parent] = true
		if err := t.fsys.SyncDir(parent); err != nil {
			return fmt.Errorf("sync the directory %q: %w", parent, err)
		}
	}
	return nil
}

// finish drops the old files. There is no way back from here.
func (t *transaction) finish() error {
	var errs []error
	for _, f := range t.files {
		if f.backup == "" {
			continue
		}
		if err := t.fsys.Remove(f.backup); err != nil {
			errs = append(errs, fmt.Errorf("%w: %q: %w", ErrLeftover, f.backup, err))
		}
	}
	return errors.Join(errs...)
}

// rollback puts every target back and removes what was made beside it. It goes on
// after an error, to save what it can.
func (t *transaction) rollback() error {
	var errs []error
	for _, f := range t.files {
		if err := t.restore(f); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (t *transaction) restore(f *file) error {
	switch {
	case f.done && f.backup != "":
		if err := t.fsys.Rename(f.backup, f.change.Path); err != nil {
			return fmt.Errorf("put %q back, whose old text is in %q: %w", f.change.Path, f.backup, err)
		}
		f.backup = ""
	case f.done:
		if err := t.fsys.Remove(f.change.Path); err != nil {
			return fmt.Errorf("remove the new file %q: %w", f.change.Path, err)
		}
	}
	var errs []error
	for _, name := range []string{f.staged, f.backup} {
		if name == "" {
			continue
		}
		if err := t.fsys.Remove(name); err != nil {
			errs = append(errs, fmt.Errorf("remove the temporary file %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
