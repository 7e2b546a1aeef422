package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/shparse"
)

// checkAgain follows the new script, and refuses it where it does not do what the old one
// did, but for what goes: in the same order and on the same ways, with the same words,
// and end with the same status. The final builds must get the flags that the plan gives
// them. What leads to each way is not compared: conditions may go.
func (c *converter) checkAgain() {
	if c.refused() || !slices.ContainsFunc(c.changes, func(ch edit.Change) bool { return c.tr.Sources[ch.Path] != nil }) {
		return
	}
	say := func(format string, args ...any) {
		// What the script takes out of a Dockerfile that changes is no fault.
		reads := slices.IndexFunc(c.findings, func(f finding.Finding) bool { return f.Code == "SF246" })
		if reads >= 0 {
			c.say(finding.New("SF237", c.findings[reads].Range, "a Dockerfile that changes is read here, and "+format, args...))
			return
		}
		c.say(finding.New("SF032", finding.Range{File: c.opts.Script, Start: start, End: start}, format, args...))
	}
	conf := c.traceConfig()
	conf.FS = tree.After(c.fsys, c.changes)
	again := shparse.Read(conf)
	if i := slices.IndexFunc(again.Findings, func(f finding.Finding) bool { return f.Severity == finding.Error }); i >= 0 {
		say("the new script can't be followed: %s", again.Findings[i].Message)
		return
	}
	want, got := map[string]bool{}, map[string]bool{}
	for _, p := range c.plans {
		old := &teller{sources: c.tr.Sources, plan: p}
		want[old.deeds(p.Way)] = true
	}
	for _, w := range again.Ways {
		new := &teller{sources: again.Sources}
		got[new.deeds(w)] = true
	}
	if deed, ok := missing(want, got); ok {
		say("the new script would not do what it has to: %q", deed)
	} else if deed, ok := missing(got, want); ok {
		say("the new script would do what it must not: %q", deed)
	}
}

// missing finds deeds of list that others lack, and returns the first one of them that no
// others have at its place.
func missing(list, others map[string]bool) (deed string, ok bool) {
	for _, d := range slices.Sorted(maps.Keys(list)) {
		if !others[d] {
			return firstDifference(d, others), true
		}
	}
	return "", false
}

// firstDifference is the line in which deeds part from those of others that they have most
// in common with, "" where they just end.
func firstDifference(deeds string, others map[string]bool) string {
	lines, most := strings.Split(deeds, "\n"), 0
	for o := range others {
		n := 0
		for other := range strings.SplitSeq(o, "\n") {
			if n == len(lines)-1 || lines[n] != other {
				break
			}
			n++
		}
		most = max(most, n)
	}
	return lines[most]
}

// A teller says what operations do, in words that hold also where the script has other
// lines. Where there is a plan, they are what it makes of them.
type teller struct {
	sources map[string][]byte
	plan    *plan.Plan // nil for the new script
}

// deeds are the operations of a way, a line each, and the status that it ends with.
func (t *teller) deeds(w *shparse.Way) string {
	var all strings.Builder
	for _, op := range w.Ops {
		if d := t.deed(op); d != "" {
			all.WriteString(d + "\n")
		}
	}
	all.WriteString("exit " + plainText(w.Exit) + "\n")
	return all.String()
}

// deed says what one operation does, "" for one that only looks or prints.
func (t *teller) deed(op *shparse.Op) string {
	if t.goes(op) {
		return ""
	}
	switch act := op.Act.(type) {
	case *shparse.Build:
		return t.build(op, act)
	case *shparse.Host:
		if !slices.ContainsFunc(act.Effects, func(e shparse.Effect) bool { return e.Verb != shparse.ReadFile }) {
			return ""
		}
	}
	var words []string
	var last finding.Range
	for _, a := range op.Argv {
		switch text := t.text(a.Word); {
		case t.isCut(a.Word):
		case !strings.ContainsAny(text, "*?["):
			words = append(words, plainText(a.Value))
		case a.Word != last: // what a pattern matches depends on files that go
			words = append(words, text)
		}
		last = a.Word
	}
	return strings.Join(words, " ")
}

// goes reports whether a plan takes an operation out of the script.
func (t *teller) goes(op *shparse.Op) bool {
	return t.plan != nil && (t.plan.Script.Drop[op] || t.plan.Script.Tests[op] == shparse.Void || t.isCut(op.Range))
}

// text is what the author wrote at a place.
func (t *teller) text(r finding.Range) string {
	src := t.sources[r.File]
	if r.End.Offset > len(src) {
		return ""
	}
	return string(src[r.Start.Offset:r.End.Offset])
}

// build is the Dockerfile of a build with its flags, but for those that say where that
// is: a conversion changes it, and puts in flags of other builds.
func (t *teller) build(op *shparse.Op, b *shparse.Build) string {
	var words []string
	add := func(f shparse.Flag, from, to string) {
		if f.Name != "file" && f.Name != "target" {
			words = append(words, "--"+f.Name+"="+strings.Replace(plainText(f.Value.Value), from, to, 1))
		}
	}
	for _, f := range b.Flags {
		if !t.isCut(f.Range) {
			add(f, "", "")
		}
	}
	if t.plan != nil {
		for _, sp := range t.plan.Script.Splices {
			if sp.From.File == "" || sp.File != op.Range.File || sp.Start < op.Range.Start.Offset || sp.Start > op.Range.End.Offset {
				continue
			}
			for _, f := range flagsAt(t.plan.Way.Ops[:op.Seq], sp.From) {
				add(f, sp.Old, sp.New)
			}
		}
	}
	slices.Sort(words)
	return strings.TrimSpace("docker build " + t.dockerfile(op, b) + " " + strings.Join(words, " "))
}

// dockerfile is the path of the Dockerfile that a build takes: that of the fold which it
// is a part of.
func (t *teller) dockerfile(op *shparse.Op, b *shparse.Build) string {
	if t.plan != nil {
		for _, f := range t.plan.Folds {
			if final := f.Final(); slices.ContainsFunc(f.Parts, func(part *plan.Part) bool { return part.Op == op }) {
				if final.Inline != nil {
					return ""
				}
				return final.File.Path
			}
		}
	}
	return plainText(b.FilePath)
}

// flagsAt are the flags at a place of the script, of the last build that had them there.
func flagsAt(ops []*shparse.Op, at finding.Range) []shparse.Flag {
	for _, op := range slices.Backward(ops) {
		b, ok := op.Act.(*shparse.Build)
		if !ok {
			continue
		}
		if flags := slices.DeleteFunc(slices.Clone(b.Flags), func(f shparse.Flag) bool { return f.Range != at }); len(flags) > 0 {
			return flags
		}
	}
	return nil
}

// isCut reports whether a plan takes the text at a place out of the script.
func (t *teller) isCut(r finding.Range) bool {
	return t.plan != nil && (slices.ContainsFunc(t.plan.Script.Cuts, func(c finding.Range) bool {
		return c.File == r.File && c.Start.Offset <= r.Start.Offset && r.End.Offset <= c.End.Offset
	}) || slices.ContainsFunc(t.plan.Script.Splices, func(sp plan.Splice) bool {
		return sp.File == r.File && sp.Start <= r.Start.Offset && r.End.Offset <= sp.End
	}))
}

// plainText is a value in which holes do not tell where they were made.
func plainText(v shparse.Value) string {
	var text strings.Builder
	for _, part := range v {
		switch h := part.Hole; {
		case h == nil:
			text.WriteString(part.Lit)
		case h.HasDefault:
			text.WriteString("${" + h.Name + "-" + plainText(h.Default) + "}")
		default:
			fmt.Fprintf(&text, "<%d %s>", h.Reason, h.Name)
		}
	}
	return text.String()
}
