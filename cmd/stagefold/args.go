package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// interspersed moves the flags of a command in front of its other arguments,
// because the library takes everything behind the first of those as arguments.
// What stands behind "--" stays an argument.
func interspersed(app *cli.App, args []string) []string {
	at := slices.IndexFunc(args, func(arg string) bool { return app.Command(arg) != nil })
	if at < 1 || slices.ContainsFunc(args[1:at], isArgument) {
		return args
	}
	command := app.Command(args[at])
	head, rest := slices.Clone(args[:at+1]), args[at+1:]
	var paths []string
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		switch {
		case arg == "--":
			paths = append(paths, rest...)
			rest = nil
		case isArgument(arg):
			paths = append(paths, arg)
		case slices.Contains(cli.HelpFlag.Names(), strings.TrimLeft(arg, "-")):
			return append(head[:at+1], arg) // beside a path the library looks for help on that path
		case strings.TrimLeft(arg, "-") == modernizeFlag:
			head = append(head, arg+"="+modes[0].word)
		case !takesValue(command, arg):
			head = append(head, arg)
		case len(rest) == 0:
			return append(head, arg) // the library says that the value is missing
		default:
			head = append(head, arg, rest[0])
			rest = rest[1:]
		}
	}
	return append(append(head, "--"), paths...)
}

func isArgument(arg string) bool { return arg == "-" || !strings.HasPrefix(arg, "-") }

// takesValue reports whether the word after arg is the value of arg: a flag, or
// short flags in one word such as -wo.
func takesValue(c *cli.Command, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if name == "" || strings.Contains(name, "=") {
		return false
	}
	if f := flagNamed(c, name); f != nil {
		return needsValue(f)
	}
	last := flagNamed(c, name[len(name)-1:])
	return !strings.HasPrefix(arg, "--") && last != nil && needsValue(last)
}

func flagNamed(c *cli.Command, name string) cli.Flag {
	for _, f := range c.Flags {
		if slices.Contains(namesOf(f), name) {
			return f
		}
	}
	return nil
}

// namesOf are the names of a flag. The library's own way to them takes a regular
// expression for each, of which every start would need hundreds.
func namesOf(f cli.Flag) []string {
	switch f := f.(type) {
	case *cli.StringFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.BoolFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.IntFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.StringSliceFlag:
		return append([]string{f.Name}, f.Aliases...)
	}
	return f.Names()
}

// needsValue reports whether the word behind a flag is its value.
func needsValue(f cli.Flag) bool {
	if f.Names()[0] == modernizeFlag {
		return false
	}
	documented, ok := f.(cli.DocGenerationFlag)
	return ok && documented.TakesValue()
}
