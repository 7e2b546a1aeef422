package modernize

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// hoist finds a RUN that can go above COPYs and ADDs in front of it, as a whole or
// with the files that it needs.
func hoist(m *modernizer, s *dockerfile.Stage) *change {
	for _, in := range runs(s) {
		at := slices.Index(s.Instructions, in)
		if at == 0 || !copies(s.Instructions[at-1]) {
			continue
		}
		st := m.stepOf(in)
		if st == nil {
			continue
		}
		if c := m.climb(in, at, st); c != nil {
			return c
		}
	}
	return nil
}

func copies(in *dockerfile.Instruction) bool { return in.Keyword == "COPY" || in.Keyword == "ADD" }

// climb moves a RUN as far up as it can go.
func (m *modernizer) climb(in *dockerfile.Instruction, at int, st *step) *change {
	list := in.Stage.Instructions
	to := at
	for to > 0 && copies(list[to-1]) && m.crosses(list[to-1], st) {
		to--
	}
	c := &change{stage: in.Stage.Index}
	if to > 0 && copies(list[to-1]) && !m.skips("SF504") {
		if text, assumed := m.bring(list[to-1], st); text != "" {
			to--
			c.edits = m.move(in, list[to], text)
			c.findings = []finding.Finding{finding.New("SF504", m.origin(in), "%q runs behind a COPY of the files that it reads%s", in.Text, noting(append(assumed, st.assumed...)))}
			return c
		}
	}
	if to == at || m.skips("SF503") {
		return nil
	}
	c.edits = m.move(in, list[to], "")
	c.findings = []finding.Finding{finding.New("SF503", m.origin(in), "%q reads nothing of what %s brings, and goes above it%s", in.Text, source(list[to]), noting(st.assumed))}
	return c
}

// source is an instruction as a message names it.
func source(in *dockerfile.Instruction) string { return fmt.Sprintf("%q", in.Keyword+" "+in.Text) }

// noting adds assumptions to a message.
func noting(assumed []string) string {
	if len(assumed) == 0 {
		return ""
	}
	return "; " + strings.Join(slices.Compact(assumed), "; ")
}

// crosses reports whether a RUN can go above a COPY: neither has to do with the
// paths of the other.
func (m *modernizer) crosses(in *dockerfile.Instruction, st *step) bool {
	written, ok := m.written(in)
	if !ok {
		return false
	}
	for _, w := range written {
		if !forSources(w) || slices.ContainsFunc(st.paths, func(p string) bool { return below(p, w) || below(w, p) }) {
			return false
		}
	}
	return true
}

// written lists what a COPY or ADD writes: files, and directories with what is below
// them.
func (m *modernizer) written(in *dockerfile.Instruction) ([]string, bool) {
	t, ok := in.Transfer(m.Args)
	if !ok {
		return nil, false
	}
	target, known := t.Target()
	if !known {
		return nil, false
	}
	var files []string
	for _, s := range t.Sources {
		if t.Add || t.From != "" || t.Parents || s.Heredoc || !s.Known || strings.ContainsAny(s.Expanded, "*?[") ||
			m.Context.look(s.Expanded) != regular || !strings.HasSuffix(target, "/") {
			return []string{path.Clean(target)}, true
		}
		files = append(files, path.Join(target, path.Base(s.Expanded)))
	}
	return files, true
}

// ofSystem are the directories at the root that programs read and write by
// themselves.
const ofSystem = "bin boot dev etc lib lib32 lib64 libx32 media mnt proc run sbin sys"

// forSources reports whether a path is one where people keep sources, and no
// package manager or compiler has anything of its own.
func forSources(name string) bool {
	elems := strings.Split(strings.Trim(name, "/"), "/")
	second := ""
	if len(elems) > 1 {
		second = elems[1]
	}
	switch elems[0] {
	case "opt", "srv", "tmp":
		return second != ""
	case "root":
		return second != "" && second[0] != '.'
	case "home":
		return len(elems) > 2 && elems[2][0] != '.'
	case "go", "usr":
		return second == "src" && len(elems) > 2
	case "var":
		return second == "www" && len(elems) > 2
	}
	return elems[0] != "" && !isWordOf(ofSystem, elems[0])
}

// move takes a RUN with the comments above it to the line of another instruction,
// behind more text that is made of that.
func (m *modernizer) move(in, before *dockerfile.Instruction, text string) []edit.Edit {
	f := in.File
	start, end := in.Comments.Start.Offset, in.Lines.End.Offset
	moved := f.Range(start, end)
	lines := f.Slice(moved)
	if !strings.HasSuffix(lines, "\n") {
		lines += f.EOL
	}
	if blankBefore(f, start) && blankBehind(f, end) {
		end += len(lineAt(f, end)) // the paragraph goes with the blank line behind it
		lines += f.EOL
	}
	at := before.Comments.Start.Offset
	edits := []edit.Edit{m.copied(lines, moved, at), {Start: start, End: end}}
	if text != "" {
		edits = append([]edit.Edit{m.copied(text, before.Range, at)}, edits...)
	}
	return edits
}

// lineAt is the line that begins at an offset.
func lineAt(f *dockerfile.File, at int) string {
	line, _, found := strings.Cut(string(f.Source[at:]), "\n")
	if found {
		line += "\n"
	}
	return line
}

func blankBehind(f *dockerfile.File, at int) bool {
	line := lineAt(f, at)
	return line != "" && strings.TrimSpace(line) == ""
}

func blankBefore(f *dockerfile.File, at int) bool {
	text := strings.TrimRight(string(f.Source[:at]), " \t\r")
	return strings.HasSuffix(strings.TrimSuffix(text, "\n"), "\n") || strings.HasSuffix(text, "\n\r\n")
}
