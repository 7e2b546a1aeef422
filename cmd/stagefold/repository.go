package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/tree"
)

// A repository is a directory tree that stagefold reads and writes in, and never
// leaves.
type repository struct {
	root *os.Root
	fsys tree.FS // of root
	dir  string  // absolute, without symbolic links
	cwd  string  // likewise
}

// display returns path, which is relative to the root of the repository, as the
// person at the terminal would type it.
func (r *repository) display(path string) string {
	full := filepath.Join(r.dir, filepath.FromSlash(path))
	if rel, err := filepath.Rel(r.cwd, full); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(full)
}

// relative returns the slash-separated path in the repository of an absolute
// path. It may lead out of the repository.
func (r *repository) relative(full string) (string, error) {
	rel, err := filepath.Rel(r.dir, full)
	return filepath.ToSlash(rel), err
}

// inside is relative for the path of a file as the person gave it.
func (r *repository) inside(path string) (string, error) {
	full, err := realFile(path)
	if err != nil {
		return "", err
	}
	return r.relative(full)
}

// realDir makes the path of a directory absolute and free of symbolic links.
func realDir(dir string) (string, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(full)
}

// realFile does so with the directory of a file, and leaves the file as it is.
func realFile(path string) (string, error) {
	dir, err := realDir(filepath.Dir(path))
	return filepath.Join(dir, filepath.Base(path)), err
}

// A locator finds targets, and opens each repository once.
type locator struct {
	cwd   string
	repos map[string]*repository // by repository.dir
}

func newLocator() (*locator, error) {
	cwd, err := realDir(".")
	return &locator{cwd: cwd, repos: map[string]*repository{}}, err
}

// close closes the repositories.
func (l *locator) close() {
	for _, r := range l.repos {
		r.fsys.Close()
		r.root.Close()
	}
}

// pathsOf returns the arguments of a command that takes paths.
func pathsOf(c *cli.Context) []string {
	if !c.Args().Present() {
		return []string{"."}
	}
	return c.Args().Slice()
}

// script is the target of a script in the repository around dir.
func (l *locator) script(path, dir string) (target, error) {
	around, err := realDir(dir)
	if err != nil {
		return target{}, err
	}
	repo, err := l.repository(around)
	if err != nil {
		return target{}, err
	}
	rel, err := repo.inside(path)
	return target{repo: repo, script: rel, named: true}, err
}

// repository opens the repository around dir, which is real: the nearest directory
// upwards that holds .git, or else dir.
func (l *locator) repository(dir string) (*repository, error) {
	at := top(dir)
	if r := l.repos[at]; r != nil {
		return r, nil
	}
	root, err := os.OpenRoot(at)
	if err != nil {
		return nil, err
	}
	r := &repository{root: root, fsys: tree.New(root), dir: at, cwd: l.cwd}
	l.repos[at] = r
	return r, nil
}

// top returns the nearest directory from dir upwards that holds .git, or dir.
func top(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		} else if !errors.Is(err, fs.ErrNotExist) {
			return dir
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}
