package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Args are the build arguments that a build is given, by name: an entry is a
// --build-arg. A Var that is not Known is an argument that is passed with a value
// that is not known. For a name without an entry the default applies.
type Args map[string]Var

// A Var is the value of a variable.
type Var struct {
	Value string
	Known bool // false: it has or may have a value, which is not known
}

// A State is what holds in front of an instruction.
//
// A value is known only if all builders agree on it. An ARG behind an ENV of the
// same name wins on BuildKit and loses on the legacy builder; an ARG of the stage
// that FROM names is still set on BuildKit and unset on the legacy builder: both
// are not known. The base image is taken not to set what the Dockerfile declares
// as ARG.
type State struct {
	// Workdir is the working directory, absolute and clean; "" where not known.
	Workdir      string
	WorkdirKnown bool
	User         string // as USER gives it, expanded; the text as written where not known
	UserSet      bool   // a USER of this stage, or of a stage it stands on, is in force; else the base image's user is
	UserKnown    bool   // UserSet, and User is known
	Env          map[string]Var
	Args         map[string]Var // the ARGs of this stage so far that have or may have a value
	Shell        []string       // of the last SHELL; nil for the base image's
	Volumes      []string       // declared so far, expanded
	// Scratch is true where the stage stands on scratch alone, so that a variable
	// without an entry in Env and Args is unset. Otherwise the base image may set it.
	Scratch bool

	scope scope
}

// Expand replaces the variables of text by their values in s, and takes its quotes
// and escapes away.
func (s State) Expand(text string) Expansion { return s.scope.expand(text) }

// At returns the state in front of in, which is an instruction of s, for a build
// that is given args. A nil in stands for the end of the stage.
func (s *Stage) At(in *Instruction, args Args) State {
	b := newBuild(s.File, args)
	b.enter(s)
	for _, i := range s.Instructions {
		if i == in || in != nil && i.OnBuild == in {
			break
		}
		b.run(i.Command)
	}
	b.Scratch = b.scope.closed
	return b.State
}

// ResolveBase returns what s starts from in a build that is given args.
func (s *Stage) ResolveBase(args Args) Base {
	globals := globalScope(s.File, args)
	return s.resolveBase(&globals)
}

func (s *Stage) resolveBase(globals *scope) Base {
	e := globals.expand(s.Base)
	if !e.Known {
		return Base{Vars: e.Vars}
	}
	if named := s.File.Stage(e.Expanded); named != nil && named.Index < s.Index {
		return Base{Stage: named, Known: true, Vars: e.Vars}
	}
	return Base{Image: e.Expanded, Known: true, Vars: e.Vars}
}

// globalScope is the scope that FROM is expanded in: the ARGs above all stages.
func globalScope(f *File, args Args) scope {
	g := scope{escape: f.Escape, closed: true, global: true}
	for _, in := range f.Args {
		c, ok := in.Command.(*instructions.ArgCommand)
		if !ok {
			continue
		}
		for _, arg := range c.Args {
			if v, found := argument(arg, args, &g); found {
				g.set(arg.Key, v)
			}
		}
	}
	return g
}

// platformArgs are the ARGs that BuildKit gives a value to; the legacy builder has
// none of them.
var platformArgs = [...]string{
	"BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
	"TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
}

// argument is the value that an ARG gets from the command line or from its
// default, and false where it has neither.
func argument(arg instructions.KeyValuePairOptional, args Args, s *scope) (Var, bool) {
	if v, ok := args[arg.Key]; ok {
		return v, true
	}
	if arg.Value == nil {
		return Var{}, false
	}
	return s.value(*arg.Value), true
}

// A build follows the instructions of a stage, and keeps the state so far.
type build struct {
	State
	file    *File
	args    Args
	globals scope
}

func newBuild(f *File, args Args) *build {
	b := &build{file: f, args: args, globals: globalScope(f, args)}
	b.Env = map[string]Var{}
	b.Args = map[string]Var{}
	b.scope = scope{escape: f.Escape}
	return b
}

// enter starts stage s: it takes over the end of the stage that s stands on, and
// fires the triggers of that.
func (b *build) enter(s *Stage) {
	base := s.resolveBase(&b.globals)
	if base.Scratch() {
		b.Workdir, b.WorkdirKnown, b.scope.closed = "/", true, true
		b.scope.set("PATH", Var{}) // builders have a default for it
	}
	if base.Stage == nil {
		return
	}
	b.enter(base.Stage)
	for _, in := range base.Stage.Instructions {
		b.run(in.Command)
	}
	b.inherit()
	for _, in := range base.Stage.Instructions {
		if in.OnBuild != nil {
			b.run(in.OnBuild.Command)
		}
	}
}

// inherit keeps of a stage what reaches the stages that stand on it.
func (b *build) inherit() {
	for name := range b.Args {
		if _, ok := b.Env[name]; !ok {
			b.scope.set(name, Var{})
		}
	}
	clear(b.Args)
}

// run applies what an instruction does to the state.
func (b *build) run(c instructions.Command) {
	switch c := c.(type) {
	case *instructions.ArgCommand:
		b.runArg(c)
	case *instructions.EnvCommand:
		b.runEnv(c)
	case *instructions.UserCommand:
		e := b.Expand(c.User)
		b.User, b.UserSet, b.UserKnown = e.Expanded, true, e.Known
	case *instructions.WorkdirCommand:
		b.runWorkdir(c)
	case *instructions.ShellCommand:
		b.Shell = c.Shell
	case *instructions.VolumeCommand:
		for _, v := range c.Volumes {
			b.Volumes = append(b.Volumes, b.Expand(v).Expanded)
		}
	}
}

// runEnv sets variables. All values are expanded before the first is set.
func (b *build) runEnv(c *instructions.EnvCommand) {
	values := make([]Var, len(c.Env))
	for i, kv := range c.Env {
		values[i] = b.scope.value(kv.Value)
	}
	for i, kv := range c.Env {
		name := b.Expand(kv.Key)
		if !name.Known {
			b.scope.forget()
			forget(b.Env)
			return
		}
		b.Env[name.Expanded] = values[i]
		b.scope.set(name.Expanded, values[i])
	}
}

// runArg declares build arguments.
func (b *build) runArg(c *instructions.ArgCommand) {
	for _, arg := range c.Args {
		v, found := argument(arg, b.args, &b.scope)
		if !found {
			v, found = b.globals.get(arg.Key)
		}
		if !found {
			continue
		}
		b.Args[arg.Key] = v
		if env, ok := b.Env[arg.Key]; ok && env != v {
			v = Var{}
		}
		b.scope.set(arg.Key, v)
	}
}

// runWorkdir changes the working directory.
func (b *build) runWorkdir(c *instructions.WorkdirCommand) {
	e := b.Expand(c.Path)
	switch {
	case !e.Known || isWindows(e.Expanded):
		b.Workdir, b.WorkdirKnown = "", false
	case path.IsAbs(e.Expanded):
		b.Workdir, b.WorkdirKnown = path.Clean(e.Expanded), true
	case b.WorkdirKnown:
		b.Workdir = path.Join(b.Workdir, e.Expanded)
	}
}

// isWindows reports whether p can only be meant as a path of Windows, where other
// rules hold.
func isWindows(p string) bool {
	return strings.Contains(p, `\`) || len(p) > 1 && p[1] == ':'
}

// A scope is a set of variables that text is expanded in.
type scope struct {
	vars   map[string]Var
	escape byte
	closed bool // a name without an entry is unset; else nothing is known about it
	global bool // it is the one in front of all stages, where BuildKit sets platformArgs
}

func (s *scope) set(name string, v Var) {
	if s.vars == nil {
		s.vars = map[string]Var{}
	}
	s.vars[name] = v
}

// get finds a variable that has or may have a value.
func (s *scope) get(name string) (Var, bool) {
	v, ok := s.vars[name]
	if !ok {
		return Var{}, !s.closed || s.global && slices.Contains(platformArgs[:], name)
	}
	return v, true
}

// forget makes every variable an unknown one, as any of them may have been set.
func (s *scope) forget() {
	s.closed = false
	forget(s.vars)
}

func forget(vars map[string]Var) {
	for name := range vars {
		vars[name] = Var{}
	}
}

// value is the value of an expanded text.
func (s *scope) value(text string) Var {
	e := s.expand(text)
	if !e.Known {
		return Var{}
	}
	return Var{Value: e.Expanded, Known: true}
}

// expand replaces the variables of text.
func (s *scope) expand(text string) Expansion {
	if !needsLex(text, s.escape) {
		return Expansion{Expanded: text, Known: true}
	}
	env := recorder{scope: s}
	result, _, err := shell.NewLex(rune(s.escape)).ProcessWord(text, &env)
	if err != nil || env.unknown {
		return Expansion{Expanded: text, Vars: env.names}
	}
	return Expansion{Expanded: result, Known: true, Vars: env.names}
}

// needsLex reports whether expanding text can change it.
func needsLex(text string, escape byte) bool {
	return strings.ContainsAny(text, `$'"`) || strings.IndexByte(text, escape) >= 0
}

// A recorder answers the lexer's questions from a scope, and keeps them.
type recorder struct {
	scope   *scope
	names   []string
	unknown bool // an answer is not known
}

// Get implements shell.EnvGetter.
func (r *recorder) Get(name string) (string, bool) {
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	v, ok := r.scope.get(name)
	if ok && !v.Known {
		r.unknown = true
	}
	return v.Value, v.Known
}

// Keys implements shell.EnvGetter; the lexer has no use for it.
func (r *recorder) Keys() []string { return nil }
