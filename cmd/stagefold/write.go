package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/journal"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
	"github.com/stagefold/stagefold/convert/write"
)

var errInterrupted = errors.New("interrupted before it was written")

// write writes the units that have changes, those that share files together. An
// interrupt is held back until the units at hand are written whole; the ones behind
// them are left as they are.
func (v *conversion) write() error {
	ctx, stop := signal.NotifyContext(v.ctx.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	byRepo := map[*repository][][]*scan.Unit{}
	for _, group := range scan.Groups(v.units) {
		repo := v.repos[group[0].Root]
		byRepo[repo] = append(byRepo[repo], group)
	}
	repos := slices.SortedFunc(maps.Keys(byRepo), func(a, b *repository) int { return cmp.Compare(a.dir, b.dir) })
	if !v.ctx.Bool("allow-dirty") {
		for _, repo := range repos {
			if err := checkClean(repo, v.asides); err != nil {
				return err
			}
		}
	}
	for _, repo := range repos {
		if err := v.writeRepository(ctx, repo, byRepo[repo]); err != nil {
			return err
		}
	}
	return nil
}

func (v *conversion) writeRepository(ctx context.Context, repo *repository, groups [][]*scan.Unit) error {
	store := journal.At(repo.root)
	if err := store.Lock(); err != nil {
		return fmt.Errorf("write in %q: %w", repo.display("."), err)
	}
	defer store.Unlock()
	var entries []journal.Group
	for _, group := range groups {
		entries = append(entries, journal.NewGroup(repo.root, scriptsOf(group), changesOf(group)))
	}
	errs, err := store.Write(ctx, entries)
	if err != nil {
		return err
	}
	for i, group := range groups {
		v.note(group, errs[i])
	}
	return nil
}

// note says in the units of a group what became of it.
func (v *conversion) note(group []*scan.Unit, err error) {
	if errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	for _, u := range group {
		u.Written = err == nil || errors.Is(err, write.ErrLeftover)
		if err != nil {
			u.Err = fmt.Errorf("%q: %w", v.name(u, u.Script), err)
		}
	}
}

func scriptsOf(group []*scan.Unit) []string {
	var scripts []string
	for _, u := range group {
		scripts = append(scripts, u.Script)
	}
	return scripts
}

// changesOf are the changes of units that agree, each file once.
func changesOf(group []*scan.Unit) []edit.Change {
	var all []edit.Change
	for _, u := range group {
		for _, c := range u.Changes {
			if !slices.ContainsFunc(all, func(o edit.Change) bool { return o.Path == c.Path }) {
				all = append(all, c)
			}
		}
	}
	return all
}

// name returns a path of u as the person at the terminal would type it.
func (v *survey) name(u *scan.Unit, path string) string {
	return v.repos[u.Root].display(path)
}

// finishPending finishes runs that were interrupted, and says so. No conversion may
// look at files before: they could be of different age.
func finishPending(w io.Writer, l *locator) error {
	for _, repo := range l.sorted() {
		store := journal.At(repo.root)
		if run, err := store.Pending(); run == nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := store.Lock(); err != nil {
			return fmt.Errorf("write in %q: %w", repo.display("."), err)
		}
		rec, err := store.Finish(context.Background())
		store.Unlock()
		if err != nil {
			return fmt.Errorf("finish an interrupted run: %w", err)
		}
		sayRecovered(w, repo, rec)
	}
	return nil
}

func sayRecovered(w io.Writer, repo *repository, rec *journal.Recovery) {
	if rec == nil {
		return // another process was faster
	}
	fmt.Fprintf(w, "stagefold: an interrupted run in %s is finished: %d of %d units were left to write\n",
		report.Text(repo.display(".")), rec.Written, rec.Units)
	if len(rec.Foreign) > 0 {
		fmt.Fprintf(w, "stagefold: left as they are, since they changed in between: %s\n", report.Text(strings.Join(rec.Foreign, ", ")))
	}
}

// warnPending says where an interrupted run has left files of different age.
func warnPending(w io.Writer, l *locator) {
	for _, repo := range l.sorted() {
		if run, err := journal.At(repo.root).Pending(); run != nil || err != nil {
			fmt.Fprintf(w, "stagefold: a run in %s was interrupted, or is still at work: \"stagefold convert -w\" finishes it, \"stagefold undo\" takes it back\n",
				report.Text(repo.display(".")))
		}
	}
}

// sorted are the open repositories, by directory.
func (l *locator) sorted() []*repository {
	return slices.SortedFunc(maps.Values(l.repos), func(a, b *repository) int { return cmp.Compare(a.dir, b.dir) })
}
