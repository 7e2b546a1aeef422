package report

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

func units() []Unit {
	return []Unit{
		{Root: "a", Written: true, Result: &convert.Result{
			Script: "build.sh", Status: convert.Converted, Dockerfile: "Dockerfile",
			Changes: []edit.Change{
				{Path: "Dockerfile", Old: []byte("FROM a\n"), New: []byte("FROM a AS <builder>\n")},
				{Path: "Dockerfile.build", Old: []byte("FROM a\n"), Delete: true},
				{Path: "new", New: []byte{}},
			},
		}},
		{Root: "b", Result: &convert.Result{
			Script: "x.sh", Status: convert.Refused,
			Findings: []finding.Finding{{
				Code: "SF003", Severity: finding.Error, Message: "m", Hint: "h", Range: at(2, 3, 4),
			}, {Code: "SF201", Message: "n"}},
		}},
		{Root: "b", Err: errors.New("disk full"), Result: &convert.Result{Script: "y.sh", Status: convert.Assumed}},
	}
}

const wantJSON = `{
  "format": 1,
  "units": [
    {
      "root": "a",
      "script": "build.sh",
      "status": "converted",
      "dockerfile": "Dockerfile",
      "written": true,
      "changes": [
        {
          "path": "Dockerfile",
          "action": "modify",
          "text": "FROM a AS <builder>\n"
        },
        {
          "path": "Dockerfile.build",
          "action": "delete"
        },
        {
          "path": "new",
          "action": "create",
          "text": ""
        }
      ],
      "findings": []
    },
    {
      "root": "b",
      "script": "x.sh",
      "status": "refused",
      "written": false,
      "changes": [],
      "findings": [
        {
          "code": "SF003",
          "severity": "error",
          "message": "m",
          "hint": "h",
          "file": "build.sh",
          "line": 2,
          "column": 3,
          "endLine": 2,
          "endColumn": 4
        },
        {
          "code": "SF201",
          "severity": "note",
          "message": "n"
        }
      ]
    },
    {
      "root": "b",
      "script": "y.sh",
      "status": "assumed",
      "written": false,
      "error": "disk full",
      "changes": [],
      "findings": []
    }
  ],
  "totals": {
    "converted": 1,
    "assumed": 0,
    "refused": 1,
    "nothing": 0,
    "failed": 1
  }
}
`

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := JSON(&out, units()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantJSON, out.String()); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestWritten(t *testing.T) {
	var out bytes.Buffer
	if err := Written(&out, units()[0].Changes, func(p string) string { return "a/" + p }); err != nil {
		t.Fatal(err)
	}
	if want := "changed a/Dockerfile\ndeleted a/Dockerfile.build\ncreated a/new\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestTotals(t *testing.T) {
	tests := []struct {
		totals Totals
		want   string
	}{
		{Totals{}, "no units"},
		{Totals{Converted: 1, Refused: 2}, "1 converted, 2 refused"},
		{Totals{Converted: 1, Assumed: 2, Failed: 1, Nothing: 3}, "3 converted (2 on assumptions), 1 not written, 3 without a builder pattern"},
	}
	for _, tt := range tests {
		if got := tt.totals.String(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.totals, got, tt.want)
		}
	}
}
