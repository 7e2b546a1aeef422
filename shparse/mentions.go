package shparse

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// Mentions returns the places of the scripts that name something by its literal
// name, in code or in comments: a container, a tag, a file. A place where name is
// only part of a longer name does not count. What d takes out of the scripts is
// not looked at; d may be nil.
func (t *Trace) Mentions(name string, d *Deletion) []finding.Range {
	var found []finding.Range
	for _, path := range slices.Sorted(maps.Keys(t.Sources)) {
		var gone []edit.Edit
		if d != nil {
			gone = d.Edits[path]
		}
		found = append(found, mentionsIn(path, t.Sources[path], name, gone)...)
	}
	return found
}

func mentionsIn(path string, src []byte, name string, gone []edit.Edit) []finding.Range {
	var found []finding.Range
	text := string(src)
	for at := 0; at < len(text); {
		i := mentions(text[at:], name)
		if i < 0 {
			break
		}
		start := at + i
		at = start + len(name)
		if !standsAlone(text[:start], text[at:]) {
			continue
		}
		if !slices.ContainsFunc(gone, func(e edit.Edit) bool { return e.Start <= start && at <= e.End }) {
			found = append(found, finding.Range{File: path, Start: placeIn(src, start), End: placeIn(src, at)})
		}
	}
	return found
}

// placeIn returns the place of the byte at off.
func placeIn(src []byte, off int) finding.Pos {
	before := src[:off]
	return finding.At(off, 1+bytes.Count(before, []byte("\n")), off-bytes.LastIndexByte(before, '\n'))
}

// Mentioned returns the first of names that text names as Mentions has it, or "".
func Mentioned(text string, names []string) string {
	for _, name := range names {
		if mentions(text, name) >= 0 {
			return name
		}
	}
	return ""
}

// mentions returns where text names name as a whole word, or -1.
func mentions(text, name string) int {
	if name == "" {
		return -1
	}
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return -1
		}
		i += at
		if standsAlone(text[:i], text[i+len(name):]) {
			return i
		}
		at = i + 1
	}
}

// standsAlone reports whether a name between before and after is not part of a
// longer name: "app" is in neither "apps", "my-app" nor "app.go", but ends a
// sentence in "app.", and is what "./app" names.
func standsAlone(before, after string) bool {
	before = strings.TrimSuffix(before, "./")
	if n := len(before); n > 0 && (isNameByte(before[n-1]) || strings.IndexByte("-./@:", before[n-1]) >= 0) {
		return false
	}
	if after == "" {
		return true
	}
	if isNameByte(after[0]) || strings.IndexByte("-/@", after[0]) >= 0 {
		return false
	}
	joined := after[0] == '.' || after[0] == ':'
	return !joined || len(after) == 1 || !isNameByte(after[1])
}
