package main

import (
	"slices"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
)

// refuseShared refuses units that can't be converted side by side: one changes a
// file that another one changes too, or deletes a file that another one reads.
// Each was converted as if it were alone.
func refuseShared(units []report.Unit) {
	var refusals []func()
	for i := range units {
		for _, c := range units[i].Changes {
			other := slices.IndexFunc(units, func(u report.Unit) bool {
				return u.Result != units[i].Result && u.Root == units[i].Root && clash(c, u.Result)
			})
			if other >= 0 {
				refusals = append(refusals, func() { refuse(units[i].Result, c.Path, units[other].Script) })
				break
			}
		}
	}
	for _, r := range refusals {
		r()
	}
}

// clash reports whether the change c breaks the unit of r.
func clash(c edit.Change, r *convert.Result) bool {
	if c.Delete && r.Sources[c.Path] != nil {
		return true
	}
	return slices.ContainsFunc(r.Changes, func(o edit.Change) bool { return o.Path == c.Path })
}

func refuse(r *convert.Result, path, other string) {
	place := finding.Range{File: r.Script, Start: finding.Pos{Line: 1, Column: 1}, End: finding.Pos{Line: 1, Column: 1}}
	r.Status, r.Changes, r.Dockerfile = convert.Refused, nil, ""
	r.Findings = finding.Sort(append(r.Findings, finding.New("SF305", place, "the file %q belongs to the unit of %q too", path, other)))
}
