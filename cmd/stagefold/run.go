package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/verify/front"
)

// The exit statuses.
const (
	exitDone     = 0 // done, or nothing to do
	exitFindings = 1 // something would change, or was refused
	exitTrouble  = 2 // wrong usage, or a file that could not be read or written
)

// errFindings ends a command whose findings have been shown.
var errFindings = errors.New("there are findings")

// A usageError is a command line that stagefold does not understand.
type usageError struct {
	command string // whose help helps
	err     error
}

func (e *usageError) Error() string { return e.err.Error() }

// streams are where the product and the messages of a run go.
type streams struct {
	out, err *os.File
}

// run does what args ask for and returns the exit status.
func run(args []string, s streams) int {
	if len(args) > 1 && args[1] == front.Word {
		return front.Main(args[2:])
	}
	app := newApp(s)
	err := app.Run(interspersed(app, args))
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFindings
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(s.err, "stagefold:", report.Text(strings.TrimSuffix(line, "\n")))
	}
	if usage := (*usageError)(nil); errors.As(err, &usage) {
		fmt.Fprintf(s.err, "Run \"%s --help\" for usage.\n", usage.command)
	}
	return exitTrouble
}
