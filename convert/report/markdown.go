package report

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// Markdown writes units for a pull request or a wiki: the totals, and for each unit
// what became of it, its findings and its diff.
func Markdown(w io.Writer, units []Unit) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Builder patterns\n\n%s.\n", capital(Count(units).String()))
	for _, u := range units {
		if err := markdownUnit(&out, u); err != nil {
			return err
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

func markdownUnit(out *bytes.Buffer, u Unit) error {
	fmt.Fprintf(out, "\n## %s\n\n%s.\n", Plain(path.Join(u.Root, u.Script)), capital(u.Status.String()))
	if u.Err != nil {
		fmt.Fprintf(out, "\nNot written: %s\n", Plain(u.Err.Error()))
	}
	for i, f := range u.Findings {
		if i == 0 {
			out.WriteString("\n")
		}
		markdownFinding(out, f)
	}
	var diff bytes.Buffer
	if err := Diff(&diff, u.Changes, Visible); err != nil || diff.Len() == 0 {
		return err
	}
	fence := fenceFor(diff.String())
	fmt.Fprintf(out, "\n<details><summary>Diff</summary>\n\n%sdiff\n%s%s\n\n</details>\n", fence, diff.String(), fence)
	return nil
}

func markdownFinding(out *bytes.Buffer, f finding.Finding) {
	where := f.Range.String()
	if where != "" {
		where = " " + Plain(where) + ":"
	}
	fmt.Fprintf(out, "- **%s** %s:%s %s\n", f.Severity, f.Code, where, Plain(f.Message))
	if f.Hint != "" {
		fmt.Fprintf(out, "  - %s\n", Plain(f.Hint))
	}
}

// fenceFor is a fence of a code block that text does not have.
func fenceFor(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// Plain makes text that Markdown takes as it is, with nothing in it that acts on a
// terminal.
func Plain(text string) string {
	var out strings.Builder
	for _, r := range Text(text) {
		if strings.ContainsRune("\\`*_{}[]<>#|&~", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
