package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// A progress shows on a terminal how far a long work is, and nothing elsewhere or
// while the work is still short.
type progress struct {
	to    *os.File // nil where nothing is shown
	total int
	done  int
	next  time.Time // when to draw again
	drawn bool
}

const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
	progressCells = 30
)

func newProgress(to *os.File, total int, quiet bool) *progress {
	p := &progress{total: total, next: time.Now().Add(progressAfter)}
	if isatty.IsTerminal(to.Fd()) && !quiet {
		p.to = to
	}
	return p
}

// step counts one more piece of work as done.
func (p *progress) step() {
	p.done++
	if now := time.Now(); p.to != nil && now.After(p.next) {
		p.next, p.drawn = now.Add(progressEvery), true
		full := min(progressCells, progressCells*p.done/p.total)
		fmt.Fprintf(p.to, "\r[%s%s] %d/%d", strings.Repeat("=", full), strings.Repeat(" ", progressCells-full), p.done, p.total)
	}
}

// clear takes the bar off the screen.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
