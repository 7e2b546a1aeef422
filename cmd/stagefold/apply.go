package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/blueprint"
	"github.com/stagefold/stagefold/convert/report"
)

const aboutApply = `Writes what a plan says, which "stagefold convert --plan FILE" made and somebody may
have reviewed since: exactly that, byte for byte. Run it in the same directory; the
repository may be another clone.

Each unit is converted once more. Where a file moved that its conversion had read or
looked for, or where something else comes out, the unit is refused and left as it is,
and the message names each of these files. The other units are written, as with
"convert --write": "stagefold undo" takes them back.

Exit status: 0 where all is as planned now; 1 where a unit was refused; 2 for wrong
usage, a file that could not be read or written, or changes that are not committed.

Examples:
   stagefold convert --plan plan.json -f html -o review.html
   stagefold apply plan.json`

func applyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "apply",
		Usage:       "write what a plan says",
		UsageText:   "stagefold apply [FLAGS] FILE",
		Description: aboutApply,
		Flags:       applyFlags(),
		Action:      func(c *cli.Context) error { return runApply(c, s) },
	}
}

func applyFlags() []cli.Flag {
	var flags []cli.Flag
	for _, f := range convertFlags() {
		if slices.Contains([]string{"allow-dirty", "format", "output", "color", "quiet", "verbose"}, f.Names()[0]) {
			flags = append(flags, f)
		}
	}
	return append(flags, jobsFlag())
}

// An application is a run of the apply command.
type application struct {
	*blueprint.Blueprint
	file   string
	ctx    *cli.Context
	asides aside
}

func runApply(c *cli.Context, s streams) error {
	if err := checkChoices(c); err != nil {
		return err
	}
	a, err := readPlan(c)
	if err != nil {
		return err
	}
	y, err := a.surveyor(s)
	if err != nil {
		return err
	}
	defer y.locator.close()
	g, err := a.gather(y)
	if err != nil {
		return err
	}
	if err := finishPending(s.err, y.locator); err != nil {
		return err
	}
	found, err := y.survey(g)
	if err != nil {
		return err
	}
	v := &conversion{survey: found, ctx: c, streams: s, locator: y.locator, writes: true, asides: a.asides}
	done := a.settle(v)
	if err := v.write(); err != nil {
		return err
	}
	if err := v.report(); err != nil {
		return err
	}
	if done > 0 && !c.Bool("quiet") {
		fmt.Fprintf(s.err, "%d as planned already\n", done)
	}
	return cmp.Or(v.failures(), v.verdict())
}

// readPlan reads the plan that the command line names.
func readPlan(c *cli.Context) (*application, error) {
	if c.NArg() != 1 {
		return nil, usagef(c, "expected one plan, found %q", c.Args().Slice())
	}
	name := c.Args().First()
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	b, err := blueprint.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the plan %q: %w", name, err)
	}
	asides, err := newAside(append([]string{name}, b.Outputs...))
	return &application{Blueprint: b, file: name, ctx: c, asides: asides}, err
}

// surveyor looks at the tree with the settings of the plan, whatever the environment
// says.
func (a *application) surveyor(s streams) (*surveyor, error) {
	command := convertCommand(s)
	set := flag.NewFlagSet(command.Name, flag.ContinueOnError)
	for _, f := range command.Flags {
		if err := f.Apply(set); err != nil {
			return nil, err
		}
	}
	for name, values := range a.Settings {
		for _, value := range values {
			if err := a.set(set, name, value); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{"quiet", "jobs", "format"} {
		if err := set.Set(name, fmt.Sprint(a.ctx.Value(name))); err != nil {
			return nil, err
		}
	}
	ctx := cli.NewContext(a.ctx.App, set, nil)
	ctx.Context, ctx.Command = a.ctx.Context, command
	y, err := newSurveyor(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("the plan %q: %w", a.file, err)
	}
	y.recording = &a.asides
	if here := y.locator.here(); here != a.Dir {
		return nil, fmt.Errorf("the plan %q was made in the directory %q of the repository, and this is %q: apply it there", a.file, a.Dir, here)
	}
	return y, a.compareVersions(s)
}

func (a *application) set(set *flag.FlagSet, name, value string) error {
	if !slices.Contains(planned, name) {
		return fmt.Errorf("the plan %q: expected settings of %q, found %q", a.file, planned, name)
	}
	if err := set.Set(name, value); err != nil {
		return fmt.Errorf("the plan %q: %s: %w", a.file, name, err)
	}
	return nil
}

// compareVersions warns of a plan that another version made: what comes out of it
// may differ, and then it is refused.
func (a *application) compareVersions(s streams) error {
	if a.Tool == version() {
		return nil
	}
	_, err := fmt.Fprintf(s.err, "stagefold: the plan is from another version (%s; this is %s): where that makes a difference, units are refused\n",
		report.Text(a.Tool), version())
	return err
}

// gather finds what the plan was made of.
func (a *application) gather(y *surveyor) (*gathering, error) {
	g, err := gathererFor(y.ctx, y.locator)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Listed != nil:
		err = g.listed(a.Listed)
	case y.ctx.IsSet("script"):
		var t target
		t, err = y.locator.script(y.ctx.String("script"), ".")
		g.add(t)
	default:
		err = g.paths(a.Paths)
	}
	if err != nil {
		return nil, fmt.Errorf("the plan %q: %w", a.file, err)
	}
	if err := y.locator.checkHere(); err != nil {
		return nil, fmt.Errorf("the plan %q: %w", a.file, err)
	}
	return &g.into, nil
}

// settle keeps the units that the plan names, with changes where they are as
// planned. It returns how many are written already.
func (a *application) settle(v *conversion) int {
	var t blueprint.Tree
	t.Units = v.units
	for _, repo := range v.locator.sorted() {
		t.Roots = append(t.Roots, blueprint.Root{Dir: repo.dir, Name: repo.display("."), FS: repo.fsys, Hidden: a.asides.in(repo)})
	}
	s := a.Settle(t)
	v.units = s.Units
	return s.Done
}
