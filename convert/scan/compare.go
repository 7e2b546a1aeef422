package scan

import (
	"cmp"
	"fmt"
	"slices"
)

// A Comparison is what changed since an earlier report.
type Comparison struct {
	New     []Step `json:"new"`     // units that were not there
	Gone    []Step `json:"gone"`    // units that are not there any more: converted, most likely
	Changed []Step `json:"changed"` // units of another status
}

// A Step is the way of a unit from one report to the next. The status is "" where
// the unit was not there.
type Step struct {
	Root   string `json:"root"`
	Script string `json:"script"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

type key struct{ root, script string }

// Compare notes in r what changed since the report before.
func (r *Report) Compare(before *Report) {
	was := map[key]string{}
	for _, e := range before.Units {
		was[key{e.Root, e.Script}] = e.Status
	}
	c := &Comparison{New: []Step{}, Gone: []Step{}, Changed: []Step{}}
	is := map[key]bool{}
	for _, e := range r.Units {
		k := key{e.Root, e.Script}
		is[k] = true
		switch old, ok := was[k]; {
		case !ok:
			c.New = append(c.New, Step{e.Root, e.Script, "", e.Status})
		case old != e.Status:
			c.Changed = append(c.Changed, Step{e.Root, e.Script, old, e.Status})
		}
	}
	for _, e := range before.Units {
		if !is[key{e.Root, e.Script}] {
			c.Gone = append(c.Gone, Step{e.Root, e.Script, e.Status, ""})
		}
	}
	r.Since = c
}

// Merge joins the reports of all shards of one scan.
func Merge(parts []*Report) (*Report, error) {
	seen := map[int]bool{}
	whole := New(nil)
	count := 0
	for _, p := range parts {
		s, err := ParseShard(p.Shard)
		switch {
		case err != nil:
			return nil, err
		case count != 0 && s.Count != count:
			return nil, fmt.Errorf("expected shards of %d, found shard %s", count, p.Shard)
		case seen[s.Index]:
			return nil, fmt.Errorf("shard %s is there twice", p.Shard)
		}
		count, seen[s.Index] = s.Count, true
		whole.Units = append(whole.Units, p.Units...)
		whole.Unbuilt = append(whole.Unbuilt, p.Unbuilt...)
		whole.Skipped = append(whole.Skipped, p.Skipped...)
	}
	for i := range count {
		if !seen[i+1] {
			return nil, fmt.Errorf("shard %d/%d is missing", i+1, count)
		}
	}
	whole.sort()
	whole.count()
	return whole, nil
}

// sort orders what came from several shards, and drops what all of them say.
func (r *Report) sort() {
	slices.SortFunc(r.Units, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Root, b.Root), cmp.Compare(a.Script, b.Script))
	})
	slices.Sort(r.Unbuilt)
	r.Unbuilt = slices.Compact(r.Unbuilt)
	slices.SortFunc(r.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	r.Skipped = slices.Compact(r.Skipped)
}
