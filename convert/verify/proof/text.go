package proof

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stagefold/stagefold/convert/report"
)

// Text writes proofs for people: a line for each unit and each image, and the
// differences below. Name turns the path of a script into what the reader knows it
// by.
func Text(w io.Writer, proofs []*Proof, name func(*Proof) string) error {
	var out strings.Builder
	for _, p := range proofs {
		fmt.Fprintf(&out, "%s: %s\n", report.Text(name(p)), p.Verdict)
		p.text(&out)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (p *Proof) text(out *strings.Builder) {
	say := func(format string, args ...any) { fmt.Fprintf(out, "  "+format+"\n", args...) }
	if p.Reason != "" {
		say("%s", report.Text(p.Reason))
	}
	if p.Failure != nil {
		p.Failure.text(say)
	}
	for _, e := range p.Effects {
		say("%s", report.Text(e))
	}
	for _, i := range p.Images {
		i.text(say)
	}
	if len(p.Gone) > 0 {
		say("not built any more: %s", report.Text(strings.Join(p.Gone, ", ")))
	}
	for _, h := range p.Held {
		say("held back: %s", report.Text(h.String()))
	}
	if len(p.Images) > 0 {
		say("build time: old %s, new %s", seconds(p.Old.Took), seconds(p.New.Took))
		say("left on the machine: old %s, new %s", p.Old.left(), p.New.left())
	}
}

func (i Image) text(say func(string, ...any)) {
	say("image %s: %s (%s → %s)", report.Text(i.Name), i.summary(), megabytes(i.OldSize), megabytes(i.NewSize))
	for _, line := range tree(changes(i.Differences)) {
		say("  %s", line)
	}
	if len(i.Noise) > 0 {
		say("  not reproducible before either:")
		for _, line := range tree(changes(i.Noise)) {
			say("    %s", line)
		}
	}
}

// summary is the verdict of an image, with numbers.
func (i Image) summary() string {
	var parts []string
	if !i.Same() {
		parts = append(parts, fmt.Sprintf("differs in %s", count(len(changes(i.Differences)), "place")))
	} else {
		parts = append(parts, string(Same))
	}
	if n := len(changes(i.Noise)); n > 0 {
		parts = append(parts, count(n, "irreproducible place")+" set aside")
	}
	if n := len(changes(i.Ignored)); n > 0 {
		parts = append(parts, fmt.Sprintf("%d ignored", n))
	}
	return strings.Join(parts, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (f *Failure) text(say func(string, ...any)) {
	say("%s", report.Text(f.String()))
	for line := range strings.Lines(f.Output) {
		say("  | %s", report.Text(strings.TrimRight(line, "\r\n")))
	}
}

// String says what went wrong, on one line.
func (f *Failure) String() string {
	switch {
	case f.Command == "" && f.Reason != "":
		return fmt.Sprintf("the %s way: %s", f.Way, f.Reason)
	case f.Reason != "":
		return fmt.Sprintf("the %s way: %q is not let through: %s", f.Way, f.Command, f.Reason)
	case f.Command != "":
		return fmt.Sprintf("the %s way: %q exits with status %d", f.Way, f.Command, f.Exit)
	default:
		return fmt.Sprintf("the %s way: the script exits with status %d", f.Way, f.Exit)
	}
}

// String says what was held back and why, on one line.
func (h Held) String() string { return fmt.Sprintf("%s (%s)", h.Command, h.Reason) }

func (r Run) left() string {
	return fmt.Sprintf("%s (%s)", count(r.Images, "image"), megabytes(r.Bytes))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Totals counts proofs by their verdicts, on one line.
func Totals(proofs []*Proof) string {
	var parts []string
	for _, v := range []Verdict{Same, Irreproduced, Differs, Failed, Unproved} {
		n := 0
		for _, p := range proofs {
			if p.Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if parts == nil {
		return "no units"
	}
	return strings.Join(parts, ", ")
}
