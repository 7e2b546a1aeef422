package static

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/report"
)

// A Check is what became of one script.
type Check struct {
	Script   string    `json:"script"`
	Reason   string    `json:"reason,omitempty"` // why there are no verdicts
	Verdicts []Verdict `json:"images,omitempty"`

	// Unlowered is set where there is a conversion, and no graph of what it replaces.
	Unlowered bool `json:"unlowered,omitempty"`
}

// Same reports whether all images are made of the same graphs.
func (c Check) Same() bool {
	for _, v := range c.Verdicts {
		if !v.Same() {
			return false
		}
	}
	return c.Reason == ""
}

// JSON writes checks for other programs.
func JSON(w io.Writer, checks []Check) error { return report.WriteJSON(w, checks) }

// Text writes checks for people.
func Text(w io.Writer, checks []Check) error {
	var out strings.Builder
	for _, c := range checks {
		fmt.Fprintf(&out, "%s: %s\n", report.Text(c.Script), c.summary())
		if c.Reason != "" {
			fmt.Fprintf(&out, "  %s\n", report.Text(c.Reason))
		}
		for _, v := range c.Verdicts {
			v.text(&out)
		}
		if c.Unlowered || slices.ContainsFunc(c.Verdicts, func(v Verdict) bool { return v.Reason != "" }) {
			out.WriteString("  hint: \"stagefold verify\" without --static builds the images and compares them\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (c Check) summary() string {
	if c.Reason != "" {
		return "not checked"
	}
	copies := 0
	for _, v := range c.Verdicts {
		switch {
		case v.Difference != nil:
			return "not the same"
		case v.Reason != "":
			return "not checked"
		}
		copies += len(v.Copies)
	}
	if copies == 0 {
		return "the same graph"
	}
	return "the same graph but for the copies below"
}

func (v Verdict) text(out *strings.Builder) {
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	say("  image %s: %s", report.Text(v.Image), v.summary())
	for _, c := range v.Copies {
		say("    copy  %s", c.New)
		say("      for %s", c.Old)
		for _, note := range c.Notes {
			say("      it %s", report.Text(note))
		}
	}
	for _, w := range v.Work {
		say("    work  %s", w.New)
		say("      for %s", report.Text(strings.Join(w.For, "; ")))
	}
	for _, a := range v.Assumed {
		say("    note: %s", report.Text(a))
	}
	if d := v.Difference; d != nil {
		if d.Old != nil {
			say("    old: %s", d.Old)
		}
		if d.New != nil {
			say("    new: %s", d.New)
		}
	}
}

func (v Verdict) summary() string {
	switch {
	case v.Reason != "":
		return "not checked: " + report.Text(v.Reason)
	case v.Difference != nil:
		return "not the same: " + report.Text(v.Difference.What)
	}
	return "same"
}

// String is the operation with its place, on one line.
func (o Operation) String() string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(o.Text, "\\\n", " ")), " ")
	if o.Place == "" {
		return report.Text(text)
	}
	return report.Text(o.Place + ": " + text)
}
