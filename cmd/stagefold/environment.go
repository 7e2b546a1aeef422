package main

import (
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/config"
)

// withEnvironment lets STAGEFOLD_NAME stand for --NAME where that is not given, for
// all that a configuration can set: what says how to look and how to print. What a run
// writes, and where, the command line alone says. An empty variable counts as none.
func withEnvironment(flags []cli.Flag) {
	for _, f := range flags {
		name := namesOf(f)[0]
		if _, ok := config.Lookup(name); !ok {
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
