package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
)

// A repository is a directory tree that stagefold reads and writes in, and never
// leaves.
type repository struct {
	root *os.Root
	dir  string // absolute, without symbolic links
	cwd  string // likewise
}

// A target is a script to work on.
type target struct {
	repo   *repository
	script string // slash-separated, relative to repo.dir
	named  bool   // by the person, and not found below a directory
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

// targets returns the scripts that paths name, in order and each once: a script
// itself, or those of all units below a directory.
func (l *locator) targets(paths []string) ([]target, error) {
	var all []target
	for _, path := range paths {
		found, err := l.below(path)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			same := func(o target) bool { return o.repo == t.repo && o.script == t.script }
			if i := slices.IndexFunc(all, same); i < 0 {
				all = append(all, t)
			} else {
				all[i].named = all[i].named || t.named
			}
		}
	}
	return all, nil
}

func (l *locator) below(path string) ([]target, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		t, err := l.script(path, filepath.Dir(path))
		return []target{t}, err
	}
	full, err := realDir(path)
	if err != nil {
		return nil, err
	}
	repo, err := l.repository(full)
	if err != nil {
		return nil, err
	}
	dir, err := repo.relative(full)
	if err != nil {
		return nil, err
	}
	scripts, err := convert.Find(repo.root.FS(), dir)
	if err != nil {
		return nil, fmt.Errorf("look for scripts below %q: %w", path, err)
	}
	var found []target
	for _, s := range scripts {
		found = append(found, target{repo: repo, script: s})
	}
	return found, nil
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
	r := &repository{root: root, dir: at, cwd: l.cwd}
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
