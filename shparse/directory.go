package shparse

// cd runs the builtin. Changing to a directory is taken to succeed, also where
// nothing is known of it.
func (s *shell) cd(c *command) flow {
	s.emitHost(c, nil)
	args := withoutFlags(c.argv[1:], "-L", "-P", "-e", "--")
	switch {
	case len(args) == 0:
		s.enterDir(relPath(s.dir, s.home(c.node)))
	case args[0].is("-"):
		if s.oldDir == nil {
			return s.status(1)
		}
		dir := s.oldDir
		s.enterDir(dir)
		s.out.write(known(absPath(dir).line()), nil)
	case len(args[0].Value) == 0:
	default:
		s.enterDir(relPath(s.dir, args[0].Value))
	}
	s.noteEntered()
	return s.status(0)
}

func withoutFlags(args []Arg, flags ...string) []Arg {
	for len(args) > 0 {
		word, ok := args[0].Known()
		if !ok || !contains(flags, word) {
			break
		}
		args = args[1:]
	}
	return args
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (s *shell) enterDir(dir Value) {
	s.oldDir, s.dir = s.dir, dir
}

// noteEntered notes the directory with the operation that has entered it, the last one.
func (s *shell) noteEntered() {
	if h, ok := s.r.ops[len(s.r.ops)-1].Act.(*Host); ok {
		h.Enters = s.dir
	}
}

func (s *shell) pwd(c *command) flow {
	s.emitPrinting(c, nil, absPath(s.dir).line())
	return s.status(0)
}

// pushd changes the directory and keeps the old one on the stack. Without an
// argument it swaps with the top.
func (s *shell) pushd(c *command) flow {
	args := withoutFlags(c.argv[1:], "-n", "--")
	if len(args) == 0 {
		if len(s.stack) == 0 {
			s.emitHost(c, nil)
			return s.status(1)
		}
		top := s.stack[len(s.stack)-1]
		s.stack = append(s.stack[:len(s.stack)-1:len(s.stack)-1], s.dir)
		s.enterDir(top)
	} else {
		s.stack = append(s.stack[:len(s.stack):len(s.stack)], s.dir)
		s.enterDir(relPath(s.dir, args[0].Value))
	}
	s.emitPrinting(c, nil, s.stackText())
	s.noteEntered()
	return s.status(0)
}

func (s *shell) popd(c *command) flow {
	if len(s.stack) == 0 {
		s.emitHost(c, nil)
		return s.status(1)
	}
	top := s.stack[len(s.stack)-1]
	s.stack = s.stack[: len(s.stack)-1 : len(s.stack)-1]
	s.enterDir(top)
	s.emitPrinting(c, nil, s.stackText())
	s.noteEntered()
	return s.status(0)
}

// stackText is what pushd and popd print: the stack from its top.
func (s *shell) stackText() Value {
	dirs := []Value{absPath(s.dir)}
	for i := len(s.stack) - 1; i >= 0; i-- {
		dirs = append(dirs, absPath(s.stack[i]))
	}
	return joinValues(dirs, " ").line()
}
