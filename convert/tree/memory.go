package tree

import (
	"errors"
	"io/fs"
	"slices"
)

// maxRemembered bounds the entries of directories, and the paths, that a Memory keeps.
const maxRemembered = 1 << 17

// A Memory is a repository that does not change: it asks once what a directory lists
// and what a path is, and once for what is missing. It is for one goroutine at a time,
// and implements fs.ReadFileFS, fs.ReadDirFS, fs.StatFS and fs.ReadLinkFS.
//
// A Makefile is read for each of its targets and in each way that a trace takes, and
// its wildcards list the same directories each time. Each unit asks for files that few
// have, such as those that say what a build context leaves out, again and again.
type Memory struct {
	fsys    fs.FS
	lists   map[string]memory[[]fs.DirEntry]
	stats   map[string]memory[fs.FileInfo]
	globs   map[string]memory[[]string]
	missing map[absence]error
	kept    int
}

// A memory is an answer.
type memory[T any] struct {
	value T
	err   error
}

// Remember returns a repository's Memory.
func Remember(fsys fs.FS) *Memory {
	return &Memory{
		fsys:    fsys,
		lists:   map[string]memory[[]fs.DirEntry]{},
		stats:   map[string]memory[fs.FileInfo]{},
		globs:   map[string]memory[[]string]{},
		missing: map[absence]error{},
	}
}

// An absence is a path at which there is nothing: no entry, or where links are followed
// nothing that it leads to.
type absence struct {
	path   string
	follow bool
}

// unless does what is asked of a path, unless there is known to be nothing.
func unless[T any](m *Memory, name string, follow bool, do func(fs.FS, string) (T, error)) (value T, err error) {
	for _, a := range []absence{{name, false}, {name, follow}} {
		if err, ok := m.missing[a]; ok {
			return value, err
		}
	}
	value, err = do(m.fsys, name)
	if errors.Is(err, fs.ErrNotExist) && m.keeps(1) {
		m.missing[absence{name, follow}] = err
	}
	return value, err
}

// Open opens a file or directory.
func (m *Memory) Open(name string) (fs.File, error) { return unless(m, name, true, fs.FS.Open) }

// ReadFile returns the text of a file.
func (m *Memory) ReadFile(name string) ([]byte, error) { return unless(m, name, true, fs.ReadFile) }

// ReadLink returns where a link leads.
func (m *Memory) ReadLink(name string) (string, error) {
	return unless(m, name, false, fs.ReadLink)
}

// Lstat describes the entry itself.
func (m *Memory) Lstat(name string) (fs.FileInfo, error) { return unless(m, name, false, fs.Lstat) }

// ReadDir lists a directory, sorted by name.
func (m *Memory) ReadDir(name string) ([]fs.DirEntry, error) {
	list, ok := m.lists[name]
	if !ok {
		list.value, list.err = fs.ReadDir(m.fsys, name)
		if m.keeps(1 + len(list.value)) {
			m.lists[name] = list
		}
	}
	return slices.Clone(list.value), list.err
}

// Stat describes what a path leads to.
func (m *Memory) Stat(name string) (fs.FileInfo, error) {
	stat, ok := m.stats[name]
	if !ok {
		stat.value, stat.err = unless(m, name, true, fs.Stat)
		if m.keeps(1) {
			m.stats[name] = stat
		}
	}
	return stat.value, stat.err
}

// Glob returns the paths that match a pattern, as fs.Glob does.
func (m *Memory) Glob(pattern string) ([]string, error) {
	glob, ok := m.globs[pattern]
	if !ok {
		// Not of m itself, whose Glob this is.
		glob.value, glob.err = fs.Glob(listing{m}, pattern)
		if m.keeps(1 + len(glob.value)) {
			m.globs[pattern] = glob
		}
	}
	return slices.Clone(glob.value), glob.err
}

// A listing is a Memory that others find the matches of patterns in.
type listing struct{ m *Memory }

func (l listing) Open(name string) (fs.File, error)          { return l.m.Open(name) }
func (l listing) ReadDir(name string) ([]fs.DirEntry, error) { return l.m.ReadDir(name) }
func (l listing) Stat(name string) (fs.FileInfo, error)      { return l.m.Stat(name) }

// keeps counts n more entries, and reports whether there is room for them.
func (m *Memory) keeps(n int) bool {
	if m.kept+n > maxRemembered {
		return false
	}
	m.kept += n
	return true
}
