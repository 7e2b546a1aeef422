package proof

import (
	"fmt"
	"io"
	"strings"

	"github.com/stagefold/stagefold/convert/report"
)

// Markdown writes proofs for a pull request: a table of the images, and the details
// of each unit that is not simply the same.
func Markdown(w io.Writer, proofs []*Proof, name func(*Proof) string) error {
	var out strings.Builder
	fmt.Fprintf(&out, "## Images before and after: %s\n\n", Totals(proofs))
	out.WriteString("| script | image | verdict | size | build time |\n|---|---|---|---|---|\n")
	for _, p := range proofs {
		p.rows(&out, name(p))
	}
	for _, p := range proofs {
		if p.Verdict == Same && len(p.Held) == 0 {
			continue
		}
		var text strings.Builder
		p.text(&text)
		// A longer fence than any in the text closes it.
		fence := "```"
		for strings.Contains(text.String(), fence) {
			fence += "`"
		}
		fmt.Fprintf(&out, "\n### %s: %s\n\n%stext\n%s%s\n", cell(name(p)), p.Verdict, fence, text.String(), fence)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (p *Proof) rows(out *strings.Builder, name string) {
	if len(p.Images) == 0 {
		fmt.Fprintf(out, "| %s | | %s | | |\n", cell(name), p.Verdict)
	}
	for _, i := range p.Images {
		fmt.Fprintf(out, "| %s | %s | %s | %s → %s | %s → %s |\n", cell(name), cell(i.Name), i.summary(),
			megabytes(i.OldSize), megabytes(i.NewSize), seconds(p.Old.Took), seconds(p.New.Took))
	}
}

// cell makes text fit for a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "`", "'", "<", "&lt;").Replace(report.Text(text))
}
