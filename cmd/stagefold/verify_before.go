package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/discover"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/convert/verify/proof"
)

// A history finds units in the files that git has in a revision, below dir.
type history struct {
	*verification
	dir string
}

func (h *history) find(l *locator) error {
	for _, path := range pathsOf(h.ctx) {
		if err := h.below(l, path); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) below(l *locator, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	around := path
	if !info.IsDir() {
		around = filepath.Dir(path)
	}
	full, err := realDir(around)
	if err != nil {
		return err
	}
	repo, err := l.repository(full)
	if err != nil {
		return err
	}
	old, err := h.before(l, repo)
	if err != nil {
		return err
	}
	rel, err := repo.inside(path)
	if err != nil {
		return err
	}
	scripts := []string{rel}
	if info.IsDir() {
		tree, err := discover.Walk(h.ctx.Context, old.fsys, discover.Options{Dir: rel})
		if err != nil {
			return fmt.Errorf("look for scripts below %q in %s: %w", path, h.ctx.String("before"), err)
		}
		scripts = tree.Scripts
	}
	for _, script := range scripts {
		result, err := h.convert(target{repo: old, script: script, named: !info.IsDir()})
		if err != nil {
			return err
		}
		if result.Status == convert.Nothing && info.IsDir() {
			continue
		}
		one := h.unit(repo, report.Unit{Root: repo.dir, Result: result})
		one.unit.Old = old.dir
		h.units = append(h.units, one)
	}
	return nil
}

// before opens the old files of repo.
func (h *history) before(l *locator, repo *repository) (*repository, error) {
	dir := filepath.Join(h.dir, fmt.Sprint(len(l.repos)), filepath.Base(repo.dir))
	for _, r := range l.repos {
		if strings.HasPrefix(r.dir, h.dir) && r.cwd == repo.dir {
			return r, nil
		}
	}
	if err := proof.Before(repo.dir, h.ctx.String("before"), dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	old := &repository{root: root, fsys: tree.New(root), dir: dir, cwd: repo.dir}
	l.repos[dir] = old
	return old, nil
}
