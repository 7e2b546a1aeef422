package convert

import (
	"bytes"
	"maps"
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
)

// leaveAlone makes nothing of a unit in which a script or Dockerfile asks for that,
// by a line "# stagefold: ignore". It reports whether there is one.
func (c *converter) leaveAlone() bool {
	for _, name := range slices.Sorted(maps.Keys(c.sources)) {
		if at, ok := ignoreLine(name, c.sources[name]); ok {
			c.folding = nil
			c.findings = []finding.Finding{finding.New("SF308", at, "the unit is left alone, as %s asks for", name)}
			return true
		}
	}
	return false
}

// ignoreLine finds the line that asks to be left alone.
func ignoreLine(name string, src []byte) (finding.Range, bool) {
	offset, number := 0, 0
	for line := range bytes.Lines(src) {
		number++
		text := bytes.TrimSpace(line)
		if comment, ok := bytes.CutPrefix(text, []byte("#")); ok {
			setting, value, _ := bytes.Cut(comment, []byte(":"))
			if string(bytes.TrimSpace(setting)) == "stagefold" && string(bytes.TrimSpace(value)) == "ignore" {
				column := bytes.IndexByte(line, '#')
				start := finding.At(offset+column, number, column+1)
				return finding.Range{File: name, Start: start, End: start.Right(len(text))}, true
			}
		}
		offset += len(line)
	}
	return finding.Range{}, false
}
