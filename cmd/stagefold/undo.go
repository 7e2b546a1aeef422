package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/journal"
	"github.com/stagefold/stagefold/convert/report"
)

const aboutUndo = `Takes the last "convert --write" in the repository of DIR back: every file is again
what it was, byte for byte. Where one of them changed since, nothing is undone, and
the message says which. What was undone can't be undone again.

The default for DIR is the current directory. Its repository is the nearest directory
upwards that holds .git, or else DIR itself.`

func undoCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "undo",
		Usage:       "take the last convert --write back",
		UsageText:   "stagefold undo [DIR]",
		Description: aboutUndo,
		Action:      func(c *cli.Context) error { return runUndo(c, s) },
	}
}

func runUndo(c *cli.Context, s streams) error {
	if c.NArg() > 1 {
		return usagef(c, "expected one directory, found %q", c.Args().Slice())
	}
	l, err := newLocator()
	if err != nil {
		return err
	}
	defer l.close()
	full, err := realDir(pathsOf(c)[0])
	if err != nil {
		return err
	}
	repo, err := l.repository(full)
	if err != nil {
		return err
	}
	groups, err := undo(c, repo)
	if err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	for _, g := range groups {
		if err := report.Written(s.out, restored(g), repo.display); err != nil {
			return err
		}
	}
	if len(groups) == 0 {
		fmt.Fprintln(s.err, "nothing to undo")
	}
	return nil
}

func undo(c *cli.Context, repo *repository) ([]journal.Group, error) {
	store := journal.At(repo.root)
	pending, err := store.Pending()
	if err != nil {
		return nil, err
	}
	last, err := store.Last()
	if err != nil || pending == nil && last == nil {
		return nil, err
	}
	if err := store.Lock(); err != nil {
		return nil, err
	}
	defer store.Unlock()
	return store.Undo(c.Context)
}

// restored are the changes that a group was written with.
func restored(g journal.Group) []edit.Change {
	var changes []edit.Change
	for _, f := range g.Files {
		changes = append(changes, edit.Change{Path: f.Path, Old: f.Old, New: f.New, Delete: f.New == nil})
	}
	return changes
}
