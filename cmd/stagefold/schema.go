package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/schema"
)

const aboutSchema = `Prints a JSON Schema:

   report   what --format json prints; the default
   config   the settings in .stagefold.yaml
   plan     the file of "stagefold convert --plan"

Examples:
   stagefold schema > stagefold-report.schema.json
   stagefold schema config > stagefold.schema.json`

func schemaCommand(s streams) *cli.Command {
	return &cli.Command{
		Name:        "schema",
		Usage:       "print the JSON Schema of reports, settings or plans",
		UsageText:   "stagefold schema [report|config|plan]",
		Description: aboutSchema,
		Flags:       []cli.Flag{outputFlag()},
		Action:      func(c *cli.Context) error { return runSchema(c, s) },
	}
}

func runSchema(c *cli.Context, s streams) error {
	name := c.Args().First()
	if !c.Args().Present() {
		name = schema.Names()[0]
	}
	if c.NArg() > 1 || !slices.Contains(schema.Names(), name) {
		return usagef(c, "expected one of %q, found %q", schema.Names(), c.Args().Slice())
	}
	return deliver(c, s.out, schema.Text(name))
}
