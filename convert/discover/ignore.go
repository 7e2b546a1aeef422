package discover

import (
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// rules are the patterns of one ignore file. Those of the directories above follow
// it: they count where it says nothing.
type rules struct {
	dir      string // that paths are relative to
	patterns []pattern
	above    *rules
}

// A pattern is a line of an ignore file.
type pattern struct {
	glob    string // of doublestar, over the path relative to the file's directory
	base    string // what the base name must be, where the glob needs nothing else
	suffix  string // what the path must end with
	negated bool
	dirs    bool // only directories match
}

// ignored reports whether a path is ignored. The directories above it are taken
// not to be.
func (r *rules) ignored(name string, isDir bool) bool {
	for ; r != nil; r = r.above {
		rel, within := strings.CutPrefix(name, r.dir+"/")
		if r.dir == "." {
			rel, within = name, true
		}
		if !within {
			continue
		}
		for i := len(r.patterns) - 1; i >= 0; i-- {
			if p := &r.patterns[i]; (isDir || !p.dirs) && p.matches(rel) {
				return !p.negated
			}
		}
	}
	return false
}

func (p *pattern) matches(rel string) bool {
	if p.base != "" {
		return path.Base(rel) == p.base
	}
	rel = bytewise(rel)
	return strings.HasSuffix(rel, p.suffix) && doublestar.MatchUnvalidated(p.glob, rel)
}

// covers reports whether the file called name, or a directory above it, matches.
func (r *rules) covers(name string) bool {
	return r.ignored(name, false) || r.coversDir(path.Dir(name))
}

func (r *rules) coversDir(dir string) bool {
	for ; dir != "."; dir = path.Dir(dir) {
		if r.ignored(dir, true) {
			return true
		}
	}
	return false
}

// within returns the rules for what is in dir, where r are those of the directory
// above it.
func (r *rules) within(fsys fs.FS, dir, file string) *rules {
	src, err := fs.ReadFile(fsys, path.Join(dir, file))
	if err != nil {
		return r // git takes an ignore file that it can't read for none
	}
	return r.with(dir, string(src))
}

// with puts the lines of an ignore file in dir in front of r.
func (r *rules) with(dir, lines string) *rules {
	file := &rules{dir: dir, above: r}
	for line := range strings.Lines(strings.TrimPrefix(lines, "\ufeff")) {
		if p, ok := parse(strings.TrimRight(line, "\r\n")); ok {
			file.patterns = append(file.patterns, p)
		}
	}
	return file
}

// parse reads a line as git does: see gitignore(5), "Pattern format".
func parse(line string) (pattern, bool) {
	if strings.HasPrefix(line, "#") {
		return pattern{}, false
	}
	line = trimSpaces(line)
	var p pattern
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.dirs = strings.CutSuffix(line, "/")
	if line == "" {
		return pattern{}, false
	}
	p.compile(line)
	return p, doublestar.ValidatePattern(p.glob)
}

// compile makes the glob. A pattern without a slash, but for one at its end, holds
// at any depth.
func (p *pattern) compile(line string) {
	anchored := strings.Contains(line, "/")
	p.glob = translate(strings.TrimPrefix(line, "/"))
	if rest, ok := strings.CutSuffix(p.glob, "/**"); ok {
		p.glob = rest + "/**/*" // what is in the directory, and not itself
	}
	if !strings.ContainsAny(p.glob, `*?[]\`) {
		p.suffix = p.glob
		if !anchored {
			p.base = line
		}
	} else if tail := strings.TrimPrefix(p.glob, "*"); !strings.ContainsAny(tail, `*?[]\`) {
		p.suffix = tail
	}
	if !anchored {
		p.glob = "**/" + p.glob
	}
}

// translate turns a glob of git's into one of doublestar's. Braces are plain to git,
// two stars or more are one star unless they have a place between slashes for
// themselves, no bracket matches a slash, and characters are bytes.
func translate(glob string) string {
	plain := strings.NewReplacer("{", `\{`, "}", `\}`, "[!", "[!/", "[^", "[!/",
		"[:alnum:]", "0-9A-Za-z", "[:alpha:]", "A-Za-z", "[:digit:]", "0-9", "[:lower:]", "a-z", "[:upper:]", "A-Z",
		"[:xdigit:]", "0-9A-Fa-f", "[:space:]", " \t", "[:blank:]", " \t").Replace(bytewise(glob))
	parts := strings.Split(plain, "/")
	for i, part := range parts {
		few := part
		for strings.Contains(few, "**") {
			few = strings.ReplaceAll(few, "**", "*")
		}
		if few == "*" && part != "*" {
			few = "**"
		}
		parts[i] = few
	}
	return strings.Join(parts, "/")
}

// bytewise makes each byte of text a character.
func bytewise(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		out.WriteRune(rune(text[i]))
	}
	return out.String()
}

// trimSpaces drops the spaces at the end of a line, up to one that a backslash is
// in front of.
func trimSpaces(line string) string {
	short := strings.TrimRight(line, " ")
	if len(short) < len(line) && strings.HasSuffix(short, `\`) && (len(short)-len(strings.TrimRight(short, `\`)))%2 == 1 {
		short += " "
	}
	return short
}

// A filter holds the patterns of the command line, which are those of a .gitignore
// in the root of the repository.
type filter struct{ include, exclude *rules }

func newFilter(o Options) filter {
	return filter{include: patterns(o.Include), exclude: patterns(o.Exclude)}
}

func patterns(list []string) *rules {
	if len(list) == 0 {
		return nil
	}
	return (*rules)(nil).with(".", strings.Join(list, "\n"))
}

// wants reports whether a file may be a unit's script.
func (f filter) wants(name string) bool {
	return f.include == nil || f.include.covers(name)
}
