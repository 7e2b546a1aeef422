package blueprint

import (
	"fmt"
	"strings"

	"github.com/stagefold/stagefold/convert/inputs"
)

// movedReason names the inputs that moved.
func movedReason(moved []inputs.Input) *reason {
	var list []string
	for _, in := range moved {
		list = append(list, describe(in))
	}
	return &reason{"SF309", "%s", []any{strings.Join(list, ", ")}}
}

func describe(in inputs.Input) string {
	switch {
	case in.Value == inputs.Nothing:
		return fmt.Sprintf("%q was not there when the plan was made", in.Path)
	case in.What == inputs.Names:
		return fmt.Sprintf("the directory %q has other entries than when the plan was made", in.Path)
	default:
		return fmt.Sprintf("%q changed since the plan was made", in.Path)
	}
}
