package shparse

import (
	"bytes"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// SameAt reports whether the words of a flag of the operation a would mean the
// same at the operation b of the same way, so that they can be moved there. It
// is sure of it where every variable that they name is set at most once in the
// scripts, and in front of both; where it can't be sure, it says no.
func (t *Trace) SameAt(f Flag, a, b *Op) bool {
	sc := t.scripts[f.Range.File]
	if sc == nil {
		return false
	}
	words := span{f.Range.Start.Offset, f.Range.End.Offset}
	same := true
	syntax.Walk(sc.file, func(n syntax.Node) bool {
		if n == nil || !words.contains(span{offset(n.Pos()), offset(n.End())}) {
			return same
		}
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp:
			same = false
		case *syntax.ParamExp:
			same = same && n.Param != nil && t.steady(n.Param.Value, a, b)
		}
		return same
	})
	return same
}

// steady reports whether a variable has one value at both operations.
func (t *Trace) steady(name string, a, b *Op) bool {
	if !syntax.ValidName(name) {
		return slices.Equal(a.Calls, b.Calls) && !t.shifts()
	}
	sets := 0
	for path, sc := range t.scripts {
		for _, offset := range assignments(sc.file, name) {
			sets++
			if path == a.Range.File && offset > min(a.Range.Start.Offset, b.Range.Start.Offset) {
				return false
			}
		}
	}
	return sets <= 1
}

// assignments are the offsets at which a script may set the variable.
func assignments(file *syntax.File, name string) []int {
	var at []int
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil && n.Name.Value == name && !n.Naked {
				at = append(at, int(n.Pos().Offset()))
			}
		case *syntax.WordIter:
			if n.Name.Value == name {
				at = append(at, int(n.Pos().Offset()), int(n.Pos().Offset()))
			}
		case *syntax.CallExpr:
			if len(n.Args) > 1 && slices.Contains([]string{"read", "getopts", "mapfile", "unset", "printf", "eval"}, n.Args[0].Lit()) {
				for _, w := range n.Args[1:] {
					if w.Lit() == name || n.Args[0].Lit() == "eval" {
						at = append(at, int(n.Pos().Offset()))
					}
				}
			}
		}
		return true
	})
	return at
}

// shifts reports whether a script changes its positional arguments.
func (t *Trace) shifts() bool {
	for _, src := range t.Sources {
		if bytes.Contains(src, []byte("shift")) || bytes.Contains(src, []byte("set --")) {
			return true
		}
	}
	return false
}
