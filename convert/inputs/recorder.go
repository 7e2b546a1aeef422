package inputs

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// A Recorder is a file system that notes what it is asked. It may be used by several
// goroutines at a time.
type Recorder struct {
	fsys   fs.FS
	hidden func(path string) bool

	mu    sync.Mutex
	known map[question]string
}

type question struct {
	path string
	what What
}

// Record returns a file system that is like fsys. Entries of directories that hidden
// reports are shown and not noted; nil hides none.
func Record(fsys fs.FS, hidden func(path string) bool) *Recorder {
	if hidden == nil {
		hidden = func(string) bool { return false }
	}
	return &Recorder{fsys: fsys, hidden: hidden, known: map[question]string{}}
}

// Inputs returns what was learned so far, by path.
func (r *Recorder) Inputs() []Input {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Input
	for q, value := range r.known {
		all = append(all, Input{q.path, q.what, value})
	}
	slices.SortFunc(all, Compare)
	return all
}

// note keeps the first answer: a file that changes meanwhile is seen by the next one
// who asks.
func (r *Recorder) note(name string, what What, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[question{name, what}]; !ok {
		r.known[question{name, what}] = value
	}
}

// value asks a question, and returns the answer.
func (r *Recorder) value(name string, what What) string {
	switch what {
	case Text:
		_, _ = r.ReadFile(name)
	case Names:
		_, _ = r.ReadDir(name)
	case Type:
		_, _ = r.Stat(name)
	case Entry:
		_, _ = r.Lstat(name)
	case Target:
		_, _ = r.ReadLink(name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[question{name, what}]
}

// ReadFile returns the text of a file.
func (r *Recorder) ReadFile(name string) ([]byte, error) {
	text, err := fs.ReadFile(r.fsys, name)
	r.note(name, Text, valueOf(hash(text), err))
	return text, err
}

// ReadDir lists a directory.
func (r *Recorder) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(r.fsys, name)
	var list strings.Builder
	for _, e := range entries {
		if !r.hidden(path.Join(name, e.Name())) {
			list.WriteString(e.Name() + "\x00" + typeOf(e.Type()) + "\x00")
		}
	}
	r.note(name, Names, valueOf(hash([]byte(list.String())), err))
	return entries, err
}

// Stat describes what a path leads to.
func (r *Recorder) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(r.fsys, name)
	r.note(name, Type, valueOf(infoType(info), err))
	return info, err
}

// Lstat describes an entry itself.
func (r *Recorder) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(r.fsys, name)
	r.note(name, Entry, valueOf(infoType(info), err))
	return info, err
}

func infoType(info fs.FileInfo) string {
	if info == nil {
		return Nothing
	}
	return typeOf(info.Mode())
}

// ReadLink returns the target of a symbolic link.
func (r *Recorder) ReadLink(name string) (string, error) {
	target, err := fs.ReadLink(r.fsys, name)
	r.note(name, Target, valueOf(hash([]byte(target)), err))
	return target, err
}

// Open opens a file. Its text counts as learned, or the names in it, though not
// everybody who opens a file reads it.
func (r *Recorder) Open(name string) (fs.File, error) {
	if info, err := r.Stat(name); err == nil && info.IsDir() {
		_, _ = r.ReadDir(name)
	} else if err == nil {
		_, _ = r.ReadFile(name)
	}
	return r.fsys.Open(name)
}
