package dockerfile

import (
	"sort"

	"github.com/stagefold/stagefold/convert/finding"
)

// A lineIndex finds lines in a source.
type lineIndex struct {
	starts []int // of each line, in bytes; the first behind a byte-order mark
	size   int   // of the source
}

func newLineIndex(src string, bom int) lineIndex {
	x := lineIndex{starts: make([]int, 1, 32), size: len(src)}
	x.starts[0] = bom
	for i := bom; i < len(src); i++ {
		if src[i] == '\n' && i+1 < len(src) {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

// pos is the place of an offset. An offset in the byte-order mark is at column 1.
func (x lineIndex) pos(offset int) finding.Pos {
	i := max(sort.SearchInts(x.starts, offset+1)-1, 0)
	return finding.At(offset, i+1, max(offset-x.starts[i], 0)+1)
}

// start is the offset of a line, counted from 1.
func (x lineIndex) start(line int) int { return x.starts[line-1] }

// end is the offset behind the line end of a line, counted from 1.
func (x lineIndex) end(line int) int {
	if line < len(x.starts) {
		return x.starts[line]
	}
	return x.size
}
