package main

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/report"
)

// styleFor chooses how text goes to f under --color when, one of colourWords.
func styleFor(f *os.File, when string) report.Style {
	terminal := isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
	wanted := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	switch {
	case when == "always", when == "auto" && terminal && wanted:
		return report.Colour
	case terminal:
		return report.Visible
	default:
		return report.Exact
	}
}

// outputFlag is -o of every command that makes a product.
func outputFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "output", Aliases: []string{"o"}, TakesFile: true,
		Usage: "write the product to `FILE` in place of standard output",
	}
}

// deliver writes the product to the file that -o names, or else to out.
func deliver(c *cli.Context, out *os.File, product []byte) error {
	if name := c.String("output"); name != "" {
		return os.WriteFile(name, product, 0o666)
	}
	_, err := out.Write(product)
	return err
}
