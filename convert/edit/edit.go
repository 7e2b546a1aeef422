// Package edit describes changes to files as replacements of byte ranges, so
// that every byte outside of them stays as its author wrote it.
package edit

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// An Edit replaces the bytes [Start, End) of a file with Text.
type Edit struct {
	Start, End int // offsets in bytes; Start == End inserts
	Text       string
	// With is put in instead of Text where it is not nil, and keeps its origins.
	With *Text
	// From are the places that Text is there for, besides what it replaces: where it was
	// copied from, or what it does the work of now.
	From []Origin
}

// Equal reports whether two edits are the same in all.
func (e Edit) Equal(o Edit) bool {
	return e.Start == o.Start && e.End == o.End && e.text() == o.text() && slices.Equal(e.From, o.From)
}

// text is what the edit puts in.
func (e Edit) text() string {
	if e.With != nil {
		return e.With.String()
	}
	return e.Text
}

// Apply returns src with all edits made. Edits may come in any order; equal
// edits count once. It fails where two edits overlap or one lies outside src.
// Insertions at one offset are made in the order given.
func Apply(src []byte, edits []Edit) ([]byte, error) {
	ordered, err := order(len(src), edits)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	at := 0
	for _, e := range ordered {
		out.Write(src[at:e.Start])
		out.WriteString(e.text())
		at = e.End
	}
	out.Write(src[at:])
	return []byte(out.String()), nil
}

// order sorts the edits of a text of size bytes, and checks that they can be made.
func order(size int, edits []Edit) ([]Edit, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	sorted = slices.CompactFunc(sorted, Edit.Equal)
	at := 0
	for _, e := range sorted {
		if e.Start > e.End || e.End > size {
			return nil, fmt.Errorf("edit [%d, %d) lies outside of a file of %d bytes", e.Start, e.End, size)
		}
		if e.Start < at {
			return nil, fmt.Errorf("edit [%d, %d) overlaps the one before it, which ends at %d", e.Start, e.End, at)
		}
		at = e.End
	}
	return sorted, nil
}

// A Change is what happens to one file: its text becomes New, or it goes.
type Change struct {
	Path   string // slash-separated, relative to the root of the repository
	Old    []byte
	New    []byte
	Delete bool

	// Mode is what a new file gets; 0 leaves it to the system. A file that is
	// replaced keeps its own.
	Mode fs.FileMode
}
