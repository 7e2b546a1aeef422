package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
)

// GitHub writes findings as the workflow commands of GitHub Actions that make
// annotations, and one for each unit that could be converted.
func GitHub(w io.Writer, units []Unit) error {
	var out strings.Builder
	for _, u := range units {
		for _, f := range u.Findings {
			out.WriteString(annotation(githubLevel(f.Severity), place(u, f), string(f.Code), withHint(f)))
		}
		if (u.Status == convert.Converted || u.Status == convert.Assumed) && !u.Written {
			at := place(u, finding.Finding{Range: finding.Range{File: u.Script, Start: finding.Pos{Line: 1}}})
			out.WriteString(annotation("notice", at, "builder pattern", "this build can become one multi-stage Dockerfile; \"stagefold convert -w\" makes it"))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func githubLevel(s finding.Severity) string {
	if s == finding.Note {
		return "notice"
	}
	return s.String()
}

// annotation writes one workflow command. Columns are only for places on one line.
func annotation(level string, at Place, title, message string) string {
	var properties []string
	add := func(name, value string) { properties = append(properties, name+"="+githubProperty.Replace(value)) }
	if at.File != "" {
		add("file", inert(at.File))
	}
	if at.Line > 0 {
		add("line", fmt.Sprint(at.Line))
	}
	switch {
	case at.EndLine > at.Line:
		add("endLine", fmt.Sprint(at.EndLine))
	case at.Column > 0:
		add("col", fmt.Sprint(at.Column))
		if at.EndColumn > at.Column {
			add("endColumn", fmt.Sprint(at.EndColumn))
		}
	}
	add("title", title)
	return "::" + level + " " + strings.Join(properties, ",") + "::" + githubData.Replace(message) + "\n"
}

// inert is the name of a file as it is, unless that would act on a terminal: such a
// file gets no annotation in its place. Line ends are written by their numbers.
func inert(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' }) {
		return Text(name)
	}
	return name
}

// What has a meaning in a workflow command is written by its number.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
