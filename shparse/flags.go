package shparse

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A flagSpec lists the flags of a command, separated by spaces: "tag,t=" is the
// flag --tag, or -t, with a value; "quiet,q" has none; "suffix,s?" takes one
// only within its own word. A name of one letter is a short flag; the first name
// is the one that Flag.Name holds.
type flagSpec struct {
	names string
	more  string // further ones
	style flagStyle
	// first is true where flags end at the first argument (docker run).
	first bool
}

// A flagStyle is a convention of writing flags.
type flagStyle uint8

const (
	goStyle  flagStyle = iota // docker: --rm=false, -f=x; no abbreviations
	gnuStyle                  // getopt_long: -fx, unique abbreviations of long flags
)

// parsedFlags is a command line taken apart.
type parsedFlags struct {
	flags []Flag
	args  []Arg
}

// has reports whether one of the flags called names was given.
func (p *parsedFlags) has(names ...string) bool { return p.last(names...) != nil }

// last returns the last of the flags called names, or nil.
func (p *parsedFlags) last(names ...string) *Flag {
	for i := len(p.flags) - 1; i >= 0; i-- {
		for _, name := range names {
			if p.flags[i].Name == name {
				return &p.flags[i]
			}
		}
	}
	return nil
}

// A flagError says why a command line can't be taken apart.
type flagError struct {
	arg     Arg
	message string
	unknown bool // the word has a hole where the name of a flag should be
}

// finding renders e for a command called name.
func (e *flagError) finding(name string) finding.Finding {
	code := finding.Code("SF008")
	if e.unknown {
		code = "SF004"
	}
	return finding.New(code, e.arg.Word, "%q %s", name, e.message)
}

// A flagRow is one flag of a flagSpec.
type flagRow struct {
	name  string
	names string // all names, separated by commas
	value byte   // '=' for a value, '?' for one in the same word only, 0 for none
}

// rowAt reads the flag of names that the index at lies in.
func rowAt(names string, at int) flagRow {
	start := strings.LastIndexByte(names[:at], ' ') + 1
	end := len(names)
	if n := strings.IndexByte(names[at:], ' '); n >= 0 {
		end = at + n
	}
	e := flagRow{names: names[start:end]}
	if last := len(e.names) - 1; e.names[last] == '=' || e.names[last] == '?' {
		e.value = e.names[last]
		e.names = e.names[:last]
	}
	e.name, _, _ = strings.Cut(e.names, ",")
	return e
}

// find returns the flag with a name that is text, or else where prefix is set one
// with a name that begins with it, and how many there are. It searches the text of
// the list: flags are looked up for each word of each command.
func (s flagSpec) find(text string, prefix bool) (found flagRow, n int) {
	for _, names := range []string{s.names, s.more} {
		for at := range starts(names, text) {
			e := rowAt(names, at)
			end := at + len(text)
			switch {
			case end == len(names) || strings.IndexByte(" ,=?", names[end]) >= 0:
				return e, 1
			case prefix && (n == 0 || e.names != found.names):
				found = e
				n++
			}
		}
	}
	return found, n
}

// starts yields where names that begin with text stand in a list of flags. The text may
// have the comma in front that makes it a second name.
func starts(names, text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := 0; ; at++ {
			i := strings.Index(names[at:], text)
			if i < 0 {
				return
			}
			at += i
			first := text[0] == ',' || at == 0 || names[at-1] == ' ' || names[at-1] == ','
			if first && !yield(at) {
				return
			}
		}
	}
}

// long finds the flag --name. GNU programs also take any unique beginning.
func (s flagSpec) long(name string) (found flagRow, ok bool) {
	if len(name) < 2 || strings.ContainsAny(name, " ,=?") {
		return flagRow{}, false
	}
	found, n := s.find(name, s.style == gnuStyle)
	return found, n == 1
}

// short finds the flag -name.
func (s flagSpec) short(name string) (flagRow, bool) {
	if strings.ContainsAny(name, " ,=?") {
		return flagRow{}, false
	}
	// Most letters are the second name of a flag, and few commas stand in a list.
	if found, n := s.find(","+name, false); n == 1 {
		return found, true
	}
	found, n := s.find(name, false)
	return found, n == 1
}

// parse takes args apart.
func (s flagSpec) parse(args []Arg) (parsedFlags, *flagError) {
	r := flagReader{spec: s, all: args, rest: args}
	for len(r.rest) > 0 && r.err == nil {
		arg := r.rest[0]
		head := arg.head()
		switch {
		case arg.is("--"):
			r.args = slices.Concat(r.args, r.rest[1:])
			return r.parsedFlags, nil
		case len(head) < 2 || head[0] != '-':
			if head == "-" && !arg.is("-") {
				r.fail(arg, "has a flag whose name is unknown: %q", arg)
				r.err.unknown = true
				break
			}
			if s.first {
				r.args = slices.Clip(r.rest)
				return r.parsedFlags, nil
			}
			r.keep(arg)
		case strings.HasPrefix(head, "--"):
			r.readLong()
		default:
			r.readShort()
		}
	}
	return r.parsedFlags, r.err
}

// countFlags is how many flags there are among args, and room for one more.
func countFlags(args []Arg) int {
	n := 1
	for _, arg := range args {
		if strings.HasPrefix(arg.head(), "-") {
			n++
		}
	}
	return n
}

// A flagReader reads flags from the front of rest.
type flagReader struct {
	parsedFlags
	spec  flagSpec
	all   []Arg
	rest  []Arg
	first int  // where in all the arguments begin
	apart bool // they don't stand side by side
	err   *flagError
}

func (r *flagReader) fail(arg Arg, format string, args ...any) {
	r.err = &flagError{arg: arg, message: fmt.Sprintf(format, args...)}
}

// readLong reads --name, --name=value or --name value.
func (r *flagReader) readLong() {
	arg := r.rest[0]
	text, _, joined := strings.Cut(arg.head()[2:], "=")
	if !joined && arg.hasHole() {
		r.fail(arg, "has a flag whose name is unknown: %q", arg)
		r.err.unknown = true
		return
	}
	e, ok := r.spec.long(text)
	switch {
	case !ok && text != "help":
		r.fail(arg, "has no flag %q", "--"+text)
	case !ok:
		r.add(Flag{Name: "help", Value: switchedOn(arg), Range: arg.Word})
		r.rest = r.rest[1:]
	case joined && e.value == 0 && r.spec.style == gnuStyle:
		r.fail(arg, "takes no value for the flag %q", "--"+text)
	case joined:
		value := arg.skip(len("--") + len(text) + len("="))
		r.add(Flag{Name: e.name, Value: Arg{Value: value, Word: arg.Word}, Range: arg.Word})
		r.rest = r.rest[1:]
	default:
		r.rest = r.rest[1:]
		r.finish(e, Flag{Name: e.name, Range: arg.Word}, arg)
	}
}

// finish adds f, the value of which is the next word where it needs one.
func (r *flagReader) finish(e flagRow, f Flag, arg Arg) {
	switch {
	case e.value != '=':
		f.Value = switchedOn(arg)
	case len(r.rest) == 0:
		r.fail(arg, "needs a value for the flag %q", arg)
		return
	default:
		f.Value = r.rest[0]
		f.Range.End = r.rest[0].Word.End
		r.rest = r.rest[1:]
	}
	r.add(f)
}

// readShort reads a word of short flags: -a, -abc, -fvalue, -f value.
func (r *flagReader) readShort() {
	arg := r.rest[0]
	r.rest = r.rest[1:]
	letters := arg.head()
	from, end := len(r.flags), false
	for i := 1; i < len(letters) && !end && r.err == nil; i++ {
		end = r.readLetter(arg, letters, i)
	}
	if !end && r.err == nil && arg.hasHole() {
		r.fail(arg, "has a flag whose name is unknown: %q", arg)
		r.err.unknown = true
		return
	}
	// -fvalue is a word of one flag; its own joined value does not count.
	if len(r.flags)-from > 1 {
		for i := from; i < len(r.flags); i++ {
			r.flags[i].Joined = true
		}
	}
}

// readLetter reads the short flag at i among the letters that arg begins with. It
// reports whether the rest of the word is its value.
func (r *flagReader) readLetter(arg Arg, letters string, i int) (end bool) {
	letter := letters[i : i+1]
	e, ok := r.spec.short(letter)
	flag := Flag{Name: e.name, Range: arg.Word}
	switch {
	case !ok && letter == "h" && r.spec.style == goStyle:
		r.add(Flag{Name: "help", Value: switchedOn(arg), Range: arg.Word})
		return false
	case !ok:
		r.fail(arg, "has no flag %q, as in %q", "-"+letter, arg)
		return true
	case r.spec.style == goStyle && strings.HasPrefix(letters[i+1:], "="):
		flag.Value = Arg{Value: arg.skip(i + 2), Word: arg.Word}
		r.add(flag)
		return true
	case e.value != 0 && (i+1 < len(letters) || arg.hasHole()):
		flag.Value = Arg{Value: arg.skip(i + 1), Word: arg.Word}
		r.add(flag)
		return true
	}
	r.finish(e, flag, arg)
	return false
}

// keep takes the first word as an argument. Those that stand side by side, as they do in
// most commands, are a part of the command's words.
func (r *flagReader) keep(arg Arg) {
	at := len(r.all) - len(r.rest)
	switch {
	case len(r.args) == 0:
		r.first = at
		r.args = r.all[at : at+1 : at+1]
	case !r.apart && at == r.first+len(r.args):
		r.args = r.all[r.first : at+1 : at+1]
	default:
		r.args, r.apart = append(r.args, arg), true
	}
	r.rest = r.rest[1:]
}

func (r *flagReader) add(f Flag) {
	if r.flags == nil {
		r.flags = make([]Flag, 0, countFlags(r.rest))
	}
	r.flags = append(r.flags, f)
}

// literal is text at the place of arg.
func literal(text string, arg Arg) Arg { return Arg{Value: Lit(text), Word: arg.Word} }

// switchedOn is the value of a flag that has none, at the place of arg.
func switchedOn(arg Arg) Arg { return Arg{Value: trueValue, Word: arg.Word} }

// trueValue is never changed.
var trueValue = Lit("true")

// on reports whether a boolean flag was given and not switched off. ok is false
// where its value is unknown.
func (f *Flag) on() bool {
	if f == nil {
		return false
	}
	text, ok := f.Value.Known()
	return !ok || !strings.ContainsAny(text[:min(1, len(text))], "0fF")
}
