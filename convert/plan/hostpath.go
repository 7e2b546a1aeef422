package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// pathFrom is the path of name as seen from the directory dir. Both are relative
// to the root of the repository.
func pathFrom(dir, name string) string {
	from, to := pathParts(dir), pathParts(name)
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	parts := append(slices.Repeat([]string{".."}, len(from)), to...)
	if len(parts) == 0 {
		return "."
	}
	return strings.Join(parts, "/")
}

func pathParts(name string) []string {
	if name = path.Clean(name); name == "." {
		return nil
	}
	return strings.Split(name, "/")
}

// sharedWord reports whether a word of the script gives the command more than one
// argument.
func sharedWord(op *shparse.Op, word finding.Range) bool {
	n := 0
	for _, a := range op.Argv {
		if a.Word == word {
			n++
		}
	}
	return n > 1
}
