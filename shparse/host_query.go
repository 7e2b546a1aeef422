package shparse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// nothing is a command without effect that prints nothing.
func nothing(c *call, _ *parsedFlags) outcome { return c.host() }

// failing is false.
func failing(c *call, _ *parsedFlags) outcome {
	out := c.host()
	out.status = fails
	return out
}

// reports is a command that changes no file and prints what can't be known.
func reports(c *call, _ *parsedFlags) outcome { return c.informs() }

// informs is the outcome of a command that people run for what it prints, or for
// whether it works.
func (c *call) informs(effects ...Effect) outcome {
	out := c.printsUnknown(effects...)
	out.status = tells
	return out
}

// answers is a command whose status is its answer.
func answers(c *call, p *parsedFlags) outcome {
	out := c.printsUnknown(c.readsExisting(p.args)...)
	out.status = asks
	return out
}

// readsExisting are the effects of reading those of args that are files, or may be.
func (c *call) readsExisting(args []Arg) []Effect {
	var effects []Effect
	for _, arg := range args {
		v, ok := fileLike(arg.Value)
		if !ok {
			continue
		}
		if path := c.path(v); c.exists(path.Key()) != missing {
			effects = append(effects, Effect{Verb: ReadFile, Path: path})
		}
	}
	return effects
}

// baseNames is basename.
func baseNames(c *call, p *parsedFlags) outcome {
	args := p.args
	var suffix Value
	switch f := p.last("suffix"); {
	case f != nil:
		suffix = f.Value.Value
	case !p.has("multiple") && len(args) == 2:
		suffix = args[1].Value
		args = args[:1]
	}
	end, ok := suffix.Known()
	if !ok {
		return c.printsUnknown()
	}
	var text Value
	for _, arg := range args {
		base := baseName(arg.Value)
		if tail := base.tail(); end != "" && strings.HasSuffix(tail, end) && !base.is(end) {
			base = base.trimTail(len(end))
		}
		text = text.Concat(base.line())
	}
	return c.prints(text.merged())
}

// baseName is the base of a path as given. Where the last element is nothing but a
// text from outside, which may be empty or a path itself, it is unknown.
func baseName(v Value) Value {
	base := v.base()
	if h := base.hole(); h != nil && (h.Reason == Argument || h.Reason == Environment || h.Reason == Output) {
		return Value{{Hole: &Hole{Reason: Computed, Name: "basename " + v.String(), Source: h.Source, key: "basename " + v.Key()}}}
	}
	return base
}

// dirNames is dirname.
func dirNames(c *call, p *parsedFlags) outcome {
	var text Value
	for _, arg := range p.args {
		text = text.Concat(dirName(arg.Value).line())
	}
	return c.prints(text.merged())
}

// dirName is the directory part of a path as given. That of a path that is
// nothing but a hole is unknown.
func dirName(v Value) Value {
	v = v.trimSlashes()
	if text, ok := v.Known(); ok {
		if !strings.Contains(text, "/") {
			return Lit(".")
		}
		dir := strings.TrimRight(text[:strings.LastIndexByte(text, '/')], "/")
		if dir == "" {
			return Lit("/")
		}
		return Lit(dir)
	}
	list := v.fields("/")
	switch {
	case len(list) == 1 && v.hole() != nil:
		return Value{{Hole: &Hole{Reason: Computed, Name: "dirname " + v.String(), Source: v.hole().Source}}}
	case len(list) == 1:
		return Lit(".")
	}
	return joinSegments(list[:len(list)-1]).trimSlashes()
}

// realPaths is realpath, and readlink -f.
func realPaths(c *call, p *parsedFlags) outcome {
	if p.has("relative-to", "relative-base") {
		return c.printsUnknown()
	}
	var text Value
	for _, arg := range p.args {
		if p.has("strip") && arg.hole() == nil {
			text = text.Concat(absPath(c.path(arg.Value)).line())
			continue
		}
		path, kind := c.follow(c.path(arg.Value))
		if c.exists(path.Key()) == symlink || kind == unknownExistence && arg.hole() != nil && !isAbs(arg.Value) {
			return c.printsUnknown()
		}
		text = text.Concat(absPath(path).line())
	}
	return c.prints(text.merged())
}

// readLinks is readlink.
func readLinks(c *call, p *parsedFlags) outcome {
	if p.has("canonicalize", "canonicalize-existing", "canonicalize-missing") {
		out := realPaths(c, p)
		if p.has("no-newline") && out.stdout != nil {
			out.stdout = known(out.stdout.trimTail(1))
		}
		return out
	}
	if len(p.args) != 1 {
		return c.printsUnknown()
	}
	text, ok := c.op.Files.readLink(c.path(p.args[0].Value).Key())
	if !ok {
		out := c.printsUnknown()
		out.status = asks
		return out
	}
	return c.prints(Lit(text).line())
}

// workingDir is pwd.
func workingDir(c *call, _ *parsedFlags) outcome { return c.prints(absPath(c.op.Dir).line()) }

// makeTemp is mktemp.
func makeTemp(c *call, p *parsedFlags) outcome {
	name := "mktemp"
	if p.has("directory") {
		name = "mktemp -d"
	}
	made := Value{{Hole: &Hole{Reason: System, Name: "$(" + name + ")", Source: c.op.Range}}}
	path := made
	if len(p.args) == 1 && !p.has("t", "tmpdir", "p") {
		before, after, ok := cutTemplate(p.args[0].Value)
		if !ok {
			return c.printsUnknown()
		}
		path = before.Concat(made).Concat(after)
	}
	effect := Effect{Verb: WriteFile, Path: c.path(path), Content: &Value{}}
	if p.has("directory") {
		effect = Effect{Verb: MakeDir, Path: c.path(path)}
	}
	if p.has("dry-run") {
		return c.prints(path.line())
	}
	return c.prints(path.line(), effect)
}

// cutTemplate splits a template around its last run of at least three X.
func cutTemplate(v Value) (before, after Value, ok bool) {
	text, known := v.Known()
	end := strings.LastIndex(text, "XXX") + len("XXX")
	if !known || end < len("XXX") {
		return nil, nil, false
	}
	start := len(strings.TrimRight(text[:end], "X"))
	return Lit(text[:start]), Lit(text[end:]), true
}

// listFiles is ls: it fails for what is known to be missing.
func listFiles(c *call, p *parsedFlags) outcome {
	out := c.printsUnknown(c.readsExisting(p.args)...)
	if text, ok := c.listing(p); ok {
		out.stdout = &text
	}
	for _, arg := range p.args {
		switch c.exists(c.path(arg.Value).Key()) {
		case missing:
			out.status = errs
			return out
		case unknownExistence, maybeMissing:
			out.status = asks
		}
	}
	return out
}

// listing is what ls prints, one name a line, where that can be known: for files,
// or for one directory.
func (c *call) listing(p *parsedFlags) (Value, bool) {
	for _, f := range p.flags {
		if !slices.Contains([]string{"1", "directory", "d", "all", "a", "almost-all", "A"}, f.Name) {
			return nil, false
		}
	}
	args := p.args
	if len(args) == 0 {
		args = []Arg{literal(".", c.argv[0])}
	}
	asFile := p.has("directory", "d")
	if !asFile && len(args) == 1 && c.exists(c.path(args[0].Value).Key()) == directory {
		return c.entries(args[0], p)
	}
	var names []string
	for _, arg := range args {
		name, known := arg.Known()
		kind := c.exists(c.path(arg.Value).Key())
		if !known || kind != regular && !(asFile && kind == directory) {
			return nil, false
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return namesText(names), true
}

// entries is what ls prints of a directory.
func (c *call) entries(dir Arg, p *parsedFlags) (Value, bool) {
	path, known := c.path(dir.Value).Known()
	if !known || c.list == nil {
		return nil, false
	}
	entries, complete := c.list(path)
	if !complete {
		return nil, false
	}
	var names []string
	if p.has("all", "a") {
		names = append(names, ".", "..")
	}
	for _, e := range entries {
		if p.has("all", "a", "almost-all", "A") || !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return namesText(names), true
}

// namesText is names with one on each line.
func namesText(names []string) Value {
	if len(names) == 0 {
		return nil
	}
	return Lit(strings.Join(names, "\n") + "\n")
}

// findFiles is find without actions that change files.
func findFiles(c *call, p *parsedFlags) outcome {
	var dirs []Arg
	for _, arg := range p.args {
		if head := arg.head(); head != "" && strings.ContainsRune("-(!", rune(head[0])) {
			break
		}
		dirs = append(dirs, arg)
	}
	if len(dirs) == 0 {
		dirs = []Arg{literal(".", c.argv[0])}
	}
	for _, arg := range p.args {
		switch text, _ := arg.Known(); text {
		case "-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fls", "-fprint0":
			return c.changesBelow(dirs)
		}
	}
	out := c.printsUnknown(c.readsExisting(dirs)...)
	if text, ok := c.searched(p.args); ok {
		out.stdout = &text
	}
	return out
}

// changesBelow is a command that may change what is at and below each of dirs.
func (c *call) changesBelow(dirs []Arg) outcome {
	var effects []Effect
	for _, dir := range dirs {
		effects = append(effects, Effect{Verb: Change, Path: c.path(dir.Value), Contents: true})
	}
	return c.printsUnknown(effects...)
}

// sequence is seq of whole numbers.
func sequence(c *call, p *parsedFlags) outcome {
	flags, args := splitSeq(p.args)
	set, err := flagSpec{names: "equal-width,w separator,s= format,f=", style: gnuStyle}.parse(flags)
	first, step, last, ok := seqBounds(args)
	if err != nil || !ok || set.has("format") {
		return c.printsUnknown()
	}
	sep := "\n"
	if f := set.last("separator"); f != nil {
		if sep, ok = f.Value.Known(); !ok {
			return c.printsUnknown()
		}
	}
	width := 1
	if set.has("equal-width") {
		width = max(len(strconv.Itoa(first)), len(strconv.Itoa(last)))
	}
	var words []string
	for n := first; step > 0 && n <= last || step < 0 && n >= last; n += step {
		words = append(words, fmt.Sprintf("%0*d", width, n))
	}
	if len(words) == 0 {
		return c.host()
	}
	return c.prints(Lit(strings.Join(words, sep) + "\n"))
}

// seqBounds reads the numbers of seq. It fails for others than small whole ones.
func seqBounds(args []Arg) (first, step, last int, ok bool) {
	if len(args) == 0 || len(args) > 3 {
		return 0, 0, 0, false
	}
	bounds := []int{1, 1, 0}
	places := [][]int{{2}, {0, 2}, {0, 1, 2}}[len(args)-1]
	for i, arg := range args {
		text, _ := arg.Known()
		n, err := strconv.Atoi(text)
		if err != nil || strings.HasPrefix(text, "0") && text != "0" {
			return 0, 0, 0, false
		}
		bounds[places[i]] = n
	}
	first, step, last = bounds[0], bounds[1], bounds[2]
	return first, step, last, step != 0 && (last-first)/step <= maxContent/8
}

// splitSeq splits the words of seq into flags and numbers, which may be negative.
func splitSeq(args []Arg) (flags, numbers []Arg) {
	n := 0
	for n < len(args) {
		head := args[n].head()
		if len(head) < 2 || head[0] != '-' || strings.ContainsAny(head[1:2], "0123456789.") {
			break
		}
		if args[n].is("-s") || args[n].is("--separator") || args[n].is("-f") || args[n].is("--format") {
			n++
		}
		n++
	}
	n = min(n, len(args))
	return args[:n], args[n:]
}

// expr is expr on two whole numbers. Its status is 1 for the result 0.
func expr(c *call, p *parsedFlags) outcome {
	if len(p.args) != 3 {
		return answers(c, p)
	}
	left, _ := p.args[0].Known()
	op, _ := p.args[1].Known()
	right, _ := p.args[2].Known()
	a, err1 := strconv.Atoi(left)
	b, err2 := strconv.Atoi(right)
	n, ok := arithmetic(a, op, b)
	if err1 != nil || err2 != nil || !ok {
		return answers(c, p)
	}
	out := c.prints(Lit(strconv.Itoa(n) + "\n"))
	if n == 0 {
		out.status = fails
	}
	return out
}

func arithmetic(a int, op string, b int) (int, bool) {
	switch {
	case op == "+":
		return a + b, true
	case op == "-":
		return a - b, true
	case op == "*":
		return a * b, true
	case op == "/" && b != 0:
		return a / b, true
	case op == "%" && b != 0:
		return a % b, true
	}
	return 0, false
}

// copyBlocks is dd.
func copyBlocks(c *call, p *parsedFlags) outcome {
	var effects []Effect
	for _, arg := range p.args {
		key, value, _ := arg.cut("=")
		switch {
		case key.is("if"):
			effects = append(effects, c.readsExisting([]Arg{{Value: value}})...)
		case key.is("of"):
			effects = append(effects, Effect{Verb: Change, Path: c.path(value)})
		}
	}
	return c.printsUnknown(effects...)
}

// changesNamed is a command that changes the files that it names.
func changesNamed(c *call, p *parsedFlags) outcome {
	var files []Arg
	for _, arg := range p.args {
		if v, ok := fileLike(arg.Value); ok {
			files = append(files, Arg{Value: v, Word: arg.Word})
		}
	}
	return c.each(files, Change)
}

// readsNamed is a filter whose flags don't matter.
func readsNamed(c *call, p *parsedFlags) outcome {
	reads := c.readsExisting(p.args)
	out := c.informs(reads...)
	if len(reads) == 0 {
		out.tar = c.changed()
	}
	return out
}
