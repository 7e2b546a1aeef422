package scan

import (
	"fmt"
	"io"
	"strings"

	"github.com/stagefold/stagefold/convert/report"
)

// Markdown writes the report for a wiki or a pull request.
func (r *Report) Markdown(w io.Writer) error {
	var out strings.Builder
	out.WriteString("# Builder patterns\n")
	for _, s := range r.sections() {
		fmt.Fprintf(&out, "\n## %s\n\n", strings.ToUpper(s.title[:1])+s.title[1:])
		for _, line := range s.lines {
			out.WriteString("- " + report.Plain(strings.TrimSpace(line)) + "\n")
		}
	}
	units := r.shown()
	if len(units) > 0 {
		out.WriteString("\n## Units\n\n| script | status | remarks |\n|---|---|---|\n")
	}
	for _, e := range units {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", report.Plain(e.Name()), e.Status, report.Plain(e.remark()))
	}
	_, err := io.WriteString(w, out.String())
	return err
}
