package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/stagefold/stagefold/convert/finding"
)

// An Ignore is a .dockerignore file: which files of a context a build can't see.
// A nil Ignore excludes nothing. It is not safe for concurrent use.
type Ignore struct {
	Path     string   // of the file, relative to the root of the repository
	Patterns []string // as Docker cleans them, in order
	Source   []byte   // its text
	Specific bool     // it is <Dockerfile>.dockerignore, which BuildKit reads and the legacy builder does not

	matcher *patternmatcher.PatternMatcher
}

// ReadIgnore reads the ignore file of a build of dockerfile in the directory
// context, both slash-separated and relative to the root of fsys. As in BuildKit
// that is <dockerfile>.dockerignore, or else context/.dockerignore. It returns nil
// where neither exists, and also where a finding is an error.
func ReadIgnore(fsys fs.FS, context, dockerfile string) (*Ignore, []finding.Finding) {
	candidates := [...]Ignore{
		{Path: path.Clean(dockerfile) + ".dockerignore", Specific: true},
		{Path: path.Join(context, ".dockerignore")},
	}
	for i := range candidates {
		g := &candidates[i]
		src, err := fs.ReadFile(fsys, g.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			at := finding.Range{File: g.Path}
			return nil, []finding.Finding{finding.New("SF302", at, "cannot read %q: %v", g.Path, pathError(err))}
		}
		if bad := g.parse(src); bad != nil {
			return nil, bad
		}
		g.Source = src
		return g, nil
	}
	return nil, nil
}

// ParseIgnore reads src as the ignore file of that path.
func ParseIgnore(path string, src []byte) (*Ignore, []finding.Finding) {
	g := &Ignore{Path: path, Source: src}
	if bad := g.parse(src); bad != nil {
		return nil, bad
	}
	return g, nil
}

// pathError is err without the path, which the message names.
func pathError(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// parse reads the patterns of src.
func (g *Ignore) parse(src []byte) []finding.Finding {
	if f, bad := unreadable(g.Path, src); bad {
		return []finding.Finding{f}
	}
	var err error
	if g.Patterns, err = ignorefile.ReadAll(bytes.NewReader(src)); err != nil {
		at := finding.Range{File: g.Path}
		return []finding.Finding{finding.New("SF302", at, "cannot read %q: %v", g.Path, err)}
	}
	if g.matcher, err = patternmatcher.New(g.Patterns); err != nil {
		return g.malformed(string(src))
	}
	return nil
}

// malformed finds the lines of src whose patterns no builder takes.
func (g *Ignore) malformed(src string) []finding.Finding {
	var bad []finding.Finding
	x := newLineIndex(src, 0)
	for n := 1; n <= len(x.starts); n++ {
		line := src[x.start(n):x.end(n)]
		patterns, _ := ignorefile.ReadAll(strings.NewReader(line))
		if _, err := patternmatcher.New(patterns); err == nil {
			continue
		}
		text := strings.TrimSpace(line)
		start := x.start(n) + strings.Index(line, text)
		at := finding.Range{File: g.Path, Start: x.pos(start), End: x.pos(start + len(text))}
		bad = append(bad, finding.New("SF106", at, "the pattern %q does not parse", text))
	}
	return bad
}

// Excluded reports whether the build can't see name, which is slash-separated and
// relative to the context: a pattern matches it or a directory above it, and no
// later "!" pattern takes it back. It fails on a pattern that cannot be matched.
//
// As builders do, it goes down from the context, and a "!" pattern counts only for
// what is left out when it is met: "!dir" does nothing where dir itself is not left
// out, and so does not take back a file below dir that "**/*.bak" leaves out
// (measured with both builders; "!dir/**" does).
func (g *Ignore) Excluded(name string) (bool, error) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if g == nil || name == "" {
		return false, nil
	}
	var above patternmatcher.MatchInfo
	var excluded bool
	for end := range ends(name) {
		var err error
		if excluded, above, err = g.matcher.MatchesUsingParentResults(name[:end], above); err != nil {
			return false, fmt.Errorf("%s: cannot match %q: %w", g.Path, name, err)
		}
	}
	return excluded, nil
}

// ends yields where the elements of a path end.
func ends(name string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range len(name) {
			if name[i] == '/' && !yield(i) {
				return
			}
		}
		yield(len(name))
	}
}
