package shparse

// file evaluates -f and its like. The repository and what the script did to it
// answer, where they can.
func (t *tester) file(op string, v Value) tested {
	path := relPath(t.s.dir, v)
	if len(path) == 0 {
		return settled(false)
	}
	t.reads = append(t.reads, Effect{Verb: ReadFile, Path: path})
	switch answer := t.fileVerdict(op, t.s.existence(path.Key()), path); answer {
	case unsure:
		return tested{ask: t.question("file:"+op+path.Key()+"#"+itoa(t.s.r.changes), path)}
	default:
		return tested{verdict: answer}
	}
}

func (t *tester) fileVerdict(op string, e existence, path Value) verdict {
	switch {
	case e == missing:
		return no
	case e == unknownExistence || e == maybeMissing:
		return unsure
	}
	switch op {
	case "-e", "-a":
		return existsVerdict(e)
	case "-f":
		return kindVerdict(e, regular)
	case "-d":
		return kindVerdict(e, directory)
	case "-L", "-h":
		return linkVerdict(e)
	case "-r", "-w":
		return existsVerdict(e)
	case "-s":
		return t.sizeVerdict(e, path)
	case "-b", "-c", "-p", "-S":
		return no
	}
	return unsure
}

// existsVerdict answers for a path that is there; a link may lead nowhere.
func existsVerdict(e existence) verdict {
	if e == symlink {
		return unsure
	}
	return yes
}

func kindVerdict(e, want existence) verdict {
	if e == symlink || e == existing {
		return unsure
	}
	return verdictOf(e == want)
}

func linkVerdict(e existence) verdict {
	if e == existing {
		return unsure
	}
	return verdictOf(e == symlink)
}

func (t *tester) sizeVerdict(e existence, path Value) verdict {
	if e == directory {
		return yes
	}
	v, ok := t.s.contents(path)
	switch {
	case !ok:
		return unsure
	case len(v) == 0:
		return no
	case t.s.r.nonEmpty(v):
		return yes
	}
	return unsure
}
