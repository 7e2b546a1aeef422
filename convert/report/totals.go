package report

import (
	"fmt"
	"strings"

	"github.com/stagefold/stagefold/convert"
)

// Totals counts units by what became of them.
type Totals struct {
	Converted int `json:"converted"` // assumed ones not among them
	Assumed   int `json:"assumed"`   // converted, resting on assumptions
	Refused   int `json:"refused"`
	Nothing   int `json:"nothing"` // no builder pattern in them
	Failed    int `json:"failed"`  // convertible, but could not be written
}

// Count counts units.
func Count(units []Unit) Totals {
	var t Totals
	for _, u := range units {
		switch {
		case u.Err != nil:
			t.Failed++
		case u.Status == convert.Converted:
			t.Converted++
		case u.Status == convert.Assumed:
			t.Assumed++
		case u.Status == convert.Refused:
			t.Refused++
		default:
			t.Nothing++
		}
	}
	return t
}

// String renders t on one line, such as "2 converted (1 on assumptions), 1
// refused". What did not occur is left out.
func (t Totals) String() string {
	var parts []string
	if n := t.Converted + t.Assumed; n > 0 {
		part := fmt.Sprintf("%d converted", n)
		if t.Assumed > 0 {
			part += fmt.Sprintf(" (%d on assumptions)", t.Assumed)
		}
		parts = append(parts, part)
	}
	for _, p := range []struct {
		n    int
		what string
	}{
		{t.Refused, "refused"},
		{t.Failed, "not written"},
		{t.Nothing, "without a builder pattern"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if parts == nil {
		return "no units"
	}
	return strings.Join(parts, ", ")
}
