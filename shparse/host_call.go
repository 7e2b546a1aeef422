package shparse

import "strings"

// host is the outcome of a command with a model that prints nothing.
func (c *call) host(effects ...Effect) outcome {
	act := &Host{Name: c.name(), Effects: effects}
	return outcome{act: act, effects: effects, stdout: known(nil)}
}

// prints is the outcome of a command with a model that prints v.
func (c *call) prints(v Value, effects ...Effect) outcome {
	out := c.host(effects...)
	out.stdout = &v
	return out
}

// printsUnknown is the outcome of a command whose output can't be known.
func (c *call) printsUnknown(effects ...Effect) outcome {
	out := c.host(effects...)
	out.stdout = nil
	return out
}

// name is the command without its directory.
func (c *call) name() string {
	text := c.argv[0].String()
	return text[strings.LastIndexByte(text, '/')+1:]
}

// unknown is the model of every command that has none. It may have changed what
// it names or, where it names nothing, what is below its working directory.
func unknown(c *call) outcome {
	act := &Unknown{Name: c.name()}
	for _, arg := range c.argv[1:] {
		if v, ok := fileLike(arg.Value); ok {
			act.Paths = append(act.Paths, c.path(v))
		}
	}
	paths := act.Paths
	if len(paths) == 0 {
		paths = []Value{c.op.Dir}
	}
	var effects []Effect
	for _, path := range paths {
		effects = append(effects, Effect{Verb: Change, Path: path, Contents: true})
	}
	return outcome{act: act, effects: effects}
}

// fileLike returns what of an argument can name a file: flags can't, but their
// values can.
func fileLike(v Value) (Value, bool) {
	head := v.head()
	switch {
	case len(v) == 0, v.is("-"):
		return nil, false
	case !strings.HasPrefix(head, "-"):
		return v, true
	}
	_, value, ok := v.cut("=")
	return value, ok && len(value) > 0
}

// follow returns the path that v leads to through links, and what is there.
func (c *call) follow(v Value) (Value, existence) {
	for range maxLinks {
		if key := v.Key(); c.op.Files.resolveDir(key) != key {
			v = Lit(c.op.Files.resolveDir(key))
		}
		kind := c.exists(v.Key())
		if kind != symlink {
			return v, kind
		}
		text, ok := c.op.Files.readLink(v.Key())
		if !ok {
			break
		}
		v = relPath(dirOf(v), Lit(text))
	}
	return v, unknownExistence
}

// dirOf is the directory of a cleaned path.
func dirOf(v Value) Value {
	list := v.fields("/")
	switch {
	case len(list) == 1:
		return Lit(".")
	case len(list) == 2 && len(list[0]) == 0:
		return Lit("/")
	}
	return joinSegments(list[:len(list)-1])
}

// hasParent reports whether the directory of v may be there.
func (c *call) hasParent(v Value) bool {
	_, kind := c.follow(dirOf(v))
	return kind != missing && kind != regular
}

// isOutside reports whether a cleaned path leads out of the repository.
func isOutside(v Value) bool {
	head := v.head()
	return strings.HasPrefix(head, "/") || head == ".." || strings.HasPrefix(head, "../")
}

// A pair is a source and the exact path that it goes to.
type pair struct {
	from, to Value // relative to the root of the repository
	given    Value // from as given
	merges   bool  // to is, or may be, a directory already
}

// pairs works out where the sources of cp, mv, ln and install go: into the last
// argument where that is a directory, otherwise to that name. It fails where
// this can't be known.
func (c *call) pairs(p *parsedFlags) ([]pair, bool) {
	args := p.args
	dest := p.last("target-directory")
	switch {
	case dest != nil:
		return c.into(args, c.path(dest.Value.Value)), true
	case len(args) < 2:
		return nil, false
	}
	args, last := args[:len(args)-1], args[len(args)-1]
	to := c.path(last.Value)
	real, kind := c.follow(to)
	switch {
	case p.has("no-target-directory"):
		return []pair{c.pair(args[0], to)}, len(args) == 1
	case len(args) > 1, kind == directory, endsInSlash(last.Value) && (c.isFile(args[0]) || isOutside(to)):
		return c.into(args, real), true
	case endsInSlash(last.Value) && kind != missing:
		return nil, false // a directory may have been made there, or becomes one
	case kind == missing, kind == regular, kind == maybeMissing, kind == unknownExistence && isOutside(to):
		return []pair{c.pair(args[0], to)}, true
	}
	return nil, false
}

// isFile reports whether arg is known to be a file. "mv FILE DIR/" needs the
// directory; "mv DIR NAME/" may make it.
func (c *call) isFile(arg Arg) bool {
	_, kind := c.follow(c.path(arg.Value))
	return kind == regular
}

// into pairs args with their names in the directory dir.
func (c *call) into(args []Arg, dir Value) []pair {
	var list []pair
	for _, arg := range args {
		from := c.path(arg.Value)
		to := under(dir, from.base())
		if copiesContents(arg.Value) {
			to = dir
		}
		list = append(list, c.pair(arg, to))
	}
	return list
}

func (c *call) pair(from Arg, to Value) pair {
	_, kind := c.follow(to)
	merges := kind == directory || kind == existing && !c.isFile(from)
	return pair{from: c.path(from.Value), to: to, given: from.Value, merges: merges}
}
