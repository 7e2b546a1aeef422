package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
)

const aboutCheck = `Looks whether a builder pattern is left that stagefold could convert, and prints the
path of each such script. A unit that is refused does not count: nothing is to be
done about it here. This is for CI, and for a hook in front of a commit.

Exit status: 0 where none is left; 1 where there is one; 2 for wrong usage, or a file
that could not be read.

Examples:
   stagefold check
   git ls-files -z | stagefold check --files-from -`

func checkCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "check",
		Usage:       "fail where a builder pattern is left",
		UsageText:   "stagefold check [FLAGS] [PATH...]",
		Description: aboutCheck,
		Flags:       slices.Concat(checkFlags(), discoverFlags(), knownFlags()),
		Action:      func(c *cli.Context) error { return runCheck(c, s) },
	}
}

func checkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "text", Usage: "print as `FORMAT`: text, or json as scan does"},
		outputFlag(), shardFlag(), quietFlag(),
	}
}

func runCheck(c *cli.Context, s streams) error {
	if err := checkChoices(c); err != nil {
		return err
	}
	found, err := scanTree(c, s)
	if err != nil {
		return err
	}
	r := found.report()
	var product bytes.Buffer
	if c.String("format") == "json" {
		err = r.JSON(&product)
	} else {
		listConvertible(&product, r)
	}
	if err != nil {
		return err
	}
	if err := deliver(c, s.out, product.Bytes()); err != nil {
		return err
	}
	if !r.Convertible() {
		return nil
	}
	if !c.Bool("quiet") {
		fmt.Fprintln(s.err, "stagefold: a builder pattern is left: \"stagefold convert -w\" converts it")
	}
	return errFindings
}

func listConvertible(product *bytes.Buffer, r *scan.Report) {
	for _, e := range r.Units {
		if e.Convertible() {
			fmt.Fprintln(product, report.Text(e.Name()))
		}
	}
}
