package convert

import (
	"errors"
	"io/fs"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// readText reads a file of at most dockerfile.MaxSize bytes that another file
// names at from. A symbolic link is not followed: its text is another file's.
func readText(fsys fs.FS, path string, from finding.Range) ([]byte, *finding.Finding) {
	refuse := func(code finding.Code, format string, args ...any) ([]byte, *finding.Finding) {
		f := finding.New(code, from, format, args...)
		return nil, &f
	}
	info, err := fs.Lstat(fsys, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("SF301", "there is no file %q", path)
	case err != nil:
		return refuse("SF302", "%q can't be read: %v", path, err)
	case !info.Mode().IsRegular():
		return refuse("SF304", "%q is not a regular file: it is a %s", path, kindOf(info.Mode()))
	case info.Size() > dockerfile.MaxSize:
		return refuse("SF302", "%q has %d bytes, more than %d", path, info.Size(), dockerfile.MaxSize)
	}
	src, err := fs.ReadFile(fsys, path)
	if err != nil {
		return refuse("SF302", "%q can't be read: %v", path, err)
	}
	return src, nil
}

// kindOf names a type of file.
func kindOf(m fs.FileMode) string {
	switch m.Type() {
	case fs.ModeDir:
		return "directory"
	case fs.ModeSymlink:
		return "symbolic link"
	case fs.ModeNamedPipe:
		return "named pipe"
	default:
		return "special file"
	}
}

// wholeFile stands for a file where no place in it is meant.
func wholeFile(name string) finding.Range { return finding.Range{File: name} }
