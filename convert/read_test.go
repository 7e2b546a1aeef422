package convert

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// A faultyFS has a file that can't be read, and one that can't be looked at.
type faultyFS struct{ fstest.MapFS }

func (f faultyFS) ReadFile(name string) ([]byte, error) {
	if name == "faulty" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.ReadFile(name)
}

func (f faultyFS) Lstat(name string) (fs.FileInfo, error) {
	if name == "closed/x" {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.Lstat(name)
}

// TestReadText checks which files are read, and how the others are refused.
func TestReadText(t *testing.T) {
	fsys := faultyFS{fstest.MapFS{
		"Dockerfile": {Data: []byte("FROM a\n")},
		"empty":      {},
		"full":       {Data: make([]byte, dockerfile.MaxSize)},
		"huge":       {Data: make([]byte, dockerfile.MaxSize+1)},
		"dir/x":      {},
		"link":       {Data: []byte("Dockerfile"), Mode: fs.ModeSymlink},
		"pipe":       {Mode: fs.ModeNamedPipe},
		"device":     {Mode: fs.ModeDevice},
		"faulty":     {Data: []byte("FROM a\n")},
	}}
	at := finding.Range{File: "build.sh", Start: finding.Pos{Line: 3, Column: 1}}
	for name, want := range map[string]string{
		"Dockerfile": "", "empty": "", "full": "",
		"missing":  `build.sh:3:1: error: there is no file "missing" [SF301]`,
		"huge":     `build.sh:3:1: error: "huge" has 1048577 bytes, more than 1048576 [SF302]`,
		"dir":      `build.sh:3:1: error: "dir" is not a regular file: it is a directory [SF304]`,
		"link":     `build.sh:3:1: error: "link" is not a regular file: it is a symbolic link [SF304]`,
		"pipe":     `build.sh:3:1: error: "pipe" is not a regular file: it is a named pipe [SF304]`,
		"device":   `build.sh:3:1: error: "device" is not a regular file: it is a special file [SF304]`,
		"faulty":   `build.sh:3:1: error: "faulty" can't be read: open faulty: permission denied [SF302]`,
		"closed/x": `build.sh:3:1: error: "closed/x" can't be read: lstat closed/x: permission denied [SF302]`,
	} {
		text, problem := readText(fsys, name, at)
		switch {
		case problem == nil && want != "":
			t.Errorf("%s is read, want %s", name, want)
		case problem != nil && problem.String() != want:
			t.Errorf("%s: %v, want %s", name, problem, want)
		case problem == nil && len(text) != len(fsys.MapFS[name].Data):
			t.Errorf("%s: %d bytes, want %d", name, len(text), len(fsys.MapFS[name].Data))
		}
	}
}
