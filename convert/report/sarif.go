package report

import (
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stagefold/stagefold/convert/finding"
)

// The types are the part of SARIF 2.1.0 that a log needs. It has no fixes: a
// conversion deletes files, which a fix can't say.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      finding.Code `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Help    sarifHelp    `json:"help"`
		Default sarifConfig  `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID    finding.Code    `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

// SARIF writes the findings of units as a log of SARIF 2.1.0, indented, with a final
// newline. Files are named as in a Place.
func SARIF(w io.Writer, units []Unit) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "stagefold", Rules: []sarifRule{}}
	for _, u := range units {
		for _, f := range u.Findings {
			run.add(f, placeOrScript(u, f))
		}
	}
	return WriteJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// add adds the result of a finding, and its rule at its first result.
func (r *sarifRun) add(f finding.Finding, at Place) {
	rules := &r.Tool.Driver.Rules
	i := slices.IndexFunc(*rules, func(rule sarifRule) bool { return rule.ID == f.Code })
	if i < 0 {
		i = len(*rules)
		*rules = append(*rules, ruleOf(f.Code))
	}
	r.Results = append(r.Results, sarifResult{
		RuleID: f.Code, RuleIndex: i, Level: f.Severity.String(), Message: sarifText{withHint(f)},
		Locations: []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: at.File}).String()}, Region: at.region()}}},
	})
}

func ruleOf(code finding.Code) sarifRule {
	rule, _ := finding.Lookup(code)
	page := rule.Page()
	return sarifRule{ID: rule.Code, Short: sarifText{rule.Summary}, Help: sarifHelp{page, page}, Default: sarifConfig{rule.Severity.String()}}
}

// withHint is the message of a finding with the way out behind it.
func withHint(f finding.Finding) string {
	if f.Hint == "" {
		return Text(f.Message)
	}
	return fmt.Sprintf("%s\nHint: %s", Text(f.Message), Text(f.Hint))
}

// A Place is where a finding is, for other tools: with its file as seen from the
// directory that stagefold was started in or, where that lies inside of the
// repository, from the repository's root, as such tools want it. Columns count
// characters.
type Place struct {
	File               string
	Line, Column       int // from 1; 0 where unknown
	EndLine, EndColumn int // likewise; just past the last character
}

func place(u Unit, f finding.Finding) Place {
	if f.Range.File == "" {
		return Place{}
	}
	src := u.Sources[f.Range.File]
	p := Place{File: path.Join(outward(u.Root), f.Range.File), Line: int(f.Range.Start.Line), Column: characters(src, f.Range.Start)}
	if end := int(f.Range.End.Line); p.Column > 0 && end >= p.Line {
		p.EndLine, p.EndColumn = end, characters(src, f.Range.End)
	}
	if p.EndLine == p.Line && p.EndColumn < p.Column || p.EndColumn == 0 {
		p.EndLine, p.EndColumn = 0, 0
	}
	return p
}

// placeOrScript is the place of a finding, or the script where it has none: code
// scanning takes no result without a place.
func placeOrScript(u Unit, f finding.Finding) Place {
	if f.Range.File == "" {
		f.Range.File = u.Script
	}
	return place(u, f)
}

// outward is the root of a repository as seen from a directory that is not inside of
// it; "" where it is.
func outward(root string) string {
	if root == ".." || strings.HasPrefix(root, "../") {
		return ""
	}
	return root
}

// characters is the column of a position in characters, or 0 where it is unknown.
func characters(src []byte, at finding.Pos) int {
	line, ok := lineOf(src, int(at.Line))
	if !ok || at.Column == 0 {
		return 0
	}
	return 1 + utf8.RuneCount(line[:min(int(at.Column)-1, len(line))])
}

func (p Place) region() *sarifRegion {
	if p.Line == 0 {
		return nil
	}
	return &sarifRegion{p.Line, p.Column, p.EndLine, p.EndColumn}
}
