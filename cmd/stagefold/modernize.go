package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/modernize"
)

// modernizeFlag may stand alone, as --modernize, so that the word behind it is a
// path.
const modernizeFlag = "modernize"

// modes are the values of --modernize; the first one is that of the flag alone.
var modes = [...]struct {
	word string
	mode modernize.Mode
}{
	{"portable", modernize.Portable},
	{"buildkit", modernize.BuildKit},
	{"off", modernize.Off},
}

func modernizeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: modernizeFlag,
			Usage: "write the builder stages as one would today, for the build cache; `[=buildkit]` adds cache mounts, =off leaves all as it is"},
		&cli.StringSliceFlag{Name: "modernize-skip", Usage: "leave out the change that the finding `CODE` speaks of; repeatable"},
	}
}

// modernization is what the command line says of modernizing.
type modernization struct {
	mode modernize.Mode
	skip []finding.Code
}

func readModernize(c *cli.Context) (modernization, error) {
	var m modernization
	var words []string
	for _, mode := range modes {
		words = append(words, mode.word)
		if mode.word == c.String(modernizeFlag) {
			m.mode = mode.mode
		}
	}
	if c.IsSet(modernizeFlag) && !slices.Contains(words, c.String(modernizeFlag)) {
		return m, usagef(c, "--%s: expected one of %q, found %q", modernizeFlag, words, c.String(modernizeFlag))
	}
	for _, code := range c.StringSlice("modernize-skip") {
		rule, ok := finding.Lookup(finding.Code(code))
		switch {
		case !ok || !strings.HasPrefix(string(rule.Code), "SF5"):
			return m, usagef(c, "--modernize-skip %q: expected the code of a change, such as SF501; see \"stagefold explain SF501\"", code)
		case m.mode == modernize.Off && !isConfigured(c, "modernize-skip"):
			return m, usagef(c, "--modernize-skip goes with --modernize only")
		}
		m.skip = append(m.skip, rule.Code)
	}
	return m, nil
}
