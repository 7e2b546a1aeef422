package blueprint

import (
	"errors"
	"io/fs"
	"reflect"
	"slices"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/inputs"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
)

// A Tree is what Settle knows of the repositories.
type Tree struct {
	Units []*scan.Unit // what the conversion makes now
	Roots []Root       // of all repositories that were looked through; at least one
}

// A Root is a repository.
type Root struct {
	Dir    string // as in Unit.Root
	Name   string // as in the blueprint
	FS     fs.FS
	Hidden func(path string) bool // reports files that are no input of anything, such as the blueprint
}

// A Settlement is what is to be done.
type Settlement struct {
	Units []*scan.Unit // the planned ones: those with changes are to be written
	Done  int          // units whose files are as planned already; they are not in Units
}

// Settle says which units of a blueprint can be written: those that come out as they
// are recorded. The others are refused (SF309, SF310). Units that are not in the
// blueprint are left out.
func (b *Blueprint) Settle(t Tree) Settlement {
	var s Settlement
	now := Groups(t.Units, t.name)
	for _, g := range b.Groups {
		root := t.root(g.Root)
		if root != nil && g.done(root.FS) {
			s.Done += len(g.Units)
			continue
		}
		units := t.find(g, root)
		if reason := g.obstacle(root, now); reason != nil {
			refuse(units, *reason)
		}
		s.Units = append(s.Units, units...)
	}
	return s
}

// root returns the repository of a name, or nil.
func (t Tree) root(name string) *Root {
	i := slices.IndexFunc(t.Roots, func(r Root) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Roots[i]
}

// name is the name of the repository at dir.
func (t Tree) name(dir string) string {
	i := slices.IndexFunc(t.Roots, func(r Root) bool { return r.Dir == dir })
	return t.Roots[i].Name
}

// done reports whether all files are as the group wants them.
func (g Group) done(fsys fs.FS) bool {
	return !slices.ContainsFunc(g.Files, func(f File) bool {
		text, err := fs.ReadFile(fsys, f.Path)
		if f.Action == "delete" {
			return !errors.Is(err, fs.ErrNotExist)
		}
		return err != nil || string(text) != f.text()
	})
}

func (f File) text() string {
	if f.Text != nil {
		return *f.Text
	}
	return string(f.Bytes)
}

// find returns the units of a group as they are now. One that is none any more comes
// without changes.
func (t Tree) find(g Group, root *Root) []*scan.Unit {
	if root == nil {
		root = &t.Roots[0]
	}
	var units []*scan.Unit
	for _, planned := range g.Units {
		i := slices.IndexFunc(t.Units, func(u *scan.Unit) bool {
			return u.Root == root.Dir && u.Script == planned.Script && slices.Equal(u.Goals, planned.Goals)
		})
		if i >= 0 {
			units = append(units, t.Units[i])
			continue
		}
		missing := &scan.Unit{Unit: report.Unit{Root: root.Dir, Result: &convert.Result{Script: planned.Script, Goals: planned.Goals}}}
		units = append(units, missing)
	}
	return units
}

// A reason says why a group can't be written.
type reason struct {
	code    finding.Code
	message string
	names   []any
}

// obstacle returns why the group can't be written, or nil.
func (g Group) obstacle(root *Root, now []Group) *reason {
	if root == nil {
		return &reason{"SF309", "the repository %q is not there", []any{g.Root}}
	}
	for _, u := range g.Units {
		if moved := inputs.Moved(root.FS, u.Inputs, root.Hidden); len(moved) > 0 {
			return movedReason(moved)
		}
	}
	if !slices.ContainsFunc(now, func(o Group) bool { return reflect.DeepEqual(g, o) }) {
		return &reason{"SF310", "the plan says something else than the conversion of the same files", nil}
	}
	return nil
}

// refuse refuses units. The errors that the conversion itself has now stay beside it.
func refuse(units []*scan.Unit, why reason) {
	for _, u := range units {
		at := finding.Range{File: u.Script, Start: finding.Pos{Line: 1, Column: 1}, End: finding.Pos{Line: 1, Column: 1}}
		errs := slices.DeleteFunc(slices.Clone(u.Findings), func(f finding.Finding) bool { return f.Severity != finding.Error })
		u.Findings = finding.Sort(append(errs, finding.New(why.code, at, why.message, why.names...)))
		u.Status, u.Changes, u.Dockerfile, u.Forecast = convert.Refused, nil, "", scan.Forecast{}
	}
}
