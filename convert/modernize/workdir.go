package modernize

import (
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// workdir finds a RUN that begins with "cd DIR &&" where WORKDIR is the same: it is
// a directory and no link, so that WORKDIR makes nothing and leads to the same
// place, and nothing behind the RUN depends on the directory that was in force.
func workdir(m *modernizer, s *dockerfile.Stage) *change {
	if base := m.base(s); m.skips("SF502") || official[family(base)] == 0 && !base.Scratch() {
		return nil // in another image the directory may be a link
	}
	for n, in := range runs(s) {
		st := s.At(in, m.Args)
		c, _ := readChain(in, st)
		if c == nil || len(c.parts) < 2 || needsShell(c.parts[1].text) || namesContainer(in.Text) {
			continue
		}
		dir, ok := c.changesTo(st)
		change := &change{stage: s.Index, run: n, pieces: 1}
		switch {
		case !ok:
			continue
		case st.WorkdirKnown && st.Workdir == dir:
			change.edits = c.enter("")
			change.findings = []finding.Finding{finding.New("SF502", m.origin(in), "%q goes: it is the working directory already", c.parts[0].text)}
		case m.isDirectory(in, dir) && !m.needsDirectory(in):
			change.edits = c.enter(c.parts[0].words()[1])
			change.findings = []finding.Finding{finding.New("SF502", m.origin(in), "%q becomes WORKDIR: nothing behind this RUN depends on the directory", c.parts[0].text)}
		default:
			continue
		}
		return change
	}
	return nil
}

// changesTo is the directory that the first part of a chain changes to.
func (c *chain) changesTo(st dockerfile.State) (string, bool) {
	words := c.parts[0].words()
	if len(words) != 2 || words[0] != "cd" || words[1] == "" || strings.HasPrefix(words[1], "-") || strings.ContainsAny(words[1], " $'\"\t") {
		return "", false
	}
	_, cdpath := st.Env["CDPATH"]
	dir := words[1]
	switch {
	case path.IsAbs(dir):
		return path.Clean(dir), true
	case st.WorkdirKnown && !cdpath:
		return path.Join(st.Workdir, dir), true
	}
	return "", false
}

// isDirectory reports whether the stage shows that dir is a directory in front of
// in, and not a link to one.
func (m *modernizer) isDirectory(in *dockerfile.Instruction, dir string) bool {
	shown := false
	for _, before := range in.Stage.Instructions {
		if before == in {
			break
		}
		switch before.Keyword {
		case "RUN":
			if strings.Contains(before.Text, "ln ") && strings.Contains(before.Text, path.Base(dir)) {
				return false
			}
		case "WORKDIR":
			if after := in.Stage.At(following(before), m.Args); after.WorkdirKnown && after.Workdir == dir {
				shown = true
			}
		case "COPY":
			shown = shown || m.copiesDirectory(before, dir)
		}
	}
	return shown
}

// following is the instruction behind in, or nil at the end of the stage.
func following(in *dockerfile.Instruction) *dockerfile.Instruction {
	for i, other := range in.Stage.Instructions {
		if other == in && i+1 < len(in.Stage.Instructions) {
			return in.Stage.Instructions[i+1]
		}
	}
	return nil
}

// copiesDirectory reports whether a COPY of one directory of the context brings
// dir.
func (m *modernizer) copiesDirectory(in *dockerfile.Instruction, dir string) bool {
	t, ok := in.Transfer(m.Args)
	if !ok || t.From != "" || t.Heredoc || len(t.Sources) != 1 || !t.Sources[0].Known || t.Parents {
		return false
	}
	target, known := t.Target()
	source := t.Sources[0].Expanded
	if !known || strings.ContainsAny(source, "*?[") || !below(path.Clean(target), dir) {
		return false
	}
	source = strings.TrimPrefix(path.Clean("/"+source), "/")
	inside := strings.TrimPrefix(strings.TrimPrefix(dir, path.Clean(target)), "/")
	return m.Context.realDir(path.Join(".", source)) && m.Context.realDir(path.Join(source, inside)) && m.Context.shows(path.Join(source, inside))
}

// below reports whether name is dir or lies in it. Both are absolute and clean.
func below(dir, name string) bool {
	return dir == "/" || name == dir || strings.HasPrefix(name, dir+"/")
}

// needsDirectory reports whether something behind a RUN may depend on the working
// directory.
func (m *modernizer) needsDirectory(in *dockerfile.Instruction) bool {
	for next := following(in); next != nil; next = following(next) {
		switch next.Keyword {
		case "RUN":
			return true
		case "WORKDIR":
			if path.IsAbs(strings.TrimSpace(next.Text)) {
				return false
			}
			return true
		case "COPY", "ADD":
			if t, ok := next.Transfer(m.Args); !ok || !t.Dest.Known || !path.IsAbs(t.Dest.Expanded) {
				return true
			}
		}
	}
	for _, s := range m.File.Stages {
		if base := s.ResolveBase(m.Args); s.Index > in.Stage.Index && (!base.Known || base.Stage == in.Stage) {
			return true
		}
	}
	return false
}

// enter makes a WORKDIR of the first part, or takes it away where dir is empty.
func (c *chain) enter(dir string) []edit.Edit {
	f := c.in.File
	gap := f.Range(c.in.KeywordRange.Start.Offset, c.source(c.parts[1]).Start.Offset)
	text := ""
	if dir != "" {
		text = "WORKDIR "
		if c.keyword() == strings.ToLower(c.keyword()) {
			text = "workdir "
		}
		text += dir + f.EOL
	}
	if comments := c.comments(gap); text+comments != "" {
		text += comments + indent(c.in)
	}
	return []edit.Edit{{Start: gap.Start.Offset, End: gap.End.Offset, Text: text + c.keyword() + " "}}
}
