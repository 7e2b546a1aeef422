package main

import (
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// fromEnvironment are the flags that a variable may set: those that say how to look
// and how to print. What a run writes, and where, the command line alone says.
var fromEnvironment = []string{"format", "color", "quiet", "verbose", "jobs", "include", "exclude", "no-gitignore", "set", "dir"}

// withEnvironment lets STAGEFOLD_NAME stand for --NAME where that is not given. An
// empty variable counts as none.
func withEnvironment(flags []cli.Flag) {
	for _, f := range flags {
		name := f.Names()[0]
		if !slices.Contains(fromEnvironment, name) {
			continue
		}
		variable := []string{"STAGEFOLD_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))}
		if os.Getenv(variable[0]) == "" {
			os.Unsetenv(variable[0])
		}
		switch f := f.(type) {
		case *cli.StringFlag:
			f.EnvVars = variable
		case *cli.BoolFlag:
			f.EnvVars = variable
		case *cli.IntFlag:
			f.EnvVars = variable
		case *cli.StringSliceFlag:
			f.EnvVars = variable
		}
	}
}
