package convert_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/verify"
)

// TestRefusals checks that what can't be converted is refused with the right
// code at the right line, and that no file changes.
func TestRefusals(t *testing.T) {
	for _, c := range loadCases(t, "refusals") {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.testRefusal(t)
		})
	}
}

func (c *testCase) testRefusal(t *testing.T) {
	dir := c.unpack(t)
	before, err := dockertest.Snapshot(dir)
	check(t, err)

	result := convert.Convert(repository(t, dir), c.options())
	if got, want := result.Status.String(), c.get("status", "refused"); got != want {
		t.Errorf("status is %s, want %s", got, want)
	}
	if len(result.Changes) > 0 {
		t.Errorf("a refusal changes %d files", len(result.Changes))
	}
	if diff := gocmp.Diff(slices.Sorted(slices.Values(c.all("finding"))), worst(result.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s\n%v", diff, result.Findings)
	}
	for _, text := range c.all("hint") {
		if !slices.ContainsFunc(result.Findings, func(f finding.Finding) bool { return strings.Contains(f.Hint, text) }) {
			t.Errorf("no hint has %q: %v", text, result.Findings)
		}
	}
	after, err := dockertest.Snapshot(dir)
	check(t, err)
	if diffs := verify.DiffTrees(before, after); len(diffs) > 0 {
		t.Errorf("the conversion touched files: %v", diffs)
	}
}

// worst renders the findings of the highest severity as CODE FILE:LINE.
func worst(findings []finding.Finding) []string {
	severity, _ := finding.Worst(findings)
	var lines []string
	for _, f := range findings {
		if f.Severity == severity {
			lines = append(lines, place(f))
		}
	}
	slices.Sort(lines)
	return lines
}

func place(f finding.Finding) string {
	if f.Range.Start.Line == 0 {
		return fmt.Sprintf("%s %s", f.Code, f.Range.File)
	}
	return fmt.Sprintf("%s %s:%d", f.Code, f.Range.File, f.Range.Start.Line)
}

func exitText(o dockertest.Outcome) string { return strconv.Itoa(o.Exit) }

func sortedKeys[M ~map[K]V, K cmp.Ordered, V any](m M) []K { return slices.Sorted(maps.Keys(m)) }
