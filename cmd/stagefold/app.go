package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

const about = `An old "builder pattern" build has a Dockerfile for the compiler, a Dockerfile for
the result, and a shell script that builds the first, copies files out of it with
"docker cp", and builds the second. stagefold reads the three, without running
anything, and writes one multi-stage Dockerfile and what is left of the script.
It makes the same images, or it refuses, changes nothing, and says why.

Exit status: 0 done or nothing to do; 1 something would change or was refused;
2 wrong usage, or a file that could not be read or written.`

// newApp makes the command line of stagefold.
func newApp(s streams) *cli.App {
	app := &cli.App{
		Name:                      "stagefold",
		Usage:                     "turn a builder-pattern build into one multi-stage Dockerfile",
		UsageText:                 "stagefold COMMAND [FLAGS] [ARGUMENTS]",
		Description:               about,
		Writer:                    s.out,
		ErrWriter:                 s.err,
		HideVersion:               true, // -v is for verbose; there is a command
		UseShortOptionHandling:    true,
		DisableSliceFlagSeparator: true, // a comma in --set or --arg is the value's
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              wrongUsage,
		Action:                    noCommand,
		Metadata:                  map[string]any{},
		Commands:                  []*cli.Command{convertCommand(s), applyCommand(s), undoCommand(s), scanCommand(s), checkCommand(s), verifyCommand(s), explainCommand(s), schemaCommand(s), completionCommand(s), versionCommand(s)},
	}
	for _, c := range app.Commands {
		c.OnUsageError = wrongUsage
		withEnvironment(c.Flags)
		configured(c)
		c.HideHelpCommand = true // "help" may be a path
	}
	return app
}

// wrongUsage keeps the library from printing on the product's stream.
func wrongUsage(c *cli.Context, err error, _ bool) error {
	return &usageError{command: c.Command.HelpName, err: err}
}

// usagef is an error about the command line of the command that c runs.
func usagef(c *cli.Context, format string, args ...any) error {
	return &usageError{command: c.Command.HelpName, err: fmt.Errorf(format, args...)}
}

func noCommand(c *cli.Context) error {
	if c.Args().Present() {
		return usagef(c, "unknown command %q", c.Args().First())
	}
	return cli.ShowAppHelp(c)
}
