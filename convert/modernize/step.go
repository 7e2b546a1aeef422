package modernize

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A step is a RUN of which it is known what it reads and writes below the
// directories that people copy sources to.
type step struct {
	paths   []string // absolute: what it reads or writes there
	needs   []*need  // the dependency steps among its commands
	assumed []string
}

// An invocation is a simple command, with the state that it is run in.
type invocation struct {
	words []string // all known
	st    dockerfile.State
	base  dockerfile.Base
}

// An effect is what an invocation reads or writes below the directories that people
// copy sources to, beside what the system has there.
type effect struct {
	paths   []string
	assumed string
}

// stepOf says what a RUN reads and writes, or returns nil where that is not known.
func (m *modernizer) stepOf(in *dockerfile.Instruction) *step {
	st := in.Stage.At(in, m.Args)
	c, _ := readChain(in, st)
	if c == nil || influenced(st) {
		return nil
	}
	dirs, known := searched(in.File)
	if !known {
		return nil
	}
	s := &step{}
	for _, dir := range dirs {
		s.paths = append(s.paths, path.Clean(dir))
	}
	for _, p := range c.parts {
		if sweeps().MatchString(p.text) {
			continue
		}
		words := p.call()
		if words == nil || !s.add(invocation{words, st, m.base(in.Stage)}) {
			return nil
		}
	}
	return s
}

// add adds what a command does, and reports whether that is known.
func (s *step) add(v invocation) bool {
	if n := needOf(v); n != nil {
		s.needs = append(s.needs, n)
		s.paths = append(s.paths, n.paths()...)
		return true
	}
	for _, i := range independents {
		if isWordOf(i.names, v.words[0]) {
			e, ok := i.judge(v)
			s.paths = append(s.paths, e.paths...)
			if e.assumed != "" {
				s.assumed = append(s.assumed, e.assumed)
			}
			return ok
		}
	}
	return false
}

// influences are parts of the names of variables by which tools find files.
var influences = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(BASH_ENV|BUNDLE_|CARGO_|CURL_|GEM_|GIT_|GNUPG|GRADLE_|HOME$|LD_|MAVEN_|NETRC|NODE_|NPM_|PIP_|PYTHON|RUBY|SSL_|WGETRC|XDG_|YARN_)|CERT|CONFIG|_CA`)
})

// influenced reports whether the Dockerfile sets a variable through which a tool may
// read files that it would not read by itself. What it adds to PATH is looked at by
// searched.
func influenced(st dockerfile.State) bool {
	for _, vars := range []map[string]dockerfile.Var{st.Env, st.Args} {
		for name, v := range vars {
			if influences().MatchString(name) && (!v.Known || strings.ContainsAny(v.Value, "/~")) {
				return true
			}
		}
	}
	return false
}

// searched lists what the file puts into PATH beside what was there, and false where
// that is not known.
func searched(f *dockerfile.File) (dirs []string, known bool) {
	for _, in := range f.Instructions {
		env, ok := in.Command.(*instructions.EnvCommand)
		if !ok {
			continue
		}
		for _, kv := range env.Env {
			if kv.Key == "PATH" {
				dirs = append(dirs, strings.Split(strings.Trim(kv.Value, `"`), ":")...)
			}
		}
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return dir == "$PATH" || dir == "${PATH}" })
	unknown := func(dir string) bool { return !path.IsAbs(dir) || strings.ContainsAny(dir, "$\\'\"") }
	return dirs, !slices.ContainsFunc(dirs, unknown)
}

// sweeps are the usual ways to clear a package manager's cache.
var sweeps = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(rm -rf?( /var/(lib/apt/lists|cache/(apk|apt|yum|dnf)))(/\*)?|apt-get clean|(yum|dnf|microdnf)( -y)? clean all)$`)
})

// harmless are variables that an invocation may be given.
const harmless = "CGO_ENABLED DEBIAN_FRONTEND GOARCH GOOS GIT_TERMINAL_PROMPT"

// call returns the words of a simple command all of whose words are known; nil for
// any other part.
func (p part) call() []string {
	call, ok := p.stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || p.stmt.Negated {
		return nil
	}
	for _, a := range call.Assigns {
		if a.Name == nil || !isWordOf(harmless, a.Name.Value) || a.Value != nil && literal(a.Value) == "" {
			return nil
		}
	}
	for _, r := range p.stmt.Redirs {
		if to := literal(r.Word); to != "/dev/null" && to != "1" && to != "2" {
			return nil
		}
	}
	if words := literals(call.Args); !slices.Contains(words, "") {
		return words
	}
	return nil
}

// flagged takes the flags off the arguments, and reports whether all are in the
// list. A flag of the list that ends in "=" may have any value.
func flagged(args []string, allowed string) (rest []string, ok bool) {
	for _, a := range args {
		name, _, valued := strings.Cut(a, "=")
		switch {
		case !strings.HasPrefix(a, "-"):
			rest = append(rest, a)
		case !isWordOf(allowed, a) && !(valued && isWordOf(allowed, name+"=")):
			return nil, false
		}
	}
	return rest, true
}

// absolute makes a path of a command's argument.
func (v invocation) absolute(name string) (string, bool) {
	if path.IsAbs(name) {
		return path.Clean(name), true
	}
	return path.Join(v.st.Workdir, name), v.st.WorkdirKnown
}

// sets reports whether the Dockerfile sets one of the variables.
func (v invocation) sets(names ...string) bool {
	for _, name := range names {
		_, env := v.st.Env[name]
		_, arg := v.st.Args[name]
		if env || arg {
			return true
		}
	}
	return false
}

// gopath is the directory of Go's packages.
func (v invocation) gopath() (string, bool) {
	if set, ok := v.st.Env["GOPATH"]; ok {
		return path.Clean(set.Value), set.Known && path.IsAbs(set.Value)
	}
	return "/go", v.base.Known && family(v.base) == "golang" && !v.sets("GOPATH")
}

// env is the environment of a simple command, in which it may set variables.
func (p part) env(outer map[string]dockerfile.Var) map[string]dockerfile.Var {
	call, ok := p.stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) == 0 {
		return outer
	}
	env := maps.Clone(outer)
	for _, a := range call.Assigns {
		if a.Name != nil && a.Value != nil {
			env[a.Name.Value] = dockerfile.Var{Value: literal(a.Value), Known: literal(a.Value) != ""}
		}
	}
	return env
}
