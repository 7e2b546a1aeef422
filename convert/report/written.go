package report

import (
	"fmt"
	"io"

	"github.com/stagefold/stagefold/convert/edit"
)

// Written writes one line for each file that was changed: what was done, and its
// name as name gives it.
func Written(w io.Writer, changes []edit.Change, name func(path string) string) error {
	for _, c := range changes {
		if _, err := fmt.Fprintf(w, "%s %s\n", done(c), Text(name(c.Path))); err != nil {
			return err
		}
	}
	return nil
}

func done(c edit.Change) string {
	switch {
	case c.Delete:
		return "deleted"
	case c.Old == nil:
		return "created"
	default:
		return "changed"
	}
}
