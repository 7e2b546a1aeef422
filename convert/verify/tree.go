package verify

import (
	"fmt"
	"maps"
)

// A Tree is a file system: what it holds, by absolute path.
type Tree map[string]Entry

// flatten stacks layers, the lowest first.
func flatten(layers []*layer) (Tree, error) {
	t := Tree{"/": {Kind: Directory, Mode: 0o755}}
	for _, l := range layers {
		if err := t.apply(l); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// apply puts l on top of t.
func (t Tree) apply(l *layer) error {
	linked := make(map[string]Entry, len(l.links))
	for name, target := range l.links {
		e, ok := t[target]
		if !ok {
			return fmt.Errorf("%q is a hard link to %q, which no layer below has", name, target)
		}
		linked[name] = e
	}
	for name := range t {
		if l.hides(name) {
			delete(t, name)
		}
	}
	maps.Copy(t, l.entries)
	maps.Copy(t, linked)
	return nil
}
