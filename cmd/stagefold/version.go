package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"
)

func versionCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:      "version",
		Usage:     "print the version of stagefold",
		UsageText: "stagefold version",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef(c, "expected no arguments, found %q", c.Args().First())
			}
			_, err := fmt.Fprintln(s.out, version())
			return err
		},
	}
}

// version describes the program with what the Go toolchain put into it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "stagefold, of unknown version"
	}
	words := []string{"stagefold", info.Main.Version}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			words = append(words, s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			words = append(words, "modified")
		}
	}
	return strings.Join(append(words, info.GoVersion), " ")
}
