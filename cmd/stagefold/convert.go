package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
)

const aboutConvert = `PATH is a script, a Makefile, MAKEFILE:TARGET for one target of it, the file of a CI
system, CIFILE:JOB for one job of it, or a directory with all of these below it; the
default is the current directory.
Nothing outside of the repository is read: that is the
nearest directory upwards that holds .git, or else the directory given.

Without --write nothing is changed: the diff of every file goes to standard
output, and "git apply" takes it. Messages go to standard error.

Examples:
   stagefold convert                          the diff for every unit below here
   stagefold convert -w docker/build.sh       convert one unit in place
   stagefold convert Makefile:image           convert what "make image" builds
   stagefold convert .gitlab-ci.yml           convert the jobs that build by themselves
   stagefold convert --set TAG=1.2 --arg prod build.sh
                                              settle what the script takes from outside
   stagefold convert --modernize build.sh     also split RUNs and reorder COPYs, for the cache
   stagefold convert --dockerfile-only build.sh > Dockerfile.new
   stagefold convert --script build.sh --builder-file Dockerfile.build --runtime-file Dockerfile
                                              name the three files outright`

func convertCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "convert",
		Usage:       "print the conversion as a diff, or write it",
		UsageText:   "stagefold convert [FLAGS] [PATH...]",
		Description: aboutConvert,
		Flags:       slices.Concat(convertFlags(), modernizeFlags(), discoverFlags(), knownFlags()),
		Action:      func(c *cli.Context) error { return runConvert(c, s) },
	}
}

func convertFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "write", Aliases: []string{"w"}, DisableDefaultText: true,
			Usage: "write the files: all of a unit, or none"},
		&cli.BoolFlag{Name: "allow-dirty", DisableDefaultText: true,
			Usage: "write where git has changes that are not committed, too"},
		&cli.StringFlag{Name: "plan", TakesFile: true,
			Usage: "also write a plan to `FILE`: what would be done, with hashes of all inputs, for \"stagefold apply\""},
		&cli.BoolFlag{Name: "dockerfile-only", DisableDefaultText: true,
			Usage: "print the resulting Dockerfile of one unit, and nothing else"},
		&cli.StringFlag{Name: "script", TakesFile: true, Usage: "convert the unit of this script, `FILE`"},
		&cli.StringFlag{Name: "builder-file", TakesFile: true, Usage: "take `FILE` as the builder Dockerfile"},
		&cli.StringFlag{Name: "runtime-file", TakesFile: true, Usage: "take `FILE` as the runtime Dockerfile"},
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "text",
			Usage: "print as `FORMAT`: text (a diff; with --write one line for each file), diff, json, sarif, github (annotations), markdown or html (a page to review it on)"},
		outputFlag(),
		&cli.StringFlag{Name: "color", Value: "auto", Usage: "colour the output, `WHEN`: auto, always or never; NO_COLOR turns auto off"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, DisableDefaultText: true,
			Usage: "no notes and no totals on standard error"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, DisableDefaultText: true,
			Usage: "say on standard error what became of each script"},
	}
}

// A choice is a flag whose value is one of a few words.
type choice struct {
	command string // "" for all
	flag    string
	words   []string
}

func choices() []choice {
	return []choice{
		{"convert", "format", []string{"text", "diff", "json", "sarif", "github", "markdown", "html"}},
		{"scan", "format", []string{"text", "json", "markdown", "html"}},
		{"apply", "format", []string{"text", "diff", "json", "sarif", "github", "markdown", "html"}},
		{"check", "format", []string{"text", "json"}},
		{"", "color", []string{"auto", "always", "never"}},
	}
}

// checkChoices refuses a word that is none of its flag's.
func checkChoices(c *cli.Context) error {
	for _, choice := range choices() {
		if choice.command != "" && choice.command != c.Command.Name || !hasFlag(c, choice.flag) {
			continue
		}
		if word := c.String(choice.flag); !slices.Contains(choice.words, word) {
			return usagef(c, "--%s: expected one of %q, found %q", choice.flag, choice.words, word)
		}
	}
	return nil
}

func hasFlag(c *cli.Context, name string) bool { return flagNamed(c.Command, name) != nil }

// A conversion is a run of the convert command.
type conversion struct {
	*survey
	ctx     *cli.Context
	streams streams
	locator *locator
	writes  bool  // the files, and does not only say what it would write
	asides  aside // files that may be there in a git tree without being committed
}

func runConvert(c *cli.Context, s streams) error {
	if err := checkConvert(c); err != nil {
		return err
	}
	y, err := newSurveyor(c, s)
	if err != nil {
		return err
	}
	defer y.locator.close()
	if c.IsSet("plan") {
		all, err := newAside(outputsOf(c))
		if err != nil {
			return err
		}
		y.recording = &all
	}
	g, err := convertTargets(c, y.locator)
	if err != nil {
		return err
	}
	if c.Bool("write") {
		if err := finishPending(s.err, y.locator); err != nil {
			return err
		}
	}
	found, err := y.survey(g)
	if err != nil {
		return err
	}
	v := &conversion{survey: found, ctx: c, streams: s, locator: y.locator, writes: c.Bool("write")}
	if v.writes {
		if err := v.write(); err != nil {
			return err
		}
	}
	if c.IsSet("plan") {
		if err := v.plan(); err != nil {
			return fmt.Errorf("--plan: %w", err)
		}
	}
	if err := errors.Join(v.report(), v.failures()); err != nil {
		return err
	}
	return v.verdict()
}

// checkConvert refuses flags that make no sense, alone or together.
func checkConvert(c *cli.Context) error {
	if err := checkChoices(c); err != nil {
		return err
	}
	if c.Bool("dockerfile-only") && (c.Bool("write") || c.String("format") != "text") {
		return usagef(c, "--dockerfile-only prints a Dockerfile: it does not go with --write or --format")
	}
	if c.IsSet("script") && c.NArg() > 0 {
		return usagef(c, "--script names the unit: expected no other path, found %q", c.Args().First())
	}
	return checkPlan(c)
}

// convertTargets returns what to convert. Flags that speak of one unit need exactly
// one script.
func convertTargets(c *cli.Context, l *locator) (*gathering, error) {
	if script := c.String("script"); script != "" {
		t, err := l.script(script, ".")
		return &gathering{targets: []target{t}}, err
	}
	g, err := gather(c, l)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"dockerfile-only", "builder-file", "runtime-file"} {
		switch n := g.units(); {
		case n == 1 || !c.IsSet(name):
		case isConfigured(c, name):
			if err := c.Set(name, ""); err != nil {
				return nil, err
			}
		default:
			return nil, usagef(c, "--%s needs one unit: expected one script, found %d; name it", name, n)
		}
	}
	return g, nil
}

// failures returns why units could not be written.
func (v *conversion) failures() error {
	var errs []error
	for _, u := range v.units {
		errs = append(errs, u.Err)
	}
	return errors.Join(errs...)
}

// verdict returns errFindings where a unit was refused, or would change.
func (v *conversion) verdict() error {
	for _, u := range v.units {
		pending := len(u.Changes) > 0 && !u.Written && !v.ctx.Bool("dockerfile-only")
		if u.Status == convert.Refused || pending {
			return errFindings
		}
	}
	return nil
}
