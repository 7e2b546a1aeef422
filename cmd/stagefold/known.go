package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"
)

// known is what the command line says about the world around the script.
type known struct {
	env  map[string]string
	args []string
	dir  string // as given; "" where it is not
}

// knownFlags are the flags that known is read from.
func knownFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "set", Usage: "take the environment variable to be set so, `NAME=VALUE`; repeatable"},
		&cli.StringSliceFlag{Name: "arg", Usage: "take `VALUE` as the script's next positional argument; repeatable"},
		&cli.StringFlag{Name: "dir", Usage: "take the script to be run from `DIR`; its own directory unless given"},
	}
}

func readKnown(c *cli.Context) (known, error) {
	k := known{env: map[string]string{}, args: c.StringSlice("arg"), dir: c.String("dir")}
	for _, setting := range c.StringSlice("set") {
		name, value, ok := strings.Cut(setting, "=")
		if !ok || !isVariable(name) {
			return known{}, usagef(c, "--set %q: expected NAME=VALUE, found %s", setting, lack(name, ok))
		}
		k.env[name] = value
	}
	return k, nil
}

// callDir is the directory that scripts are run from, as a path in their
// repository, or "" where the command line does not say.
func (k known) callDir(repo *repository) (string, error) {
	if k.dir == "" {
		return "", nil
	}
	full, err := realDir(k.dir)
	if err != nil {
		return "", err
	}
	return repo.relative(full)
}

func isVariable(name string) bool {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name)
}

func lack(name string, hasValue bool) string {
	if !hasValue {
		return `no "="`
	}
	return fmt.Sprintf("the name %q, which no variable can have", name)
}
