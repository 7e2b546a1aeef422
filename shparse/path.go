package shparse

import (
	"path"
	"slices"
	"strings"
)

// relPath returns v, a path as a command in the directory dir got it, relative
// to the root of the repository and cleaned. The root itself is ".". A path
// that leaves the root keeps its leading "..", and one of the host that does
// not lie below the root stays absolute. Holes stay where they are: nothing is
// cancelled by a ".." behind them. The empty path stays empty.
//
// A relative path is one to dir; one that begins with a hole is too, unless the
// hole is known to be absolute.
func relPath(dir, v Value) Value {
	switch {
	case len(v) == 0:
		return nil
	case underRoot(v):
		return cleanPath(append(Value{{Lit: "."}}, v[1:]...))
	case isAbs(v):
		return cleanPath(v)
	}
	base, known := dir.Known()
	if text, ok := v.Known(); ok && known {
		if base == "." {
			return v.orLit(path.Clean(text))
		}
		return v.orLit(path.Join(base, text))
	}
	return cleanPath(slices.Concat(dir, Lit("/"), v))
}

// absPath is the opposite of relPath: the path as the script itself would print
// it, which starts with the hole for the root.
func absPath(rel Value) Value {
	if isAbs(rel) {
		return rel
	}
	root := Value{{Hole: rootHole()}}
	if text, ok := rel.Known(); ok && text == "." {
		return root
	}
	return root.Concat(Lit("/")).Concat(rel).merged()
}

// rootHole returns the hole that stands for the absolute path of the
// repository's root. All of them are equal.
func rootHole() *Hole { return &Hole{Reason: Root, Name: "PWD"} }

// underRoot reports whether v starts with the root and goes on below it.
func underRoot(v Value) bool {
	if len(v) == 0 || v[0].Hole == nil || v[0].Hole.Reason != Root {
		return false
	}
	return len(v) == 1 || strings.HasPrefix(v[1].Lit, "/")
}

// isAbs reports whether v is known to be an absolute path.
func isAbs(v Value) bool {
	if len(v) == 0 {
		return false
	}
	if h := v[0].Hole; h != nil {
		return h.Reason == Root || h.Reason == System && isPlace(h.Name)
	}
	return strings.HasPrefix(v[0].Lit, "/")
}

// isPlace reports whether what the machine gives under a name is a path, and so
// an absolute one.
func isPlace(name string) bool {
	return name == "$HOME" || strings.HasPrefix(name, "~") || strings.Contains(name, "mktemp")
}

// cleanPath is path.Clean for values.
func cleanPath(v Value) Value {
	if text, ok := v.Known(); ok {
		return v.orLit(path.Clean(text))
	}
	rooted := v[0].Hole == nil && strings.HasPrefix(v[0].Lit, "/")
	var kept []Value
	for _, s := range segments(v) {
		kept = pushSegment(kept, s)
	}
	if rooted {
		return Lit("/").Concat(joinSegments(kept)).merged()
	}
	return joinSegments(kept)
}

func pushSegment(kept []Value, s Value) []Value {
	name, known := s.Known()
	switch {
	case known && (name == "" || name == "."):
		return kept
	case known && name == ".." && len(kept) > 0 && isName(kept[len(kept)-1]):
		return kept[:len(kept)-1]
	}
	return append(kept, s)
}

// isName reports whether a segment is the plain name of a directory entry,
// which a ".." behind it cancels.
func isName(s Value) bool {
	name, known := s.Known()
	return known && name != ".."
}

// segments splits v at the slashes of its literal text.
func segments(v Value) []Value {
	var all []Value
	var cur Value
	for _, p := range v {
		if p.Hole != nil {
			cur = append(cur, p)
			continue
		}
		for i, name := range strings.Split(p.Lit, "/") {
			if i > 0 {
				all, cur = append(all, cur), nil
			}
			cur = cur.Concat(Lit(name))
		}
	}
	return append(all, cur)
}

func joinSegments(segs []Value) Value {
	var v Value
	for i, s := range segs {
		if i > 0 {
			v = append(v, Part{Lit: "/"})
		}
		v = append(v, s...)
	}
	return v.merged()
}
