package report

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
)

// Origins writes each line of the files that a conversion makes, with the lines of
// the old files that it came from. The mark in front says what became of it: none
// for a line that stays as it was, "~" for one with new words, "+" for one that
// comes from nowhere.
func Origins(w io.Writer, r *convert.Result) error {
	var out bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(r.Texts)) {
		fmt.Fprintf(&out, "  where the lines of %s come from\n", Text(path))
		writeOrigins(&out, r.Texts[path].Lines(), r.Sources)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func writeOrigins(out *bytes.Buffer, lines []edit.Line, sources map[string][]byte) {
	places := make([]string, len(lines))
	width := 0
	for i, l := range lines {
		places[i] = Places(l.Origins, sources)
		width = max(width, len(places[i]))
	}
	for i, l := range lines {
		row := fmt.Sprintf("  %4d %s %-*s  %s", i+1, mark(l), width, Text(places[i]), Text(l.Text))
		out.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

func mark(l edit.Line) string {
	switch {
	case l.Kept || len(l.Origins) == 0 && l.Text == "":
		return " "
	case len(l.Origins) == 0:
		return "+"
	}
	return "~"
}

// Places are the lines that origins stand on, each once, those of one file together:
// "Dockerfile:2 build.sh:3-5,9".
func Places(origins []edit.Origin, sources map[string][]byte) string {
	var files []string
	lines := map[string][]string{}
	for _, o := range origins {
		first, last := o.Lines(sources[o.File])
		these := strconv.Itoa(first)
		if last > first {
			these += "-" + strconv.Itoa(last)
		}
		if lines[o.File] == nil {
			files = append(files, o.File)
		}
		if !slices.Contains(lines[o.File], these) {
			lines[o.File] = append(lines[o.File], these)
		}
	}
	for i, f := range files {
		files[i] = f + ":" + strings.Join(lines[f], ",")
	}
	return strings.Join(files, " ")
}
