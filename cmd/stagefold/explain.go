package main

import (
	"bytes"
	"maps"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/shparse"
)

const aboutExplain = `With a PATH: what a script, a Makefile or the jobs of a CI file would do, one line for each operation with its place, and
for each line of the files that its conversion makes, where it came from. Nothing is run. A directory stands for all scripts below it that build images.

With a CODE, such as SF003: what that finding means, and the way out. A file with
such a name is ./SF003.

Examples:
   stagefold explain build.sh
   stagefold explain Makefile:image
   stagefold explain .gitlab-ci.yml:image
   stagefold explain --set TAG=1.2 --arg prod build.sh
   stagefold explain SF003`

func explainCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "explain",
		Usage:       "show what a script does, or what a finding means",
		UsageText:   "stagefold explain [FLAGS] [PATH... | CODE]",
		Description: aboutExplain,
		Flags:       append([]cli.Flag{outputFlag()}, knownFlags()...),
		Action:      func(c *cli.Context) error { return runExplain(c, s) },
	}
}

func runExplain(c *cli.Context, s streams) error {
	if c.NArg() == 1 {
		if rule, ok := finding.Lookup(finding.Code(c.Args().First())); ok {
			return deliver(c, s.out, []byte(rule.Page()))
		}
	}
	k, err := readKnown(c)
	if err != nil {
		return err
	}
	l, err := newLocator()
	if err != nil {
		return err
	}
	defer l.close()
	targets, err := l.targets(pathsOf(c))
	if err != nil {
		return err
	}
	var product bytes.Buffer
	var verdict error
	for _, t := range targets {
		dir, err := k.callDir(t.repo)
		if err != nil {
			return err
		}
		refused := false
		for _, goals := range runsOf(t) {
			trace := shparse.Read(shparse.Config{FS: t.repo.fsys, Path: t.script, Dir: dir, Args: k.args, Env: k.env, Goals: goals})
			if err := trace.Explain(&product); err != nil {
				return err
			}
			p := report.Findings{Style: styleFor(s.err, "auto"), Sources: allSources(trace), Name: t.repo.display}
			if err := p.Write(s.err, trace.Findings); err != nil {
				return err
			}
			refused = refused || finding.Refused(trace.Findings)
		}
		if refused {
			verdict = errFindings
			continue
		}
		result := convert.Convert(t.repo.fsys, convert.Options{Script: t.script, Dir: dir, Args: k.args, Env: k.env, Goals: t.goals})
		if err := report.Origins(&product, result); err != nil {
			return err
		}
	}
	if err := deliver(c, s.out, product.Bytes()); err != nil {
		return err
	}
	return verdict
}

// runsOf are the runs that a target stands for, each by what it is asked for: one, and
// of a CI file one for each job.
func runsOf(t target) [][]string {
	if len(t.goals) > 0 || !shparse.IsPipeline(t.script) {
		return [][]string{t.goals}
	}
	var runs [][]string
	for _, name := range shparse.PipelineJobs(t.repo.fsys, t.script) {
		runs = append(runs, []string{name})
	}
	if len(runs) == 0 {
		return [][]string{nil}
	}
	return runs
}

// allSources are the texts of the scripts of a trace and of the files that they stand
// in.
func allSources(t *shparse.Trace) map[string][]byte {
	all := maps.Clone(t.Sources)
	maps.Copy(all, t.Hosts)
	return all
}
