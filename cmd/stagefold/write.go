package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/scan"
	"github.com/stagefold/stagefold/convert/write"
)

var errInterrupted = errors.New("interrupted before it was written")

// write writes the units that have changes, those that share files together. An
// interrupt is held back until the units at hand are written whole; the ones behind
// them are left as they are.
func (v *conversion) write() {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	for _, group := range scan.Groups(v.units) {
		err := errInterrupted
		if len(interrupts) == 0 { // what has come stays there, for the units behind these
			err = v.writeGroup(group)
		}
		for _, u := range group {
			u.Written = err == nil || errors.Is(err, write.ErrLeftover)
			if err != nil {
				u.Err = fmt.Errorf("%q: %w", v.name(u, u.Script), err)
			}
		}
	}
}

func (v *conversion) writeGroup(group []*scan.Unit) error {
	return write.Files(v.repos[group[0].Root].root, changesOf(group))
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
