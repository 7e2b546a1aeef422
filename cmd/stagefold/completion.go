package main

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/schema"
)

// completions holds a template for each shell. They are made of the command table,
// so that they can't fall behind it.
//
//go:embed completion.tmpl
var completions string

const aboutCompletion = `Examples:
   bash:  source <(stagefold completion bash)
   zsh:   stagefold completion zsh > "${fpath[1]}/_stagefold"
   fish:  stagefold completion fish > ~/.config/fish/completions/stagefold.fish`

// shells are what completion knows, in the order of the help text.
func shells() []string { return []string{"bash", "zsh", "fish"} }

func completionCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "completion",
		Usage:       "print a completion script for bash, zsh or fish",
		UsageText:   "stagefold completion bash|zsh|fish",
		Description: aboutCompletion,
		Action:      func(c *cli.Context) error { return runCompletion(c, s) },
	}
}

func runCompletion(c *cli.Context, s streams) error {
	shell := c.Args().First()
	if c.NArg() != 1 || !slices.Contains(shells(), shell) {
		return usagef(c, "expected one of %q, found %q", shells(), c.Args().Slice())
	}
	t, err := template.New("").Parse(completions)
	if err != nil {
		return err
	}
	var script bytes.Buffer
	if err := t.ExecuteTemplate(&script, shell, completable(c.App.Commands)); err != nil {
		return err
	}
	_, err = s.out.Write(script.Bytes())
	return err
}

// A completion is what the templates know of a command.
type completion struct {
	Name, Usage string
	Flags       []completionFlag
	Words       []string // what its arguments can be, besides files
	Files       bool     // whether its arguments can be files
}

type completionFlag struct {
	Long, Short, Usage string
	Value, File        bool // takes a value; which is a file
	Words              []string
}

func completable(commands []*cli.Command) []completion {
	var all []completion
	for _, c := range commands {
		if c.Name == "help" {
			continue // the library's; the templates know it
		}
		one := completion{Name: c.Name, Usage: quotable(c.Usage), Files: strings.Contains(c.UsageText, "PATH")}
		switch c.Name {
		case "completion":
			one.Words = shells()
		case "schema":
			one.Words = schema.Names()
		}
		for _, f := range c.Flags {
			if f != cli.HelpFlag {
				one.Flags = append(one.Flags, completableFlag(c.Name, f))
			}
		}
		all = append(all, one)
	}
	return all
}

func completableFlag(command string, f cli.Flag) completionFlag {
	one := completionFlag{Value: needsValue(f), Words: flagWords(command, f.Names()[0])}
	for _, name := range f.Names() {
		if len(name) == 1 {
			one.Short = name
		} else {
			one.Long = name
		}
	}
	if s, ok := f.(*cli.StringFlag); ok {
		one.File = s.TakesFile
	}
	if d, ok := f.(cli.DocGenerationFlag); ok {
		one.Usage = quotable(d.GetUsage())
	}
	return one
}

// flagWords returns the values that the flag called name of a command can have,
// where it is a choice.
func flagWords(command, name string) []string {
	if command == "verify" && name == "format" {
		return proofFormatNames()
	}
	for _, c := range choices() {
		if c.flag == name && (c.command == "" || c.command == command) {
			return c.words
		}
	}
	return nil
}

// quotable makes text fit to stand in single quotes, and in the brackets of zsh.
func quotable(text string) string {
	return strings.NewReplacer("'", "", "`", "", "[", "(", "]", ")", ":", ",").Replace(text)
}
