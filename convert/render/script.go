package render

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/shparse"
)

// A Script is what becomes of one script of a trace.
type Script struct {
	Text edit.Text
	// Host are the edits as the script's host file has them: with their texts in
	// its language, and still at their places in the script. Nil for a script that
	// is a file.
	Host []edit.Edit
}

// Scripts returns what becomes of the scripts that a plan changes, by path.
// Inlaid are further edits of theirs, by path.
// The script of each plan is one way through the same trace; an operation that
// goes on one way must go on all that run it. decide,
// if it is not nil, has the last word on whether an operation goes.
func Scripts(t *shparse.Trace, scripts []plan.Script, inlaid map[string][]edit.Edit, decide func(op *shparse.Op, goes bool) bool) (map[string]Script, []finding.Finding) {
	o := plan.EraseOptions(scripts)
	if goes := o.Drop; decide != nil {
		o.Drop = func(op *shparse.Op) bool { return decide(op, goes(op)) }
	}
	d, findings := t.Erase(o)
	if d == nil {
		return nil, findings
	}
	for _, op := range d.Left {
		findings = append(findings, plan.Used(op))
	}
	own, host := addedEdits(t, scripts, ownWords), addedEdits(t, scripts, hostWords)
	texts := map[string]Script{}
	for _, path := range paths(d.Edits, own, inlaid) {
		list := slices.Concat(d.Edits[path], own[path], inlaid[path])
		text, err := edit.NewText(path, t.Sources[path]).Apply(list)
		if err != nil {
			return nil, append(findings, finding.New("SF005", finding.Range{File: path}, "the changes to the script collide: %v", err))
		}
		s := Script{Text: text}
		if t.Embedding(path) != nil {
			s.Host = slices.Concat(d.Edits[path], host[path])
		}
		texts[path] = s
	}
	return texts, findings
}

// paths lists the scripts that have edits.
func paths(lists ...map[string][]edit.Edit) []string {
	var all []string
	for _, l := range lists {
		for path := range l {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// addedEdits are the insertions and cuts of all ways.
func addedEdits(t *shparse.Trace, scripts []plan.Script, words func(*shparse.Trace, plan.Splice) string) map[string][]edit.Edit {
	edits := map[string][]edit.Edit{}
	for _, s := range scripts {
		for _, e := range spliceEdits(t, s, words) {
			edits[e.file] = appendOnce(edits[e.file], e.Edit)
		}
		for _, c := range s.Cuts {
			src := t.Sources[c.File]
			start := c.Start.Offset
			for start > 0 && (src[start-1] == ' ' || src[start-1] == '\t') {
				start--
			}
			edits[c.File] = appendOnce(edits[c.File], edit.Edit{Start: start, End: c.End.Offset})
		}
	}
	return edits
}

type fileEdit struct {
	file string
	edit.Edit
}

// spliceEdits joins the insertions at one place to one edit, so that equal ones of
// several ways are equal edits.
func spliceEdits(t *shparse.Trace, s plan.Script, words func(*shparse.Trace, plan.Splice) string) []fileEdit {
	var list []fileEdit
	for _, sp := range s.Splices {
		text := words(t, sp)
		var from []edit.Origin
		if sp.From.File != "" {
			from = origins(sp.From)
		}
		if n := len(list); n > 0 && list[n-1].file == sp.File && list[n-1].Start == sp.Start && sp.Start == sp.End {
			list[n-1].Text += text
			list[n-1].From = append(list[n-1].From, from...)
			continue
		}
		list = append(list, fileEdit{sp.File, edit.Edit{Start: sp.Start, End: sp.End, Text: text, From: from}})
	}
	return list
}

// ownWords is the text of a splice in the language of the script.
func ownWords(t *shparse.Trace, sp plan.Splice) string {
	text := sp.Text
	if sp.From.File != "" {
		text = string(t.Sources[sp.From.File][sp.From.Start.Offset:sp.From.End.Offset])
	}
	return sp.Before + renamed(sp, text) + sp.After
}

// hostWords is the text of a splice in the language of the script's host file.
func hostWords(t *shparse.Trace, sp plan.Splice) string {
	text := t.Quote(sp.File, sp.Text)
	if sp.From.File != "" {
		text = t.HostText(sp.From)
	}
	return t.Quote(sp.File, sp.Before) + renamed(sp, text) + t.Quote(sp.File, sp.After)
}

// renamed is the author's text with a build argument's new name.
func renamed(sp plan.Splice, text string) string {
	if sp.Old == "" {
		return text
	}
	return strings.Replace(text, sp.Old+"=", sp.New+"=", 1)
}

func appendOnce(edits []edit.Edit, e edit.Edit) []edit.Edit {
	if slices.ContainsFunc(edits, e.Equal) {
		return edits
	}
	return append(edits, e)
}

// origins are ranges as an edit names them.
func origins(ranges ...finding.Range) []edit.Origin {
	var list []edit.Origin
	for _, r := range ranges {
		list = append(list, edit.Origin{File: r.File, Start: r.Start.Offset, End: r.End.Offset})
	}
	return list
}
