package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/write"
)

var errInterrupted = errors.New("interrupted before it was written")

// write writes the units that have changes. An interrupt is held back until the
// unit at hand is written whole; the ones behind it are left as they are.
func (v *conversion) write() {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	for i := range v.units {
		u := &v.units[i]
		if len(u.Changes) == 0 {
			continue
		}
		err := errInterrupted
		if len(interrupts) == 0 { // what has come stays there, for the units behind this one
			err = v.writeUnit(u)
		}
		if err != nil {
			u.Err = fmt.Errorf("%q: %w", v.name(u, u.Script), err)
		}
	}
}

func (v *conversion) writeUnit(u *report.Unit) error {
	err := write.Files(v.repos[u.Root].root, u.Changes)
	u.Written = err == nil || errors.Is(err, write.ErrLeftover)
	return err
}

// name returns a path of u as the person at the terminal would type it.
func (v *conversion) name(u *report.Unit, path string) string {
	return v.repos[u.Root].display(path)
}
