package shparse

import (
	"maps"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A shell is the state of one shell process: the script's own, or that of a
// subshell or of a script that it calls.
type shell struct {
	r      *run
	script *script // the text that runs now

	vars    *scope
	funcs   map[string]*function // replaced, never changed
	aliases map[string]string    // replaced, never changed
	opts    options
	name    Value  // $0
	args    params // $1 and so on
	sources []Value
	names   []string // the functions that run, innermost last

	dir    Value // the working directory, relative to the root
	oldDir Value // the one before, nil where there is none
	stack  []Value

	tty  *input // what standard input is at first
	in   *input
	out  *output
	err  *output
	fds  map[int]*output // the other file descriptors; replaced, never changed
	ins  map[int]*input
	exit *trap

	result   result
	statuses []result // PIPESTATUS
	lastArg  Value
	job      *Hole // $!

	calls       []finding.Range
	captured    finding.Range
	depth       int // nested functions, scripts and substitutions
	loops       int // loops around the current command
	guarded     int // > 0 where set -e doesn't act: in a condition
	asking      int // > 0 where the statuses of unknown commands, and of those that tell, are asked too: in conditions
	substituted int // command substitutions so far
	subshell    int
	levels      int // what is left of "break N"
	returns     int // functions and sourced files around the current command
	pending     flow
	nested      int // variables in arithmetic that hold expressions
	getopts     int // where in a bundle of options getopts stands
}

// options are the settings of set and shopt that change what a script does.
type options struct {
	errexit, nounset, pipefail, noglob, allexport               bool
	nullglob, dotglob, globstar, extglob, nocasematch, lastpipe bool
	failglob, aliases, nocaseglob                               bool
}

// A function is a shell function.
type function struct {
	script *script
	body   *syntax.Stmt
}

// A trap is the command of trap ... EXIT.
type trap struct {
	text string
	at   finding.Range
}

// A flow says how a command hands on control.
type flow uint8

const (
	next    flow = iota // to the command behind it
	leave               // break
	again               // continue
	back                // return
	quit                // exit
	stopped             // a finding ended the run
)

// A result is an exit status. It is unknown where ask is not nil, and then the
// answer yes means 0.
type result struct {
	code int
	ask  *question
	// failed is $? where only that it is not 0 is known; nil where code tells.
	failed *Hole
}

func newShell(r *run, sc *script) *shell {
	dir := r.t.conf.Dir
	if dir == "" {
		dir = path.Dir(sc.path)
	}
	s := &shell{
		r: r, script: sc, vars: &scope{},
		dir: cleanPath(Lit(dir)),
		in:  &input{}, out: &output{}, err: &output{kind: discarded},
		opts: options{aliases: sc.posix},
	}
	s.tty = s.in
	s.opts = s.opts.shebang(sc.src)
	s.name = absPath(Lit(path.Clean(sc.path)))
	s.sources = []Value{s.name}
	for _, a := range r.t.conf.Args {
		s.args.list = append(s.args.list, Lit(a))
	}
	s.args.open = r.t.conf.Args == nil
	s.args.from = s.script.firstLine()
	return s
}

// firstLine is the place of holes that no expression made.
func (s *script) firstLine() finding.Range { return finding.Range{File: s.path} }

// fork returns the state of a subshell.
func (s *shell) fork() *shell {
	c := *s
	c.vars = &scope{up: s.vars}
	c.subshell++
	c.exit = nil
	c.pending = next
	return &c
}

// status returns what $? is for a known status.
func (s *shell) status(code int) flow {
	s.result = result{code: code}
	return next
}

// statusValue is $?.
func (s *shell) statusValue() Value {
	if q := s.result.ask; q != nil {
		return Value{{Hole: &Hole{Reason: Status, Name: q.text, Source: q.span, key: q.key, status: q}}}
	}
	if h := s.result.failed; h != nil {
		return Value{{Hole: h}}
	}
	return Lit(strconv.Itoa(s.result.code))
}

// succeeded answers whether the last command did, and asks where that is
// unknown.
func (s *shell) succeeded() bool {
	if q := s.result.ask; q != nil {
		ok := s.r.decide(q)
		s.result = result{code: 1, failed: q.failure()}
		if ok {
			s.result = result{}
		}
	}
	return s.result.code == 0
}

// fail ends the run with a finding at n.
func (s *shell) fail(code finding.Code, n syntax.Node, format string, args ...any) flow {
	s.r.fail(finding.New(code, s.script.span(n), format, args...))
	s.pending = stopped
	return stopped
}

// die ends the shell as an error of its own does. Shells differ in its status.
func (s *shell) die(code int) flow {
	s.result = result{code: code}
	if s.script.posix {
		s.result.failed = &Hole{Reason: Status, Name: "the shell's error", key: "error"}
	}
	s.pending = quit
	return quit
}

// define gives a function a new body.
func (s *shell) define(name string, f *function) {
	funcs := maps.Clone(s.funcs)
	if funcs == nil {
		funcs = map[string]*function{}
	}
	funcs[name] = f
	s.funcs = funcs
}

// params are the positional parameters.
type params struct {
	list []Value
	open bool // more may follow
	base int  // how many were shifted out, for the names of those that follow
	from finding.Range
	lost string // where it became unknown how many were shifted out
}

// get returns the parameter with a number from 1 on.
func (p *params) get(n int) (*variable, bool) {
	switch {
	case n <= len(p.list):
		return text(p.list[n-1]), true
	case p.open:
		h := &Hole{Reason: Argument, Name: strconv.Itoa(p.base + n), Source: p.from}
		if p.lost != "" {
			h.key = h.Name + "@" + p.lost
		}
		return &variable{kind: scalar, val: Value{{Hole: h}}, outside: true}, true
	}
	return nil, false
}

// all returns the parameters. Those that may follow are one hole.
func (p *params) all() []Value {
	if !p.open {
		return p.list
	}
	rest := &Hole{Reason: Argument, Name: "@", Source: p.from, key: "@+" + strconv.Itoa(p.base+len(p.list)) + p.lost}
	return append(p.list[:len(p.list):len(p.list)], Value{{Hole: rest}})
}

// count is $#.
func (p *params) count() Value {
	if !p.open {
		return Lit(strconv.Itoa(len(p.list)))
	}
	h := &Hole{Reason: Argument, Name: "#", Source: p.from, key: "#-" + strconv.Itoa(p.base) + p.lost}
	return Value{{Hole: h}}
}

// shift drops the first n.
func (p *params) shift(n int) {
	p.base += n
	p.list = p.list[min(n, len(p.list)):]
}

// paramsOf makes the parameters of a function or script that is called with
// args. A "$@" that is not known to its end stays so.
func paramsOf(args []Arg, at finding.Range) params {
	p := params{from: at}
	for i, a := range args {
		h := a.Value.hole()
		switch {
		case isRestValue(a.Value) && i == len(args)-1:
			p.open = true
			p.base, p.lost = restBase(h)
			p.base -= len(p.list)
			return p
		case holdsList(a.Value), h != nil && h.Reason == Contents && a.MaySplit:
			p.open, p.lost = true, "@"+a.Value.Key()
			return p
		}
		p.list = append(p.list, a.element())
	}
	return p
}

// restBase reads back where the hole for "the rest of the arguments" starts.
func restBase(h *Hole) (base int, lost string) {
	rest := strings.TrimPrefix(h.key, "@+")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	base, _ = strconv.Atoi(rest[:digits])
	return base, rest[digits:]
}
