package finding

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func place(file string, line, column int32) Range {
	return Range{File: file, Start: Pos{Line: line, Column: column}}
}

func TestNew(t *testing.T) {
	got := New("SF303", place("build.sh", 3, 7), "the path %q leaves the repository", "../x")
	want := Finding{
		Code:     "SF303",
		Severity: Error,
		Message:  `the path "../x" leaves the repository`,
		Hint:     "run stagefold on the directory that holds all files of the build",
		Range:    place("build.sh", 3, 7),
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if hint := got.WithHint("use %q", "./x").Hint; hint != `use "./x"` {
		t.Errorf("hint %q", hint)
	}
	if want := `build.sh:3:7: error: the path "../x" leaves the repository [SF303]`; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestNewPanicsOnUnknownCode(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New("SF000", Range{}, "")
}

func TestRangeString(t *testing.T) {
	for want, r := range map[string]Range{
		"":      {},
		"f":     {File: "f"},
		"f:2":   place("f", 2, 0),
		"f:2:3": place("f", 2, 3),
	} {
		if got := r.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestContains(t *testing.T) {
	span := func(file string, from, to int) Range {
		return Range{File: file, Start: Pos{Offset: from}, End: Pos{Offset: to}}
	}
	outer := span("f", 2, 6)
	tests := []struct {
		inner Range
		want  bool
	}{
		{span("f", 2, 6), true},
		{span("f", 3, 3), true},
		{span("f", 1, 4), false},
		{span("f", 4, 7), false},
		{span("g", 3, 4), false},
	}
	for _, tt := range tests {
		if got := outer.Contains(tt.inner); got != tt.want {
			t.Errorf("%+v: got %v", tt.inner, got)
		}
	}
}

func TestSort(t *testing.T) {
	note := Finding{Code: "SF201", Severity: Note, Message: "n", Range: place("a", 1, 1)}
	warning := Finding{Code: "SF004", Severity: Warning, Message: "w", Range: place("a", 1, 1)}
	refusal := Finding{Code: "SF003", Severity: Error, Message: "e", Range: place("a", 1, 1)}
	tests := []struct {
		name     string
		in, want []Finding
	}{
		{"the worst first at one place", []Finding{note, refusal, warning}, []Finding{refusal, warning, note}},
		{"each once", []Finding{note, refusal, note}, []Finding{refusal, note}},
		{"by number, not by text",
			[]Finding{{Range: place("a", 10, 1)}, {Range: place("a", 9, 2)}, {Range: place("a", 9, 1)}},
			[]Finding{{Range: place("a", 9, 1)}, {Range: place("a", 9, 2)}, {Range: place("a", 10, 1)}}},
		{"by file first", []Finding{{Range: place("b", 1, 1)}, {Range: place("a", 2, 1)}},
			[]Finding{{Range: place("a", 2, 1)}, {Range: place("b", 1, 1)}}},
		{"none", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Sort(tt.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	warning, refusal := Finding{Severity: Warning}, Finding{Severity: Error}
	if Refused(nil) || Refused([]Finding{warning}) {
		t.Error("refused without an error")
	}
	if !Refused([]Finding{warning, refusal, warning}) {
		t.Error("not refused with an error")
	}
	if _, ok := Worst(nil); ok {
		t.Error("there is a worst of nothing")
	}
}

func TestSeverityInJSON(t *testing.T) {
	got, err := json.Marshal([]Severity{Note, Warning, Error})
	if want := `["note","warning","error"]`; err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}

func TestLookup(t *testing.T) {
	if r, ok := Lookup("sf102"); !ok || r.Code != "SF102" {
		t.Errorf("got %+v, %v", r, ok)
	}
	if r, ok := Lookup("SF1020"); ok {
		t.Errorf("got %+v", r)
	}
	if r, ok := Lookup(""); ok || r.Page() != "" {
		t.Errorf("got %+v with the page %q", r, r.Page())
	}
}
