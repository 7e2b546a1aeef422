package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/review"
	"github.com/stagefold/stagefold/convert/scan"
)

const aboutScan = `Converts in memory all that PATH stands for, as convert does, and reports what it
found: each unit and what becomes of it, the sums, the reasons of refusals, what a
conversion would spare and what it leaves to do by hand. Nothing is written.

Exit status: 0 where there is nothing to convert; 1 where something would change or
is refused; 2 for wrong usage, or a file that could not be read.

Examples:
   stagefold scan
   stagefold scan services --exclude '*/testdata/'
   stagefold scan -f json -o today.json --baseline yesterday.json
   stagefold scan --shard 2/4 -f json -o part2.json
   stagefold scan --merge part1.json part2.json part3.json part4.json`

func scanCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "scan",
		Usage:       "report on all units of a tree",
		UsageText:   "stagefold scan [FLAGS] [PATH...]",
		Description: aboutScan,
		Flags:       slices.Concat(scanFlags(), discoverFlags(), knownFlags()),
		Action:      func(c *cli.Context) error { return runScan(c, s) },
	}
}

func scanFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "text", Usage: "print as `FORMAT`: text, json, markdown or html (a page to review the files on)"},
		outputFlag(),
		&cli.StringFlag{Name: "baseline", TakesFile: true, Usage: "say what changed since the report in `FILE`, which is one of --format json"},
		shardFlag(),
		&cli.BoolFlag{Name: "merge", DisableDefaultText: true, Usage: "join the reports of all shards, the arguments, into one"},
		quietFlag(),
	}
}

func shardFlag() cli.Flag {
	return &cli.StringFlag{Name: "shard", Usage: "look at one part of the units only, `I/N`: the I-th of N"}
}

func quietFlag() cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, DisableDefaultText: true,
		Usage: "no notes, no totals and no progress on standard error"}
}

func runScan(c *cli.Context, s streams) error {
	if err := checkScan(c); err != nil {
		return err
	}
	r, found, err := makeReport(c, s)
	if err != nil {
		return err
	}
	if name := c.String("baseline"); name != "" {
		before, err := readReport(name)
		if err != nil {
			return err
		}
		r.Compare(before)
	}
	var product bytes.Buffer
	if c.String("format") == "html" {
		err = review.Write(&product, found.pages())
	} else {
		err = writeReport(&product, r, c.String("format"))
	}
	if err != nil {
		return err
	}
	if err := deliver(c, s.out, product.Bytes()); err != nil {
		return err
	}
	if r.Convertible() || r.Totals.Refused > 0 {
		return errFindings
	}
	return nil
}

// checkScan refuses flags that make no sense, alone or together.
func checkScan(c *cli.Context) error {
	if c.String("format") == "html" && (c.Bool("merge") || c.IsSet("baseline")) {
		return usagef(c, "--format html shows the files of units, which no report has: it does not go with --merge or --baseline")
	}
	return checkChoices(c)
}

// makeReport scans, or merges earlier scans, of which there is no survey.
func makeReport(c *cli.Context, s streams) (*scan.Report, *survey, error) {
	if !c.Bool("merge") {
		found, err := scanTree(c, s)
		if err != nil {
			return nil, nil, err
		}
		return found.report(), found, nil
	}
	r, err := mergeReports(c)
	return r, nil, err
}

func mergeReports(c *cli.Context) (*scan.Report, error) {
	var parts []*scan.Report
	for _, name := range c.Args().Slice() {
		r, err := readReport(name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, r)
	}
	r, err := scan.Merge(parts)
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return r, nil
}

func readReport(name string) (*scan.Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := scan.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the report %q: %w", name, err)
	}
	return r, nil
}

func writeReport(w io.Writer, r *scan.Report, format string) error {
	switch format {
	case "json":
		return r.JSON(w)
	case "markdown":
		return r.Markdown(w)
	default:
		return r.Text(w)
	}
}

func scanTree(c *cli.Context, s streams) (*survey, error) {
	y, err := newSurveyor(c, s)
	if err != nil {
		return nil, err
	}
	defer y.locator.close()
	g, err := gather(c, y.locator)
	if err != nil {
		return nil, err
	}
	return y.survey(g)
}

// report sums up the survey, with paths as the person would type them.
func (v *survey) report() *scan.Report {
	units := slices.Clone(v.units)
	for i, u := range units {
		shown := *u
		shown.Root = v.repos[u.Root].display(".")
		units[i] = &shown
	}
	r := scan.New(units)
	r.Shard = v.shard.String()
	r.Unbuilt = v.unbuilt()
	r.Skipped = append(r.Skipped, v.skipped...)
	return r
}

// unbuilt are the Dockerfiles that no script builds.
func (v *survey) unbuilt() []string {
	built := map[[2]string]bool{}
	for _, u := range v.units {
		for _, name := range u.Built {
			built[[2]string{u.Root, name}] = true
		}
	}
	set := map[string]bool{}
	for _, f := range v.dockerfiles {
		if !built[[2]string{f.repo.dir, f.script}] {
			set[f.repo.display(f.script)] = true
		}
	}
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(set))))
}
