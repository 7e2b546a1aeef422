package shparse

import (
	"io/fs"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// globRoot stands for the repository's root in the paths that expand globs.
const globRoot = "/\x01root"

// glob expands the unquoted wildcards of a field against the files of the host.
// What lies outside of the repository is not known, nor is what came out of a
// container.
func (s *shell) glob(f []piece, w *syntax.Word) [][]piece {
	if !s.hasWildcard(f) {
		return [][]piece{f}
	}
	pat, base, ok := s.globPattern(f)
	if !ok {
		return [][]piece{s.unknownGlob(f, w)}
	}
	if s.opts.extglob {
		pat = withBrackets(pat)
	}
	dir := &globber{s: s, visible: !s.opts.dotglob && !strings.HasPrefix(pat, ".") && !strings.Contains(pat, "/.")}
	cfg := &expand.Config{
		Env:        expand.ListEnviron("PWD=" + base),
		ReadDir2:   dir.read,
		NullGlob:   s.opts.nullglob,
		DotGlob:    s.opts.dotglob,
		GlobStar:   s.opts.globstar,
		ExtGlob:    s.opts.extglob,
		NoCaseGlob: s.opts.nocaseglob,
	}
	word := &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: pat}}}
	names, err := expand.Fields(cfg, word)
	if err != nil || dir.unknown {
		return [][]piece{s.unknownGlob(f, w)}
	}
	if len(names) == 1 && !dir.matched(pat, names[0]) {
		return [][]piece{f}
	}
	fields := make([][]piece, 0, len(names))
	for _, name := range names {
		fields = append(fields, unrooted(name))
	}
	return fields
}

func (s *shell) hasWildcard(f []piece) bool {
	for _, p := range f {
		switch {
		case p.hole != nil || p.quoted:
		case strings.ContainsAny(p.text, "*?["), s.opts.extglob && strings.Contains(p.text, "("):
			return true
		}
	}
	return false
}

// withBrackets writes one letter of each name in pat as [x] where its only
// wildcards are extended ones, which expand alone does not take for a pattern.
func withBrackets(pat string) string {
	names := strings.Split(pat, "/")
	for i, name := range names {
		if strings.Contains(name, "(") && !strings.ContainsAny(name, "*?[") {
			names[i] = withBracket(name)
		}
	}
	return strings.Join(names, "/")
}

func withBracket(pat string) string {
	for i := range len(pat) {
		c := pat[i] | 0x20
		if c >= 'a' && c <= 'z' && (i == 0 || pat[i-1] != '\\') {
			return pat[:i] + "[" + pat[i:i+1] + "]" + pat[i+1:]
		}
	}
	return pat
}

// globPattern returns the pattern of f and the directory that it starts in.
func (s *shell) globPattern(f []piece) (pat, base string, ok bool) {
	dir, known := s.dir.Known()
	if !known {
		return "", "", false
	}
	var b strings.Builder
	if f[0].hole != nil && f[0].hole.Reason == Root {
		b.WriteString(globRoot)
		f = f[1:]
	}
	for _, p := range f {
		switch {
		case p.hole != nil:
			return "", "", false
		case p.quoted:
			b.WriteString(pattern.QuoteMeta(p.text, 0))
		default:
			b.WriteString(p.text)
		}
	}
	if strings.HasPrefix(dir, "/") {
		return b.String(), dir, true
	}
	return b.String(), globRoot + "/" + dir, true
}

// unknownGlob is a field whose names can't be known: the directory in front of the
// first wildcard, and a hole for the rest.
func (s *shell) unknownGlob(f []piece, w *syntax.Word) []piece {
	dir, rest := s.splitGlob(f)
	return append(dir, piece{hole: s.hole(Names, valueOf(rest).String(), w)})
}

// splitGlob cuts a pattern in front of the path element that its first wildcard, or
// unknown text, stands in.
func (s *shell) splitGlob(f []piece) (dir, rest []piece) {
	for i, p := range f {
		end := len(p.text)
		wild := p.hole != nil && p.hole.Reason != Root || s.hasWildcard(f[i:i+1])
		if wild {
			end = max(strings.IndexAny(p.text, "*?[("), 0)
		}
		if slash := strings.LastIndexByte(p.text[:end], '/'); slash >= 0 && p.hole == nil {
			head, tail := p, p
			head.text, tail.text = p.text[:slash+1], p.text[slash+1:]
			dir = append(slices.Clip(f[:i]), head)
			rest = append([]piece{tail}, f[i+1:]...)
		}
		if wild {
			break
		}
	}
	if rest == nil {
		return nil, f
	}
	return dir, rest
}

// unrooted turns the path of a match back into pieces.
func unrooted(name string) []piece {
	rest, ok := strings.CutPrefix(name, globRoot)
	if !ok {
		return []piece{{text: name, quoted: true}}
	}
	f := []piece{{hole: rootHole(), quoted: true}}
	if rest != "" {
		f = append(f, piece{text: rest, quoted: true})
	}
	return f
}

// A globber lists directories for expand.
type globber struct {
	s       *shell
	visible bool // no element of the pattern begins with a dot, so that none of the names does
	unknown bool
}

// matched reports whether name is a match of pat, and not pat itself because
// nothing matched.
func (g *globber) matched(pat, name string) bool {
	plain := strings.ReplaceAll(pat, `\`, "")
	if name != plain && name != pat {
		return true
	}
	rel, ok := strings.CutPrefix(name, globRoot)
	if !ok {
		rel, _ = g.s.dir.Known()
		rel += "/" + name
	}
	path := relPath(Lit("."), Lit(strings.TrimPrefix(rel, "/")))
	switch g.s.existence(path.Key()) {
	case regular, directory, symlink, existing:
		return true
	}
	return false
}

// read lists a directory of the host as far as that is known.
func (g *globber) read(dir string) ([]fs.DirEntry, error) {
	rel, ok := strings.CutPrefix(dir, globRoot)
	if !ok {
		g.unknown = true
		return nil, fs.ErrNotExist
	}
	path, _ := relPath(Lit("."), Lit("./"+rel)).Known()
	entries, complete := g.s.r.list(path)
	if !complete {
		g.unknown = true
	}
	if entries == nil {
		return nil, fs.ErrNotExist
	}
	if g.visible {
		entries = slices.DeleteFunc(entries, func(d fs.DirEntry) bool { return strings.HasPrefix(d.Name(), ".") })
	}
	return entries, nil
}

// list returns the entries of a directory: those of the repository with what
// the script changed. It answers false where there may be others.
func (r *run) list(dir string) ([]fs.DirEntry, bool) {
	if strings.HasPrefix(dir, "..") || strings.HasPrefix(dir, "/") {
		return nil, false
	}
	complete := !r.files.mayGrow(dir)
	names := map[string]fs.DirEntry{}
	if e, ok := r.files.At(dir); !ok || e.Origin == Repository {
		listed, err := fs.ReadDir(r.t.conf.FS, dir)
		if err != nil && !ok {
			kind := r.files.existence(dir)
			return nil, kind != unknownExistence && kind != maybeMissing
		}
		for _, d := range listed {
			names[d.Name()] = d
		}
	} else if e.Origin != Directory {
		return nil, e.Origin == Removed || e.Origin == Generated
	}
	for _, e := range r.files.Under(dir) {
		complete = complete && e.Origin != Mystery
		addEntry(names, dir, e)
	}
	list := make([]fs.DirEntry, 0, len(names))
	for _, d := range names {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, complete
}

// addEntry notes what the script did to an entry of dir.
func addEntry(names map[string]fs.DirEntry, dir string, e File) {
	rel := relative(e.Path, dir)
	name, _, deeper := strings.Cut(rel, "/")
	switch {
	case e.Path == dir || name == "":
	case e.Origin == Removed && !deeper:
		delete(names, name)
	case e.Origin == Removed:
	default:
		names[name] = hostEntry{name, deeper || e.Origin == Directory}
	}
}

// A hostEntry is a directory entry that the script made.
type hostEntry struct {
	name string
	dir  bool
}

func (h hostEntry) Name() string               { return h.name }
func (h hostEntry) IsDir() bool                { return h.dir }
func (h hostEntry) Info() (fs.FileInfo, error) { return nil, fs.ErrNotExist }

// Type is that of the entry, as far as a glob needs it.
func (h hostEntry) Type() fs.FileMode {
	if h.dir {
		return fs.ModeDir
	}
	return 0
}
