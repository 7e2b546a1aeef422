package review

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/shparse"
)

// A Sheet is what the page shows of a unit besides its outcome and its findings. It
// is made of a whole result, and needs neither trace nor sources of it later.
type Sheet struct {
	old   []oldFile
	new   []newFile
	diffs []fileDiff
	trace shparse.Report
}

// An oldFile is a file as it was.
type oldFile struct {
	Path  string   `json:"path"`
	Role  string   `json:"role"` // "script" or "Dockerfile"
	Fate  string   `json:"fate"` // "unchanged", "changed" or "deleted"
	Lines []string `json:"lines"`
}

// A newFile is a file as it will be.
type newFile struct {
	Path  string    `json:"path"`
	Role  string    `json:"role"`
	Lines []newLine `json:"lines"`
}

// A newLine says where a line came from. Text is absent where it is that of the one
// line that it came from.
type newLine struct {
	Text *string  `json:"t,omitempty"`
	From [][3]int `json:"o,omitempty"` // index of the old file, first and last line from 1
}

// A fileDiff is the diff of one file.
type fileDiff struct {
	Path  string `json:"path"`
	Old   int    `json:"old"` // index of the old file
	New   int    `json:"new"` // index of the new file; -1 where there is none
	Hunks []hunk `json:"hunks"`
}

// A hunk is a run of lines of a diff. Kinds has a character for each: a space for a
// line of both files, "-" and "+" for one of the old and of the new file.
type hunk struct {
	Old   int    `json:"o"` // the first line of each, from 1
	New   int    `json:"n"`
	Kinds string `json:"k"`
}

// NewSheet makes the sheet of a result that has its trace and its sources.
func NewSheet(r *convert.Result) *Sheet {
	s := &Sheet{trace: r.Trace.Report()}
	built := dockerfiles(r)
	for path, src := range r.Sources {
		if role(r, path) == "Dockerfile" && !built[path] {
			continue // a text that only mentions a file
		}
		s.old = append(s.old, oldFile{Path: path, Role: role(r, path), Fate: fate(r, path), Lines: linesOf(string(src))})
	}
	slices.SortFunc(s.old, func(a, b oldFile) int {
		return cmp.Or(cmp.Compare(rank(a, r), rank(b, r)), cmp.Compare(a.Path, b.Path))
	})
	for _, c := range r.Changes {
		if !c.Delete {
			s.new = append(s.new, s.newFile(r, c.Path))
		}
	}
	slices.SortStableFunc(s.new, func(a, b newFile) int { return cmp.Compare(a.Role, b.Role) })
	for _, c := range r.Changes {
		s.diffs = append(s.diffs, s.diff(c))
	}
	return s
}

// dockerfiles are those that the script builds or the conversion changes.
func dockerfiles(r *convert.Result) map[string]bool {
	set := map[string]bool{}
	for _, c := range r.Changes {
		set[c.Path] = true
	}
	for _, way := range r.Trace.Ways {
		for _, op := range way.Ops {
			if b, ok := op.Act.(*shparse.Build); ok {
				name, _ := b.FilePath.Known()
				set[name] = true
			}
		}
	}
	return set
}

func role(r *convert.Result, path string) string {
	if _, ok := r.Trace.Sources[path]; ok {
		return "script"
	}
	return "Dockerfile"
}

func fate(r *convert.Result, path string) string {
	i := slices.IndexFunc(r.Changes, func(c edit.Change) bool { return c.Path == path })
	switch {
	case i < 0:
		return "unchanged"
	case r.Changes[i].Delete:
		return "deleted"
	default:
		return "changed"
	}
}

// rank puts files in the order in which a person reads them: the script, what else
// it runs, the builders, the final Dockerfile.
func rank(f oldFile, r *convert.Result) int {
	switch {
	case f.Path == r.Script:
		return 0
	case f.Role == "script":
		return 1
	case f.Path == r.Dockerfile:
		return 3
	default:
		return 2
	}
}

// linesOf are the lines of a text without their ends.
func linesOf(text string) []string {
	lines := []string{}
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return lines
}

func (s *Sheet) newFile(r *convert.Result, path string) newFile {
	f := newFile{Path: path, Role: role(r, path), Lines: []newLine{}}
	for _, l := range r.Texts[path].Lines() {
		f.Lines = append(f.Lines, s.newLine(l, r.Sources))
	}
	return f
}

func (s *Sheet) newLine(l edit.Line, sources map[string][]byte) newLine {
	var n newLine
	for _, o := range l.Origins {
		first, last := o.Lines(sources[o.File])
		if place := [3]int{s.oldIndex(o.File), first, last}; !slices.Contains(n.From, place) {
			n.From = append(n.From, place)
		}
	}
	if !s.same(l.Text, n.From) {
		n.Text = &l.Text
	}
	return n
}

// same reports whether a line is the one line that it came from.
func (s *Sheet) same(text string, from [][3]int) bool {
	return len(from) == 1 && from[0][1] == from[0][2] && s.old[from[0][0]].Lines[from[0][1]-1] == text
}

func (s *Sheet) oldIndex(path string) int {
	return slices.IndexFunc(s.old, func(f oldFile) bool { return f.Path == path })
}

func (s *Sheet) diff(c edit.Change) fileDiff {
	d := fileDiff{
		Path:  c.Path,
		Old:   s.oldIndex(c.Path),
		New:   slices.IndexFunc(s.new, func(f newFile) bool { return f.Path == c.Path }),
		Hunks: []hunk{},
	}
	for _, h := range report.Hunks(c) {
		d.Hunks = append(d.Hunks, hunk{h.Old, h.New, h.Kinds})
	}
	return d
}
