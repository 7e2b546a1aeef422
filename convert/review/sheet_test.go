package review_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/review"
)

// A unitData is what TestData reads of a unit's line.
type unitData struct {
	Old []struct {
		Path, Fate string
		Lines      []string
	}
	New []struct {
		Path  string
		Lines []struct {
			T *string
			O [][3]int
		}
	}
	Diffs []struct {
		Path  string
		Hunks []struct {
			O, N int
			K    string
		}
	}
	Findings []report.FindingDocument
}

// data returns the index and the units of a page.
func data(t *testing.T, units ...review.Unit) []string {
	t.Helper()
	var page bytes.Buffer
	must(t, review.Write(&page, units))
	_, rest, _ := strings.Cut(page.String(), `id="data">`)
	text, _, _ := strings.Cut(rest, "</script>")
	return strings.Split(strings.TrimSpace(text), "\n")
}

func parse(t *testing.T, line string) unitData {
	t.Helper()
	var u unitData
	must(t, json.Unmarshal([]byte(line), &u))
	return u
}

// TestData puts the files of a page together again from its data.
func TestData(t *testing.T) {
	r := hrefCounter(t)
	lines := data(t, unit("href", r))
	if len(lines) != 2 {
		t.Fatalf("%d lines, want the index and one unit", len(lines))
	}
	u := parse(t, lines[1])
	if len(u.New) != 2 || len(u.Diffs) != 3 || len(u.Old) != 3 {
		t.Errorf("%d new files, %d diffs, %d old files", len(u.New), len(u.Diffs), len(u.Old))
	}
	for _, f := range u.New {
		var text strings.Builder
		for _, l := range f.Lines {
			if l.T == nil {
				l.T = &u.Old[l.O[0][0]].Lines[l.O[0][1]-1]
			}
			text.WriteString(*l.T + "\n")
		}
		if got, want := text.String(), r.Texts[f.Path].String(); got != want {
			t.Errorf("%s is %q, want %q", f.Path, got, want)
		}
	}
	for _, f := range u.Old {
		want, err := os.ReadFile("../../examples/href-counter/" + f.Path)
		must(t, err)
		if got := strings.Join(f.Lines, "\n"); got != strings.TrimSuffix(string(want), "\n") {
			t.Errorf("%s was %q, want %q", f.Path, got, want)
		}
	}
}

// TestRefusedLater shows no new file of a unit that was refused after its sheet was
// made, as units are that stand in each other's way.
func TestRefusedLater(t *testing.T) {
	u := unit("href", hrefCounter(t))
	changed := *u.Result
	changed.Status, changed.Changes = convert.Refused, []edit.Change(nil)
	changed.Findings = []finding.Finding{finding.New("SF305", finding.Range{File: "build.sh"}, "shared")}
	u.Result = &changed
	lines := data(t, u)
	if !strings.Contains(lines[0], `"status":"refused","errors":1`) {
		t.Errorf("the index is %s", lines[0])
	}
	got := parse(t, lines[1])
	if len(got.New) != 0 || len(got.Diffs) != 0 || len(got.Findings) != 1 {
		t.Errorf("%d new files, %d diffs, %d findings", len(got.New), len(got.Diffs), len(got.Findings))
	}
	for _, f := range got.Old {
		if f.Fate != "unchanged" {
			t.Errorf("%s is said to be %s", f.Path, f.Fate)
		}
	}
}
