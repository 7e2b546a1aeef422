package shparse

import (
	"fmt"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// ParseDocker takes a docker command line apart whose words are all known; the
// first is the client. It returns the name of the subcommand as well: the first of
// its spellings, such as "rm" for "docker container rm", and "" where the line has
// none. It fails on subcommands and flags that docker does not have, or not yet.
func ParseDocker(words []string) (Command, string, error) {
	argv := make([]Arg, len(words))
	for i, w := range words {
		argv[i] = literal(w, Arg{Word: finding.Range{Start: finding.Pos{Offset: i}, End: finding.Pos{Offset: i + 1}}})
	}
	cmd, row, err := parseDocker(argv)
	switch {
	case err != nil:
		return cmd, "", fmt.Errorf("%q %s", cmd.name(), err.message)
	case row != nil:
		name, _, _ := strings.Cut(row.names, "|")
		return cmd, name, nil
	case len(cmd.Path) > 0 && cmd.Flag("help") == nil:
		return cmd, "", fmt.Errorf("%q is no subcommand that is known", cmd.name())
	}
	return cmd, "", nil
}
