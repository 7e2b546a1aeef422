package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
	"github.com/stagefold/stagefold/convert/verify/front"
	"github.com/stagefold/stagefold/convert/verify/proof"
	"github.com/stagefold/stagefold/shparse"
)

const aboutVerify = `Runs each script as it is and as its conversion would be, in a scratch copy of the
repository and with your Docker, and compares every image that the two leave, file
by file and field by field. The repository itself is not touched: this works before
"convert --write", and after it with --before.

The script runs as you. Its docker commands go through stagefold: images and
containers get private names, pushes, logins, prunes and whatever reaches things
that the script did not make are held back and listed, and all that was made is
removed at the end, also after Ctrl-C. What a build left in the builder's cache
stays, and so do base images that were pulled.

With --static nothing is run. The Dockerfiles of both ways are lowered to the graphs
that BuildKit would build, and these are compared: the same but for the copies that
are listed, or the first operation that differs. It needs the program stagefold-llb
beside this one or on PATH.

The file of a CI system is run by that system only, and not here; --static takes it.

With --buildkit and no Docker Engine, the builds of both scripts are run by themselves,
where the scripts do nothing else that decides on the images.

The old way is built twice, the second time without the cache; what differs between
the two is set aside and counted.

Exit status: 0 the same; 1 an image differs, or a script can't be converted; 2 could
not build.

Examples:
   stagefold verify --yes docker/build.sh        prove the conversion of one unit
   stagefold verify --before main build.sh       compare with the old files of a branch
   stagefold verify --ignore-path '/var/log/**'  set paths of the images aside
   stagefold verify --static services            compare the graphs, without Docker
   stagefold verify -f markdown -o proof.md      a report for a pull request`

// errNotBuilt ends a verification in which something could not be built.
var errNotBuilt = errors.New("not all units could be built")

func verifyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "verify",
		Usage:       "build the old way and the new way, and compare the images",
		UsageText:   "stagefold verify [FLAGS] [PATH...]",
		Description: aboutVerify,
		Flags:       slices.Concat(verifyFlags(), modernizeFlags(), knownFlags()),
		Action:      func(c *cli.Context) error { return runVerify(c, s) },
	}
}

func verifyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, DisableDefaultText: true, Usage: "run the scripts without asking"},
		&cli.StringFlag{Name: "before", Usage: "compare with the files that git has in `REV`, in place of converting"},
		&cli.BoolFlag{Name: "static", DisableDefaultText: true, Usage: "build nothing: compare the graphs that BuildKit would build"},
		&cli.IntFlag{Name: "repeat", Value: 2, Usage: "build the old way `N` times, to learn what is not reproducible; 1 trusts the cache"},
		&cli.StringSliceFlag{Name: "ignore-path", Usage: "set paths of the images aside that match `GLOB`, such as /var/log/**; repeatable"},
		&cli.StringFlag{Name: "builder", Usage: "build with the buildx builder `NAME`"},
		&cli.StringSliceFlag{Name: "buildkit", Usage: "build on the BuildKit daemon at `ADDR`, such as tcp://10.0.0.7:1234; several share the units"},
		&cli.StringFlag{Name: "resume", TakesFile: true, Usage: "keep what is verified in `FILE`, and take what it holds as verified"},
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "text", Usage: "print as `FORMAT`: text, json or markdown"},
		outputFlag(),
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, DisableDefaultText: true, Usage: "no progress and no totals on standard error"},
	}
}

// A proofFormat is a value of --format of verify, with what writes it.
type proofFormat struct {
	name  string
	write func(io.Writer, []*proof.Proof, func(*proof.Proof) string) error
}

var proofFormats = []proofFormat{
	{"text", proof.Text},
	{"json", proof.JSON},
	{"markdown", proof.Markdown},
}

func proofFormatNames() []string {
	var names []string
	for _, f := range proofFormats {
		names = append(names, f.name)
	}
	return names
}

// A verification is a run of the verify command.
type verification struct {
	ctx     *cli.Context
	streams streams
	known   known
	modern  modernization
	units   []verified
	engine  func() bool // whether a Docker Engine answers; asked once
}

// A verified unit is one whose images are compared.
type verified struct {
	report.Unit
	name  string // as the person would type the script
	key   string // see fingerprint
	unit  proof.Unit
	proof *proof.Proof
}

func runVerify(c *cli.Context, s streams) error {
	if err := checkVerify(c); err != nil {
		return err
	}
	k, err := readKnown(c)
	if err != nil {
		return err
	}
	modern, err := readModernize(c)
	if err != nil {
		return err
	}
	v := &verification{ctx: c, streams: s, known: k, modern: modern}
	// From here on an interrupt ends the builds, and what was made is removed.
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	v.engine = sync.OnceValue(func() bool { return front.EngineAnswers(ctx) })
	l, err := newLocator()
	if err != nil {
		return err
	}
	defer l.close()
	find := v.find
	if c.IsSet("before") {
		old, err := os.MkdirTemp("", "stagefold-before-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(old)
		find = (&history{v, old}).find
	}
	if err := find(l); err != nil {
		return err
	}
	if c.Bool("static") {
		return v.checkStatic(ctx)
	}
	if err := v.ask(ctx); err != nil {
		return err
	}
	// What is finished is reported, also where the rest can't be.
	if err := errors.Join(v.prove(ctx), v.report()); err != nil {
		return err
	}
	return v.verdict()
}

func checkVerify(c *cli.Context) error {
	if names := proofFormatNames(); !slices.Contains(names, c.String("format")) {
		return usagef(c, "--format: expected one of %q, found %q", names, c.String("format"))
	}
	if c.Bool("static") {
		return checkStaticFlags(c)
	}
	if n := c.Int("repeat"); n < 1 {
		return usagef(c, "--repeat: expected 1 or more, found %d", n)
	}
	if c.IsSet("builder") && c.IsSet("buildkit") {
		return usagef(c, "--builder and --buildkit both say where to build: expected one of them")
	}
	for _, p := range c.StringSlice("ignore-path") {
		if !doublestar.ValidatePattern(p) || !strings.HasPrefix(p, "/") {
			return usagef(c, "--ignore-path: expected a pattern that begins with a slash, found %q", p)
		}
	}
	return nil
}

// checkStaticFlags refuses what says how to build.
func checkStaticFlags(c *cli.Context) error {
	for _, name := range []string{"repeat", "ignore-path", "builder", "buildkit", "resume"} {
		if c.IsSet(name) {
			return usagef(c, "--static builds nothing: --%s has no meaning with it", name)
		}
	}
	if f := c.String("format"); f != "text" && f != "json" {
		return usagef(c, "--format: with --static expected text or json, found %q", f)
	}
	return nil
}

// find converts the units, each of which is to be compared with its conversion.
func (v *verification) find(l *locator) error {
	targets, err := l.targets(pathsOf(v.ctx))
	if err != nil {
		return err
	}
	var jobs []scan.Job
	for _, t := range targets {
		o, err := v.options(t)
		if err != nil {
			return err
		}
		jobs = append(jobs, scan.Job{FS: t.repo.fsys, Root: t.repo.dir, Options: o, As: t.as()})
	}
	units, err := scan.Convert(v.ctx.Context, jobs, scan.Options{})
	if err != nil {
		return err
	}
	for _, u := range scan.Settle(units) {
		repo := l.repos[u.Root]
		if u.As == scan.Builder || u.Status == convert.Nothing && u.As != scan.Named {
			continue
		}
		one := v.unit(repo, u.Unit)
		one.unit.Old, one.unit.Changes = repo.dir, u.Changes
		if len(u.Changes) == 0 {
			one.proof = unproved(u.Unit)
		}
		v.units = append(v.units, one)
	}
	return nil
}

// unproved is the proof of a unit that has no conversion.
func unproved(u report.Unit) *proof.Proof {
	reason := "there is nothing to convert; --before REV compares with what was before"
	if u.Status == convert.Refused {
		i := slices.IndexFunc(u.Findings, func(f finding.Finding) bool { return f.Severity == finding.Error })
		reason = "the conversion is refused: " + u.Findings[i].String()
	}
	return &proof.Proof{Script: u.Script, Verdict: proof.Unproved, Reason: reason}
}

// options are what the command line says of a target.
func (v *verification) options(t target) (convert.Options, error) {
	dir, err := v.known.callDir(t.repo)
	return convert.Options{
		Script: t.script, Dir: dir, Args: v.known.args, Env: v.known.env, Goals: t.goals,
		Modernize: v.modern.mode, ModernizeSkip: v.modern.skip,
	}, err
}

func (v *verification) convert(t target) (*convert.Result, error) {
	o, err := v.options(t)
	if err != nil {
		return nil, err
	}
	result := convert.Convert(t.repo.fsys, o)
	if !t.named {
		scan.PassOver(result)
	}
	return result, nil
}

// unit is what is common to all ways of finding a unit.
func (v *verification) unit(repo *repository, u report.Unit) verified {
	one := verified{Unit: u, name: repo.display(u.Script)}
	one.unit = proof.Unit{New: repo.dir, Script: u.Script, Dir: u.Dir, Args: slices.Concat(v.known.args, u.Goals)}
	for _, name := range slices.Sorted(maps.Keys(v.known.env)) {
		one.unit.Env = append(one.unit.Env, name+"="+v.known.env[name])
	}
	if shparse.IsPipeline(u.Script) && !v.ctx.Bool("static") {
		one.proof = &proof.Proof{Script: u.Script, Verdict: proof.Unproved, Reason: "a CI file is run by its system: look at the images of its next run"}
	}
	return one
}

// ask says what is to be run, and waits for a yes unless there is one.
func (v *verification) ask(ctx context.Context) error {
	var names []string
	for _, u := range v.units {
		if u.proof == nil {
			names = append(names, u.name)
		}
	}
	if len(names) == 0 || v.ctx.Bool("yes") {
		return nil
	}
	if !isatty.IsTerminal(os.Stdin.Fd()) {
		return usagef(v.ctx, "verify runs the scripts of the repository: expected --yes, or a terminal to ask at")
	}
	fmt.Fprintf(v.streams.err, "This runs, as you and with your Docker, in a scratch copy of the repository:\n")
	for _, name := range names {
		fmt.Fprintf(v.streams.err, "  %s, %d times, and what becomes of it\n", report.Text(name), v.ctx.Int("repeat"))
	}
	fmt.Fprint(v.streams.err, "Pushes and the like are held back, and all that is made is removed. Go on? [y/N] ")
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(os.Stdin).ReadString('\n') // no answer is no
		answer <- text
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case text := <-answer:
		if word := strings.ToLower(strings.TrimSpace(text)); word != "y" && word != "yes" {
			return errors.New("nothing was run")
		}
		return nil
	}
}

// prove proves the units: one after the other, or shared out among the BuildKit
// daemons that are given. After an interrupt the rest is left.
func (v *verification) prove(ctx context.Context) error {
	notes, err := openNotes(v.ctx.String("resume"))
	if err != nil {
		return err
	}
	if v.ctx.IsSet("resume") {
		if err := v.fingerprint(); err != nil {
			return errors.Join(err, notes.close())
		}
	}
	daemons := v.ctx.StringSlice("buildkit")
	if daemons == nil {
		daemons = []string{""}
	}
	err = proof.Spread(ctx, len(v.units), daemons, func(ctx context.Context, daemon string, i int) error {
		err := v.proveUnit(ctx, &v.units[i], daemon, notes)
		if errors.Is(err, proof.ErrGone) {
			fmt.Fprintf(v.streams.err, "stagefold: %s; its work goes to others\n", report.Text(err.Error()))
		}
		return err
	})
	return errors.Join(err, notes.close())
}

func (v *verification) proveUnit(ctx context.Context, u *verified, daemon string, n *notes) error {
	if u.proof != nil {
		return nil
	}
	if u.proof = n.proofs[u.key]; u.proof != nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := proof.Options{
		Program: []string{program}, Repeat: v.ctx.Int("repeat"), Ignore: v.ctx.StringSlice("ignore-path"),
		Builder: v.ctx.String("builder"), BuildKit: daemon, Progress: v.progress(u.name),
	}
	var p *proof.Proof
	if daemon != "" && !v.engine() {
		p, err = v.proveGraphs(ctx, u, o)
	} else {
		p, err = proof.Prove(ctx, u.unit, o)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", u.name, err)
	}
	u.proof = p
	return n.add(u.key, p)
}

// progress tells the person what is going on.
func (v *verification) progress(name string) func(string) {
	if v.ctx.Bool("quiet") {
		return nil
	}
	return func(what string) { fmt.Fprintf(v.streams.err, "%s: %s\n", report.Text(name), what) }
}

// report delivers the proofs that there are, and the totals.
func (v *verification) report() error {
	var proofs []*proof.Proof
	names := map[*proof.Proof]string{}
	for _, u := range v.units {
		if u.proof != nil {
			proofs = append(proofs, u.proof)
			names[u.proof] = u.name
		}
	}
	var product bytes.Buffer
	for _, f := range proofFormats {
		if f.name == v.ctx.String("format") {
			if err := f.write(&product, proofs, func(p *proof.Proof) string { return names[p] }); err != nil {
				return err
			}
		}
	}
	err := deliver(v.ctx, v.streams.out, product.Bytes())
	if err != nil || v.ctx.Bool("quiet") || len(proofs) == 0 && len(v.units) > 0 {
		return err
	}
	_, err = fmt.Fprintln(v.streams.err, proof.Totals(proofs))
	return err
}

// verdict returns the error that gives the exit status.
func (v *verification) verdict() error {
	var worst error
	for _, u := range v.units {
		switch {
		case u.proof == nil:
		case u.proof.Verdict == proof.Failed:
			return errNotBuilt
		case u.proof.Verdict == proof.Differs, u.proof.Verdict == proof.Unproved && (u.Status == convert.Refused || len(u.Changes) > 0):
			worst = errFindings
		}
	}
	return worst
}
