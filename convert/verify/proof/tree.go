package proof

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/verify"
)

// A change is what a person is told of one path, or of one field of the config.
type change struct {
	path  string // empty for the config
	text  string
	below int // further paths below it, which come or go with it
}

// changes sums up differences: each path once, and a directory that comes or goes
// with all that it holds.
func changes(diffs []verify.Difference) []change {
	var list []change
	for _, d := range diffs {
		last := len(list) - 1
		switch {
		case last >= 0 && isWhole(list[last].text) && strings.HasPrefix(d.Path, list[last].path+"/") && whole(d) == list[last].text:
			list[last].below++
		case last >= 0 && d.Path != "" && list[last].path == d.Path:
			if text := describe(d); !strings.Contains(list[last].text, text) {
				list[last].text += ", " + text
			}
		default:
			list = append(list, change{path: d.Path, text: describe(d)})
		}
	}
	return list
}

const (
	added   = "added"
	removed = "removed"
)

func isWhole(text string) bool { return text == added || text == removed }

// whole says that a path comes or goes, or "".
func whole(d verify.Difference) string {
	switch {
	case d.Path == "" || d.Aspect != "type":
		return ""
	case d.Old == "":
		return added
	case d.New == "":
		return removed
	default:
		return ""
	}
}

// describe renders a difference without its path.
func describe(d verify.Difference) string {
	switch {
	case whole(d) != "":
		return whole(d)
	case d.Aspect == "size":
		return fmt.Sprintf("size %s → %s", d.Old, d.New)
	case d.Aspect == "sha256":
		return fmt.Sprintf("content %.8s → %.8s", d.Old, d.New)
	default:
		return fmt.Sprintf("%s %s → %s", d.Aspect, cmp.Or(d.Old, "none"), cmp.Or(d.New, "none"))
	}
}

// maxShown is how many paths of one kind are shown.
const maxShown = 50

// tree renders changes as a tree, a line for each, with the directories that lead
// there. Text from images is made fit for a terminal.
func tree(list []change) []string {
	var lines []string
	var at []string // the directories that the last line stands in
	for i, c := range list {
		if i == maxShown {
			return append(lines, fmt.Sprintf("… and %d more", len(list)-maxShown))
		}
		if c.path == "" {
			lines = append(lines, "config: "+report.Text(c.text))
			continue
		}
		dirs := strings.Split(strings.Trim(path.Dir(c.path), "/"), "/")
		if dirs[0] == "" {
			dirs = nil
		}
		common := 0
		for common < min(len(at), len(dirs)) && at[common] == dirs[common] {
			common++
		}
		for depth := common; depth < len(dirs); depth++ {
			lines = append(lines, indent(depth)+"/"+report.Text(dirs[depth]))
		}
		at = slices.Clone(dirs)
		lines = append(lines, indent(len(dirs))+leaf(c))
	}
	return lines
}

func leaf(c change) string {
	text := report.Text("/"+path.Base(c.path)) + "  " + report.Text(c.text)
	if c.below > 0 {
		text += fmt.Sprintf(", with %d more below it", c.below)
	}
	return text
}

func indent(depth int) string { return strings.Repeat("  ", depth) }
