package shparse

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Report is a trace as plain data, for people and for JSON. Texts hold no
// control characters; those of the script are written as escapes.
type Report struct {
	Path string      `json:"path"`
	Ways []ReportWay `json:"ways"`
}

// A ReportWay is one way through the script.
type ReportWay struct {
	Conds []ReportCond `json:"conditions,omitempty"`
	Ops   []ReportOp   `json:"operations"`
	Files []ReportFile `json:"files,omitempty"` // what the script leaves on the host
}

// A ReportCond is a condition that could not be decided, and the choice made.
type ReportCond struct {
	Place string `json:"place"` // file:line:column
	Text  string `json:"text"`
	Taken bool   `json:"taken"`
}

// A ReportOp is an operation.
type ReportOp struct {
	Place string   `json:"place"`           // file:line:column
	Calls []string `json:"calls,omitempty"` // places of the calls that led to it, outermost first
	Verb  string   `json:"verb"`            // what is done: "build", "extract", "host", "unknown", ...
	Text  string   `json:"text"`            // what it is done with
	// Conds are the conditions met since the operation before.
	Conds []ReportCond `json:"conditions,omitempty"`
	Holes []ReportHole `json:"unknown,omitempty"`
}

// A ReportHole is text that can't be known.
type ReportHole struct {
	Text   string `json:"text"` // as in the texts of operations
	Reason string `json:"reason"`
	Place  string `json:"place"`
}

// A ReportFile is what the script made of a path of the host.
type ReportFile struct {
	Path   string `json:"path"`
	Origin string `json:"origin"`
	Text   string `json:"text"` // the origin in words
}

// Report returns t as plain data.
func (t *Trace) Report() Report {
	r := Report{Path: clean(t.Path), Ways: []ReportWay{}}
	for _, w := range t.Ways {
		r.Ways = append(r.Ways, t.reportWay(w))
	}
	return r
}

func (t *Trace) reportWay(w *Way) ReportWay {
	out := ReportWay{Conds: t.reportConds(w.Conds), Ops: []ReportOp{}}
	met := 0
	for _, op := range w.Ops {
		out.Ops = append(out.Ops, t.reportOp(op, min(met, len(op.Conds))))
		met = len(op.Conds)
	}
	texts := w.holeTexts()
	for _, f := range w.Files.All() {
		out.Files = append(out.Files, ReportFile{Path: clean(texts.of(f.Path)), Origin: f.Origin.String(), Text: clean(texts.of(fileText(f)))})
	}
	return out
}

// A keyTexts says how holes read that stand as keys in the paths of files.
type keyTexts map[string]string

// holeTexts collects the holes in what the operations of w are given and do.
func (w *Way) holeTexts() keyTexts {
	texts := keyTexts{}
	for _, op := range w.Ops {
		texts.add(op.Dir)
		for _, a := range op.Argv {
			texts.add(a.Value)
		}
		if h, ok := op.Act.(*Host); ok {
			for _, e := range h.Effects {
				texts.add(e.Path)
				texts.add(e.From)
			}
		}
	}
	return texts
}

func (k keyTexts) add(v Value) {
	for _, h := range v.Holes() {
		k[holeKey(h)] = holeText(h)
	}
}

// of returns text with its keys replaced.
func (k keyTexts) of(text string) string {
	parts := strings.Split(text, "\x00")
	for i := 1; i < len(parts)-1; i += 2 {
		known, ok := k["\x00"+parts[i]+"\x00"]
		if !ok {
			known = "${?}"
		}
		parts[i] = known
	}
	return strings.Join(parts, "")
}

// reportOp reports op, whose first met conditions have been told before.
func (t *Trace) reportOp(op *Op, met int) ReportOp {
	verb, text := op.summary()
	out := ReportOp{Place: t.place(op.Range), Verb: verb, Text: clean(text), Conds: t.reportConds(op.Conds[met:])}
	for _, c := range op.Calls {
		out.Calls = append(out.Calls, t.place(c))
	}
	seen := map[ReportHole]bool{}
	for _, a := range op.Argv {
		for _, h := range a.Holes() {
			hole := t.reportHole(h)
			if !h.isReference() && !seen[hole] {
				seen[hole] = true
				out.Holes = append(out.Holes, hole)
			}
		}
	}
	return out
}

// isReference reports whether h stands for something that the script itself
// made, or that needs no explanation.
func (h *Hole) isReference() bool {
	return h.Reason == ContainerID || h.Reason == ImageID || h.Reason == Root
}

// place renders a place in the file that the author wrote.
func (t *Trace) place(r finding.Range) string { return clean(t.Locate(r).String()) }

func (t *Trace) reportHole(h *Hole) ReportHole {
	return ReportHole{Text: clean(holeText(h)), Reason: h.Reason.String(), Place: t.place(h.Source)}
}

func (t *Trace) reportConds(conds []Cond) []ReportCond {
	var out []ReportCond
	for _, c := range conds {
		out = append(out, ReportCond{Place: t.place(c.Range), Text: clean(c.Text), Taken: c.Taken})
	}
	return out
}

// clean writes what can't be printed as escapes, so that no text of a script
// reaches a terminal as a command to it.
func clean(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) < 0 {
		return text
	}
	quoted := strconv.Quote(text)
	quoted = quoted[1 : len(quoted)-1]
	return strings.ReplaceAll(quoted, `\"`, `"`)
}

// reasonTexts are the words for the reasons.
var reasonTexts = [...]string{
	Argument:    "argument of the script",
	Environment: "variable that the script does not set",
	Output:      "output of a command",
	ContainerID: "id of a container",
	ImageID:     "id of an image",
	Status:      "exit status",
	Computed:    "computed from something unknown",
	Contents:    "contents of a file",
	System:      "depends on the machine",
	Root:        "path of the repository",
	Names:       "names of files that match a pattern",
}

// String says the reason in words.
func (r Reason) String() string { return wordOf(reasonTexts[:], int(r)) }

var originTexts = [...]string{
	Repository: "repository",
	Directory:  "directory",
	Generated:  "generated",
	Extracted:  "extracted",
	Copied:     "copied",
	Link:       "link",
	Packed:     "packed",
	Removed:    "removed",
	Mystery:    "unknown",
	Unpacked:   "unpacked",
}

// String returns the origin as one word.
func (o Origin) String() string { return wordOf(originTexts[:], int(o)) }

var verbTexts = [...]string{
	ReadFile:   "read",
	MakeDir:    "make directory",
	WriteFile:  "write",
	AppendFile: "append",
	CopyTo:     "copy",
	MoveTo:     "move",
	Remove:     "remove",
	SetMode:    "set mode",
	SetOwner:   "set owner",
	Symlink:    "link",
	Pack:       "pack",
	Unpack:     "unpack",
	Touch:      "touch",
	Extract:    "extract",
	Change:     "change",
}

// String says what the effect does.
func (v Verb) String() string { return wordOf(verbTexts[:], int(v)) }

func wordOf(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return strconv.Itoa(i)
}
