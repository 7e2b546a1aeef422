package inputs

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
)

// What is the question that an Input answers.
type What string

// The questions.
const (
	Text   What = "text"   // of a file
	Names  What = "names"  // of the entries of a directory, with their types
	Type   What = "type"   // of what a path leads to
	Entry  What = "entry"  // the type of what is at a path, a link as such
	Target What = "target" // of a symbolic link
)

// An Input is what somebody learned of a repository. Its Value is the type of an
// entry in words, or the SHA-256 of a text, of names or of a target; "nothing" stands
// for what is missing and "unreadable" for what failed.
type Input struct {
	Path  string `json:"path"`
	What  What   `json:"what"`
	Value string `json:"value"`
}

// The values that are no hash.
const (
	Nothing    = "nothing"
	unreadable = "unreadable"
)

// Moved returns those of inputs to which fsys gives another answer by now, in order,
// one for each path. Names that hidden reports are no part of any directory.
func Moved(fsys fs.FS, inputs []Input, hidden func(path string) bool) []Input {
	r := Record(fsys, hidden)
	var moved []Input
	for _, in := range inputs {
		if last := len(moved) - 1; last >= 0 && moved[last].Path == in.Path {
			continue
		}
		if r.value(in.Path, in.What) != in.Value {
			moved = append(moved, in)
		}
	}
	return moved
}

// TextOf is the input of a file with a text.
func TextOf(path string, text []byte) Input { return Input{path, Text, hash(text)} }

func hash(text []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(text)) }

// valueOf is a value, or what stands for an error.
func valueOf(value string, err error) string {
	switch {
	case err == nil:
		return value
	case errors.Is(err, fs.ErrNotExist):
		return Nothing
	default:
		return unreadable
	}
}

// typeOf names the type of an entry.
func typeOf(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "file"
	case fs.ModeDir:
		return "directory"
	case fs.ModeSymlink:
		return "link"
	default:
		return "special file"
	}
}

// Compare orders inputs by path.
func Compare(a, b Input) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.What, b.What), cmp.Compare(a.Value, b.Value))
}
