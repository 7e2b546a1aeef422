package shparse

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Value is text that may have holes: the concatenation of its parts. The zero
// Value is the empty string.
type Value []Part

// A Part is literal text, or a hole where Hole is not nil.
type Part struct {
	Lit  string
	Hole *Hole
}

// A Reason says why a hole can't be filled.
type Reason uint8

// The reasons, and what Hole.Name holds for each.
const (
	Argument    Reason = iota // a positional argument; Name is "1", "2", ... or "@", "*", "#"
	Environment               // a variable that the script does not set; Name is the variable
	Output                    // output of a command that can't be known; Name is the command
	ContainerID               // the id of Hole.Container; Name is empty
	ImageID                   // the id of Hole.Image; Name is empty
	Status                    // an exit status; Name is the command
	Computed                  // computed from another hole; Name is the expression
	Contents                  // contents of a file; Name is its path
	System                    // the machine's own: $$, $RANDOM, $UID, ~, a temporary name; Name is the expression
	Root                      // the absolute path of the repository's root; Name is "PWD"
	Names                     // the names of files that a pattern matches; Name is the pattern
)

// A Hole is text that can't be known without running the script.
type Hole struct {
	Reason     Reason
	Name       string
	Default    Value // the d of ${X:-d}; meaningful where HasDefault
	HasDefault bool
	Source     finding.Range // the expression in the script
	Container  *Container    // for ContainerID
	Image      *Image        // for ImageID

	many     bool      // any number of words, also within quotes: an element of arr=($X)
	nullable bool      // the default is that of ${X-d}: an empty X stays empty
	key      string    // what tells the hole from others, where Reason and Name don't
	status   *question // for Status: what the command answers; nil where it is not 0
	list     *psList   // for the output of docker ps
}

// Lit returns the value that is just text.
func Lit(text string) Value {
	if text == "" {
		return nil
	}
	return Value{{Lit: text}}
}

// Known returns the text of v, and whether v has no holes.
func (v Value) Known() (string, bool) {
	if len(v) == 1 {
		return v[0].Lit, v[0].Hole == nil
	}
	size := 0
	for _, p := range v {
		if p.Hole != nil {
			return "", false
		}
		size += len(p.Lit)
	}
	var text strings.Builder
	text.Grow(size)
	for _, p := range v {
		text.WriteString(p.Lit)
	}
	return text.String(), true
}

// Holes returns the holes of v in order.
func (v Value) Holes() []*Hole {
	var holes []*Hole
	for _, p := range v {
		if p.Hole != nil {
			holes = append(holes, p.Hole)
		}
	}
	return holes
}

// Concat returns v followed by o.
func (v Value) Concat(o Value) Value {
	if len(v) == 0 {
		return slices.Clip(o)
	}
	out := make(Value, 0, len(v)+len(o))
	return append(append(out, v...), o...)
}

// Key returns a text that is equal for two values of one trace just when they
// are known to be equal: literal text is itself, and a hole is its reason and
// name, so that two uses of $TAG agree. Ids of containers and images are told
// apart by their maker.
func (v Value) Key() string { return v.render(holeKey) }

// String renders v for people: holes as ${NAME}, $(COMMAND) or <container>.
func (v Value) String() string { return v.render(holeText) }

// keyText makes the key of a hole one element of a path, with a mark at either end
// and none inside.
var keyText = strings.NewReplacer("\x00", "\x04", "/", "\x05")

func holeKey(h *Hole) string {
	var id string
	switch {
	case h.key != "":
		id = h.key
	case h.Container != nil:
		id = opKey(h.Container.By)
	case h.Image != nil:
		id = imageKey(h.Image)
	default:
		id = h.Name
	}
	if h.HasDefault {
		id += "-" + strconv.FormatBool(h.nullable) + h.Default.Key()
	}
	return "\x00" + strconv.Itoa(int(h.Reason)) + ":" + keyText.Replace(id) + "\x00"
}

func opKey(op *Op) string {
	if op == nil {
		return "?"
	}
	return op.Range.String() + "#" + strconv.Itoa(op.Seq)
}

func imageKey(i *Image) string {
	switch {
	case i.Build != nil:
		return opKey(i.Build)
	case i.Commit != nil:
		return opKey(i.Commit)
	}
	return i.Ref.Key()
}

func holeText(h *Hole) string {
	switch h.Reason {
	case Argument, Environment:
		switch {
		case h.nullable:
			return "${" + h.Name + "-" + h.Default.String() + "}"
		case h.HasDefault:
			return "${" + h.Name + ":-" + h.Default.String() + "}"
		}
		return "${" + h.Name + "}"
	case Output:
		return "$(" + h.Name + ")"
	case Contents:
		return "$(cat " + h.Name + ")"
	case ContainerID:
		return "<container>"
	case ImageID:
		return "<image>"
	case Status:
		return "$?"
	case Root:
		return "$PWD"
	default:
		return h.Name
	}
}

func (v Value) render(hole func(*Hole) string) string {
	if len(v) == 1 && v[0].Hole == nil {
		return v[0].Lit
	}
	var text strings.Builder
	for _, p := range v {
		if p.Hole != nil {
			text.WriteString(hole(p.Hole))
			continue
		}
		text.WriteString(p.Lit)
	}
	return text.String()
}

// merged returns v with neighbouring texts made one and empty ones dropped.
func (v Value) merged() Value {
	if v.isMerged() {
		return v
	}
	return joinParts(v, func(p Part) Part { return p })
}

// joinParts makes a merged value of list. All of its text lies in one string.
func joinParts[T any](list []T, part func(T) Part) Value {
	text := joinTexts(list, part)
	n, inText := 0, false
	for _, item := range list {
		p := part(item)
		if p.Hole != nil || p.Lit != "" && !inText {
			n++
		}
		inText = p.Hole == nil && (inText || p.Lit != "")
	}
	out := make(Value, 0, n)
	start, end := 0, 0 // of the text between two holes
	add := func() {
		if end > start {
			out = append(out, Part{Lit: text[start:end]})
		}
		start = end
	}
	for _, item := range list {
		p := part(item)
		if p.Hole != nil {
			add()
			out = append(out, p)
			continue
		}
		end += len(p.Lit)
	}
	add()
	return out
}

// joinTexts is the text of the parts of list, one behind the other.
func joinTexts[T any](list []T, part func(T) Part) string {
	n, size, text := 0, 0, ""
	for _, item := range list {
		if p := part(item); p.Hole == nil && p.Lit != "" {
			n, size, text = n+1, size+len(p.Lit), p.Lit
		}
	}
	if n < 2 {
		return text
	}
	var all strings.Builder
	all.Grow(size)
	for _, item := range list {
		if p := part(item); p.Hole == nil {
			all.WriteString(p.Lit)
		}
	}
	return all.String()
}

func (v Value) isMerged() bool {
	for i, p := range v {
		if p.Hole == nil && (p.Lit == "" || i > 0 && v[i-1].Hole == nil) {
			return false
		}
	}
	return true
}
