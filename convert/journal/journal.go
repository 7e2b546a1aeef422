package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/stagefold/stagefold/convert/write"
)

// Write writes groups, several at a time, under a lock. One that fails does not
// stop the others: the errors come back in the order of the groups. A group that
// ctx ended before is not written. No run may be pending.
func (s *Store) Write(ctx context.Context, groups []Group) ([]error, error) {
	if err := s.begin(&Run{Groups: groups}); err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	errs := s.writeAll(ctx, groups)
	return errs, s.rename(pendingFile, lastFile)
}

func (s *Store) writeAll(ctx context.Context, groups []Group) []error {
	errs := make([]error, len(groups))
	var jobs errgroup.Group
	jobs.SetLimit(2 * runtime.GOMAXPROCS(0)) // most of the time goes into waiting for the disk
	for i, g := range groups {
		jobs.Go(func() error {
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = g.finish(s.root)
			}
			return nil
		})
	}
	_ = jobs.Wait() // the errors are in errs
	return errs
}

// Recovery is what Finish did.
type Recovery struct {
	Units   int      // units that are whole now
	Written int      // those of them that the interrupted run had not written, or not whole
	Foreign []string // files that somebody else changed: their units are as they were found
}

// Finish finishes the pending run, under a lock. It returns nil where there is none.
func (s *Store) Finish(ctx context.Context) (*Recovery, error) {
	run, err := s.Pending()
	if run == nil {
		return nil, err
	}
	rec := &Recovery{}
	var groups, whole []Group
	for _, g := range run.Groups {
		g.sweep(s.root)
		switch g.State(s.root) {
		case Foreign:
			rec.Foreign = append(rec.Foreign, g.Foreign(s.root)...)
		case Old, Torn:
			groups = append(groups, g)
			rec.Written += len(g.Scripts)
			fallthrough
		default:
			whole = append(whole, g)
			rec.Units += len(g.Scripts)
		}
	}
	if err := problems(s.writeAll(ctx, groups)); err != nil {
		return nil, err
	}
	return rec, s.settle(run.Undo, whole)
}

// settle ends the pending run: its groups are those that are whole. What was undone
// can't be undone again.
func (s *Store) settle(undo bool, groups []Group) error {
	if undo {
		return errors.Join(s.remove(lastFile), s.remove(pendingFile))
	}
	if err := s.begin(&Run{Groups: groups}); err != nil {
		return err
	}
	return s.rename(pendingFile, lastFile)
}

// problems joins the errors that mean that something was not written.
func problems(errs []error) error {
	var all []error
	for _, err := range errs {
		if err != nil && !errors.Is(err, write.ErrLeftover) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// A ChangedError says which files are not as the run left them.
type ChangedError struct{ Files []string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("changed since they were written: %s", strings.Join(quoted(e.Files), ", "))
}

func quoted(names []string) []string {
	var list []string
	for _, n := range names {
		list = append(list, fmt.Sprintf("%q", n))
	}
	return list
}

// Undo takes the pending run back, or else the last one, under a lock, and returns
// the groups that it restored; a pending undo it goes on with. It fails with a *ChangedError, and changes nothing,
// where a file is not as the run left it.
func (s *Store) Undo(ctx context.Context) ([]Group, error) {
	run, err := s.Pending()
	if run == nil && err == nil {
		run, err = s.Last()
	}
	if run == nil {
		return nil, err
	}
	back, changed := s.reversed(run)
	if len(changed) > 0 {
		return nil, &ChangedError{changed}
	}
	if err := s.begin(&Run{Undo: true, Groups: back}); err != nil {
		return nil, err
	}
	if err := problems(s.writeAll(ctx, back)); err != nil {
		return nil, err
	}
	return back, s.settle(true, nil)
}

// reversed returns what is to be written to take a run back, and the files that are
// in the way.
func (s *Store) reversed(run *Run) (back []Group, changed []string) {
	for _, g := range run.Groups {
		g.sweep(s.root)
		if run.Undo {
			g = g.reverse()
		}
		switch g.State(s.root) {
		case Foreign:
			changed = append(changed, g.Foreign(s.root)...)
		case New, Torn:
			back = append(back, g.reverse())
		}
	}
	return back, changed
}
