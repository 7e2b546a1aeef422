package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// An outputKind says where a file descriptor leads.
type outputKind uint8

const (
	terminal  outputKind = iota // the script's own output
	discarded                   // /dev/null, or text that nobody reads
	captured                    // $(...) or a pipe
	toFile
)

// An output is what a file descriptor for writing leads to.
type output struct {
	kind   outputKind
	path   Value // relative to the root, of toFile
	append bool
	begun  bool // the file was made
	text   Value
	opaque bool // text lacks something that was printed
	tar    []Effect
}

// open returns the effect of opening a file for writing, which is none for
// other outputs and for a file that is open.
func (o *output) open() []Effect {
	if o == nil || o.kind != toFile || o.begun {
		return nil
	}
	o.begun = true
	verb := WriteFile
	if o.append {
		verb = AppendFile
	}
	return []Effect{{Verb: verb, Path: o.path, Content: &Value{}}}
}

// opened returns effects and those of opening the files that s now writes to.
func (s *shell) opened(effects []Effect) []Effect {
	return slices.Concat(effects, s.out.open(), s.err.open())
}

// write takes what a command printed and returns what that does to files. A nil
// text is one that can't be known.
func (o *output) write(text *Value, tar []Effect) []Effect {
	switch o.kind {
	case captured:
		o.capture(text, tar)
	case toFile:
		return o.store(text, tar)
	}
	return nil
}

// maxCaptured is how many bytes of output are followed.
const maxCaptured = 1 << 20

func (o *output) capture(text *Value, tar []Effect) {
	o.tar = append(o.tar, tar...)
	switch {
	case text == nil || o.text.size()+text.size() > maxCaptured:
		o.opaque = true
	case len(*text) > 0:
		o.text = o.text.Concat(*text).merged()
	}
}

func (o *output) store(text *Value, tar []Effect) []Effect {
	verb := WriteFile
	if o.append || o.begun {
		verb = AppendFile
	}
	if o.begun && text != nil && len(*text) == 0 {
		return nil
	}
	o.begun = true
	effects := []Effect{{Verb: verb, Path: o.path, Content: text}}
	for _, e := range tar {
		e.Path = o.path
		effects = append(effects, e)
	}
	return effects
}

// asInput is the other end of a pipe.
func (o *output) asInput() *input {
	if o.kind != captured {
		return &input{text: &Value{}}
	}
	in := &input{tar: o.tar}
	if !o.opaque {
		text := o.text
		in.text = &text
	}
	return in
}

// An input is what is read from a file descriptor. The zero input is the
// terminal.
type input struct {
	text *Value   // what is left to read; nil where unknown
	doc  *Heredoc // what text is, as far as nothing of it is read; nil where it is none
	tar  []Effect
	file Value // relative to the root
}

// files are the file descriptors of a shell.
type files struct {
	in       *input
	out, err *output
	fds      map[int]*output
	ins      map[int]*input
}

func (s *shell) saveFiles() files { return files{s.in, s.out, s.err, s.fds, s.ins} }

func (s *shell) restoreFiles(f files) {
	s.in, s.out, s.err, s.fds, s.ins = f.in, f.out, f.err, f.fds, f.ins
}

// noteRedirects makes an operation of the redirections of a compound command,
// which have effects of their own.
func (s *shell) noteRedirects(redirs []*syntax.Redirect, effects []Effect) {
	if len(effects) == 0 {
		return
	}
	op := s.newOp(s.script.between(redirs[0].Pos(), redirs[len(redirs)-1].Word.End()))
	s.r.emit(op, &Host{Name: redirs[0].Op.String(), Effects: effects}, effects)
}
