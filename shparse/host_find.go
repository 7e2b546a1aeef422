package shparse

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A search is a find whose tests are all known.
type search struct {
	c        *call
	name     *matcher // nil for all names
	kind     string   // of -type: f, d or empty
	min, max int      // depths
	found    []string
	left     int  // how many entries are looked at
	open     bool // there may be more than what was looked at
}

// maxSearched bounds how many entries a find is followed through.
const maxSearched = 1000

// searched is what find prints, where that can be known. Several results come in
// the order of the directory on the disk, which can't.
func (c *call) searched(args []Arg) (Value, bool) {
	dir := literal(".", c.argv[0])
	if len(args) > 0 && !strings.HasPrefix(args[0].head(), "-") {
		dir, args = args[0], args[1:]
	}
	s := &search{c: c, max: maxSearched, left: maxSearched}
	text, known := dir.Known()
	at, inside := c.path(dir.Value).Known()
	if !known || !inside || c.list == nil || !s.parse(args) || c.exists(at) != directory {
		return nil, false
	}
	s.visit(at, text, 0)
	if s.open || len(s.found) > 1 {
		return nil, false
	}
	return namesText(s.found), true
}

// parse reads the tests. It answers false for others than -name, -type, -maxdepth,
// -mindepth and -print.
func (s *search) parse(args []Arg) bool {
	for len(args) > 0 {
		test, _ := args[0].Known()
		if test == "-print" {
			args = args[1:]
			continue
		}
		if len(args) < 2 {
			return false
		}
		val, known := args[1].Known()
		if !known || !s.test(test, val) {
			return false
		}
		args = args[2:]
	}
	return true
}

// test notes a test. One that is given twice is not known.
func (s *search) test(test, val string) bool {
	var err error
	switch {
	case test == "-name" && s.name == nil:
		s.name = newMatcher(val, false)
		return s.name != nil
	case test == "-type" && s.kind == "":
		s.kind = val
		return val == "f" || val == "d"
	case test == "-maxdepth":
		s.max, err = strconv.Atoi(val)
	case test == "-mindepth":
		s.min, err = strconv.Atoi(val)
	default:
		return false
	}
	return err == nil
}

// visit looks at the directory at a path, which find calls name, and at all that
// is below it.
func (s *search) visit(at, name string, depth int) {
	if depth == 0 {
		s.note(name, "d", depth)
	}
	if depth >= s.max {
		return
	}
	entries, complete := s.c.list(at)
	s.left -= len(entries)
	s.open = s.open || !complete || s.left < 0 || len(s.found) > 1
	for _, e := range entries {
		if s.open {
			return
		}
		s.entry(at, name+"/"+e.Name(), e, depth+1)
	}
}

func (s *search) entry(dir, name string, e fs.DirEntry, depth int) {
	at := path.Join(dir, e.Name())
	switch s.kindOf(at, e) {
	case regular:
		s.note(name, "f", depth)
	case directory:
		s.note(name, "d", depth)
		s.visit(at, name, depth)
	case symlink:
		s.note(name, "l", depth)
	default:
		s.open = true
	}
}

// kindOf is what an entry at a path is. What the script itself put there may be
// anything but for what is known of it.
func (s *search) kindOf(at string, e fs.DirEntry) existence {
	if _, made := e.(hostEntry); made {
		return s.c.exists(at)
	}
	switch e.Type() {
	case 0:
		return regular
	case fs.ModeDir:
		return directory
	case fs.ModeSymlink:
		return symlink
	}
	return existing
}

func (s *search) note(name, kind string, depth int) {
	if depth < s.min || s.kind != "" && s.kind != kind || s.name != nil && !s.name.match(path.Base(name)) {
		return
	}
	s.found = append(s.found, name)
}
