package plan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A change is what the script did on the host to an artifact, or to something below
// it, as a command that does the same in the builder's stage.
type change struct {
	path    string // in the builder; its last elements may have wildcards
	command string // without the path
	deep    bool   // it reaches what lies below the path
	by      *shparse.Op
}

func (c change) text() string { return c.command + " " + c.path }

// touches reports whether the change shows in what an artifact holds.
func (c change) touches(a artifact) bool {
	fixed, wild := splitPattern(c.path)
	if wild != "" {
		fixed = "/" + fixed
	}
	return below(a.base(), fixed) || (c.deep || wild != "") && below(fixed, a.base())
}

// base is the artifact's path in the builder, without wildcards.
func (a artifact) base() string {
	if a.glob {
		return a.file.Source
	}
	return a.path
}

// innerOf are those of entries, all of them at or below the artifact, that the script
// changed since it came out of the container.
func innerOf(a artifact, entries []shparse.File) []shparse.File {
	return slices.DeleteFunc(slices.Clone(entries), func(e shparse.File) bool {
		if e.Path == a.file.Path || len(a.file.By) == 0 {
			return true
		}
		return a.madeIn(e) == nil && (!a.before(e) || a.holds(e) && len(extraModes(a, e)) == 0)
	})
}

// before reports whether the artifact came out before the script last did something to
// an entry.
func (a artifact) before(e shparse.File) bool {
	return len(e.By) > 0 && e.By[len(e.By)-1].Seq > a.file.By[0].Seq
}

// madeIn is the mkdir that made a directory in the artifact, unless it was there; nil
// where none did.
func (a artifact) madeIn(e shparse.File) *shparse.Op {
	if len(e.Prior) == 0 || e.Prior[0].Origin != shparse.Directory || !a.holds(e) || !a.before(e.Prior[0]) {
		return nil
	}
	return e.Prior[0].By[0]
}

// holds reports whether an entry is a file of the artifact, at its place.
func (a artifact) holds(e shparse.File) bool {
	return e.Origin == shparse.Extracted && e.Container == a.file.Container && below(a.file.Path, e.Path) &&
		e.Source == path.Join(a.file.Source, relative(a.file.Path, e.Path))
}

// extraModes are the changes of mode of a file of the artifact that the artifact as a
// whole did not have.
func extraModes(a artifact, e shparse.File) []string {
	deep := slices.DeleteFunc(slices.Clone(a.file.Modes), func(m string) bool { return !strings.HasPrefix(m, "-R ") })
	if slices.Equal(deep, e.Modes) {
		return nil
	}
	return e.Modes
}

// nested reports whether an entry below the artifact came out of a container too, and
// is none of the artifact's own files.
func (a artifact) nested(e shparse.File) bool {
	return e.Path != a.file.Path && below(a.file.Path, e.Path) && e.Origin == shparse.Extracted && !a.holds(e)
}

// carryChanges turns what the script did on the host to the artifacts that nodes take
// into RUNs of the builders' stages, which do the same to the same files.
func (p *planner) carryChanges(nodes []*node) {
	all := artifactsOf(nodes)
	lists := make([][]change, len(all))
	for i, a := range all {
		lists[i] = p.changesOf(a)
	}
	for i, a := range all {
		for _, c := range lists[i] {
			if p.shared(nodes, all, lists, i, c) {
				p.say(finding.New("SF218", c.by.Range, "%q changes %q on the host, and the builder's file is used without that change too", commandName(c.by), a.host))
				break
			}
		}
		p.assumeUnlinked(a, lists[i])
		a.from.part.addChanges(lists[i])
	}
}

// assumeUnlinked says what is assumed of files that change where the builder makes hard
// links: on the host all names of a file change with it, and a RUN cuts the others off.
func (p *planner) assumeUnlinked(a artifact, changes []change) {
	if len(changes) > 0 && runMatches(a.from, hardLinks.MatchString) {
		p.say(finding.New("SF217", changes[0].by.Range, "what %q changes is taken to have no other name, by a hard link of the builder", commandName(changes[0].by)))
	}
}

// hardLinks finds an ln without -s.
var hardLinks = pattern(`(^|[\s;&|("'/])ln\s+(-[a-rt-zA-Z]+\s+)*[^-\s]`)

// shared reports whether a change would show where it did not: in another artifact, or
// in a stage that stands on the builder's.
func (p *planner) shared(nodes []*node, all []artifact, lists [][]change, of int, c change) bool {
	from := all[of].from
	for i, o := range all {
		if o.from == from && c.touches(o) && !slices.ContainsFunc(lists[i], func(d change) bool { return d.text() == c.text() }) {
			return true
		}
	}
	return slices.ContainsFunc(nodes, func(n *node) bool { return n != from && n.standsOn(from) })
}

// standsOn reports whether a stage of the build stands on the image of another.
func (n *node) standsOn(o *node) bool {
	for _, base := range n.bases {
		if base == o || base.standsOn(o) {
			return true
		}
	}
	return false
}

// addChanges adds a RUN for changes.
func (part *Part) addChanges(list []change) {
	var texts []string
	var why []finding.Range
	for _, c := range list {
		texts = append(texts, c.text())
		why = append(why, c.by.Range)
	}
	if len(texts) > 0 {
		part.addRun(strings.Join(texts, " && "), why...)
	}
}

// artifactsOf are those that nodes take.
func artifactsOf(nodes []*node) []artifact {
	var list []artifact
	for _, n := range nodes {
		for _, in := range n.takes {
			for _, it := range in.items {
				list = append(list, it.artifacts...)
			}
		}
	}
	return list
}

// changesOf are the changes of an artifact, in their order. It refuses those that a
// RUN can't do.
func (p *planner) changesOf(a artifact) []change {
	list := p.modeChanges(a, a.base())
	own := len(list)
	for _, e := range a.inner {
		list = append(list, p.innerChange(a, e)...)
	}
	slices.SortStableFunc(list[own:], func(c, d change) int { return cmp.Compare(c.by.Seq, d.by.Seq) })
	if len(list) > 0 && !p.canChange(a, list[0].by) {
		return nil
	}
	return list
}

// innerChange are the changes of something below an artifact.
func (p *planner) innerChange(a artifact, e shparse.File) []change {
	last := e.By[len(e.By)-1]
	host, plain := hostPattern(e)
	name := path.Join(a.file.Source, relative(a.file.Path, host))
	switch {
	case !plain:
		p.say(finding.New("SF218", last.Range, "%q changes files below %q on the host, and their path can't be written plainly in a RUN", commandName(last), a.host))
	case e.Origin == shparse.Removed && !p.onDisk(e.Path):
		return []change{{name, removal(e), true, last}}
	case a.madeIn(e) != nil:
		return append([]change{{name, "mkdir -p", false, a.madeIn(e)}}, p.modesAt(e, name, extraModes(a, e))...)
	case a.holds(e):
		return p.modesAt(e, name, e.Modes)
	case a.nested(e), p.folded[e.Path]:
	case e.Origin == shparse.Mystery:
		p.say(touched(e))
	default:
		p.say(finding.New("SF207", last.Range, "%q changes %q, in a directory that came out of the builder", commandName(last), e.Path).
			WithHint("make the file in the builder's Dockerfile, or copy it with a COPY of its own"))
	}
	return nil
}

// hostPattern is the path of a file on the host, with the wildcards of the script where
// it stands for all files that match. It is false where a RUN would need quotes for it.
func hostPattern(f shparse.File) (string, bool) {
	v := writtenPath(f)
	names := !slices.ContainsFunc(v.Holes(), func(h *shparse.Hole) bool { return h.Reason != shparse.Names })
	text := v.String()
	if len(v.Holes()) > 0 {
		text = strings.NewReplacer("*", "", "?", "", "[", "").Replace(text)
	}
	return v.String(), names && !strings.ContainsAny(text, unplain)
}

// writtenPath is the path of a file as the last operation that names it has it: in
// File.Path a hole is its key.
func writtenPath(f shparse.File) shparse.Value {
	for _, op := range slices.Backward(f.By) {
		for _, v := range pathsOf(op) {
			if len(v.Holes()) > 0 && v.Key() == f.Path {
				return v
			}
		}
	}
	return shparse.Lit(f.Path)
}

// pathsOf are the paths on the host that an operation names.
func pathsOf(op *shparse.Op) []shparse.Value {
	switch a := op.Act.(type) {
	case *shparse.Unknown:
		return a.Paths
	case *shparse.Host:
		var list []shparse.Value
		for _, e := range a.Effects {
			list = append(list, e.Path)
		}
		return list
	}
	return nil
}

// removal is the command that removes what the script removed, or moved away.
func removal(f shparse.File) string {
	for _, op := range slices.Backward(f.By) {
		if commandName(op) == "rm" && !slices.ContainsFunc(op.Argv, recursive) {
			return "rm -f"
		}
	}
	return "rm -rf"
}

// recursive reports whether a word is a flag that makes rm recursive.
func recursive(a shparse.Arg) bool {
	text := a.String()
	return text == "--recursive" || strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "--") && strings.ContainsAny(text, "rR")
}

// canChange refuses a change in a stage where a RUN can't do it.
func (p *planner) canChange(a artifact, by *shparse.Op) bool {
	end := a.from.part.Stage.At(nil, a.from.part.Args)
	refuse := func(format string, args ...any) bool {
		p.say(finding.New("SF218", by.Range, "%q changes %q on the host, and "+format, append([]any{commandName(by), a.file.Path}, args...)...))
		return false
	}
	switch {
	case end.UserSet && !rootUser(end.User):
		return refuse("the builder's stage runs as %q", end.User)
	case slices.ContainsFunc(end.Volumes, func(v string) bool { return below(path.Clean(v), a.base()) }):
		return refuse("a RUN can't change it in the volume of the builder")
	case a.from.outerBase().Scratch() && !hasShell(a.from):
		return refuse("the builder's image has no shell that a RUN could change it with")
	case len(end.Shell) > 0 || strings.ContainsAny(a.base(), unplain):
		return refuse("its path can't be written plainly in a RUN")
	}
	return true
}

// unplain are the characters that a path in a RUN would need quotes for.
const unplain = " \t\n'\"$\\`*?[#&;|<>(){}!~"

// foldBeside notes the files of the repository that the script put below an artifact:
// a COPY of their own brings them.
func (r *resolver) foldBeside(a artifact) {
	for _, e := range a.inner {
		if e.Origin == shparse.Copied && len(e.Modes) == 0 && !a.glob && r.copies(e.From) {
			r.p.folded[e.Path] = true
		}
	}
}

// copies reports whether a COPY of the build can name a file of the repository.
func (r *resolver) copies(name string) bool {
	if !r.p.isFile(name) || !below(r.n.dir, name) || strings.ContainsAny(name, unplain) {
		return false
	}
	out, err := r.n.ignore.Excluded(relative(r.n.dir, name))
	return err == nil && !out
}
