package render

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/shparse"
)

// Scripts returns the new texts of the scripts that a plan changes, by path.
// The script of each plan is one way through the same trace; an operation that
// goes on one way must go on all that run it.
func Scripts(t *shparse.Trace, scripts []plan.Script) (map[string]edit.Text, []finding.Finding) {
	o := shparse.EraseOptions{Drop: func(op *shparse.Op) bool {
		return slices.ContainsFunc(scripts, func(s plan.Script) bool { return s.Drop[op] })
	}}
	for _, s := range scripts {
		o.Names = append(o.Names, s.Names...)
		o.Moved = append(o.Moved, moved(s)...)
	}
	d, findings := t.Erase(o)
	if d == nil {
		return nil, findings
	}
	edits := d.Edits
	for _, s := range scripts {
		addScriptEdits(t, s, edits)
	}
	texts := map[string]edit.Text{}
	for path, list := range edits {
		text, err := edit.NewText(path, t.Sources[path]).Apply(list)
		if err != nil {
			return nil, append(findings, finding.New("SF005", finding.Range{File: path}, "the changes to the script collide: %v", err))
		}
		texts[path] = text
	}
	return texts, findings
}

// moved are the texts that are read at another place from now on.
func moved(s plan.Script) []finding.Range {
	var ranges []finding.Range
	for _, sp := range s.Splices {
		ranges = append(ranges, sp.From)
	}
	return ranges
}

// addScriptEdits adds the insertions and cuts of one way.
func addScriptEdits(t *shparse.Trace, s plan.Script, edits map[string][]edit.Edit) {
	for _, e := range spliceEdits(t, s) {
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

type fileEdit struct {
	file string
	edit.Edit
}

// spliceEdits joins the insertions at one place to one edit, so that equal ones of
// several ways are equal edits.
func spliceEdits(t *shparse.Trace, s plan.Script) []fileEdit {
	var list []fileEdit
	for _, sp := range s.Splices {
		text := sp.Text
		var from []edit.Origin
		if sp.From.File != "" {
			from = origins(sp.From)
			text = string(t.Sources[sp.From.File][sp.From.Start.Offset:sp.From.End.Offset])
		}
		if sp.Old != "" {
			text = strings.Replace(text, sp.Old+"=", sp.New+"=", 1)
		}
		text = sp.Before + text + sp.After
		if n := len(list); n > 0 && list[n-1].file == sp.File && list[n-1].Start == sp.Start && sp.Start == sp.End {
			list[n-1].Text += text
			list[n-1].From = append(list[n-1].From, from...)
			continue
		}
		list = append(list, fileEdit{sp.File, edit.Edit{Start: sp.Start, End: sp.End, Text: text, From: from}})
	}
	return list
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
