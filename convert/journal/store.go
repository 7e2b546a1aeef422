package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// format is the version of the files of a store.
const format = 1

// The files of a store.
const (
	pendingFile = "pending.json"
	lastFile    = "last.json"
	lockFile    = "lock"
)

// ErrLocked says that another run is writing in the repository.
var ErrLocked = errors.New("another run of stagefold is writing here")

// A Store keeps the journal of one repository.
type Store struct {
	root *os.Root
	dir  string
	lock *os.File
}

// At returns the store of the repository below root, which need not exist yet.
func At(root *os.Root) *Store {
	dir := ".stagefold"
	if info, err := root.Lstat(".git"); err == nil && info.IsDir() {
		dir = ".git/stagefold"
	}
	return &Store{root: root, dir: dir}
}

// Lock makes the store, where there is none, and keeps others from writing until
// Unlock. It fails with ErrLocked where somebody else has the lock.
func (s *Store) Lock() error {
	if err := s.root.Mkdir(s.dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if s.dir == ".stagefold" {
		if err := s.root.WriteFile(path.Join(s.dir, ".gitignore"), []byte("*\n"), 0o666); err != nil {
			return err
		}
	}
	f, err := s.root.OpenFile(path.Join(s.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	if err := lock(f); err != nil {
		f.Close()
		return err
	}
	s.lock = f
	return nil
}

// Unlock lets others write.
func (s *Store) Unlock() {
	s.lock.Close()
	s.lock = nil
}

// Pending returns the run that was interrupted, or nil.
func (s *Store) Pending() (*Run, error) { return s.read(pendingFile) }

// Last returns the last run that was finished, or nil.
func (s *Store) Last() (*Run, error) { return s.read(lastFile) }

func (s *Store) read(name string) (*Run, error) {
	full := path.Join(s.dir, name)
	info, err := s.root.Lstat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("read the journal %q: expected a regular file", full)
	case err != nil:
		return nil, err
	}
	f, err := s.root.Open(full)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &Run{}
	if err := json.NewDecoder(bufio.NewReader(f)).Decode(r); err != nil {
		return nil, fmt.Errorf("read the journal %q: %w", full, err)
	}
	if r.Format != format {
		return nil, fmt.Errorf("read the journal %q: expected format %d, found %d", full, format, r.Format)
	}
	return r, nil
}

// begin makes r pending. It is on disk when begin returns.
func (s *Store) begin(r *Run) error {
	r.Format = format
	temp := path.Join(s.dir, "new.json")
	f, err := s.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	err = errors.Join(json.NewEncoder(out).Encode(r), out.Flush(), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return s.rename("new.json", pendingFile)
}

// rename gives a file of the store another name, for good.
func (s *Store) rename(from, to string) error {
	if err := s.root.Rename(path.Join(s.dir, from), path.Join(s.dir, to)); err != nil {
		return err
	}
	dir, err := s.root.Open(s.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	_ = dir.Sync() // not every system can; then a loss of power may lose the journal
	return nil
}

func (s *Store) remove(name string) error {
	if err := s.root.Remove(path.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
