package shparse

import (
	"slices"
	"strings"
)

// pack adds a member to an archive, or begins one.
func (f *Files) pack(path string, e Effect, by *Op) {
	if e.Stream {
		f.stream(path, e, by)
		return
	}
	old, _ := f.own(path)
	archive := File{Path: path, Origin: Packed, By: old.by(by), Modes: old.Modes}
	if old.Origin == Packed {
		archive.Members = old.Members
	}
	archive.Members = append(slices.Clip(archive.Members), f.members(e, by)...)
	f.set(archive)
}

// members are the members that an archive gets by packing what e says: the one
// named, and what the script knows below it.
func (f *Files) members(e Effect, by *Op) []File {
	name := e.Member.Key()
	if e.Container != nil {
		return []File{{
			Path: name, Origin: Extracted, Container: e.Container, Source: e.Source.Key(),
			Contents: e.Contents, Stream: e.Stream, By: []*Op{by},
		}}
	}
	from := f.resolveDir(e.From.Key())
	member := f.current(from).copied(name, by)
	member.Contents = member.Contents || e.Contents
	list := []File{member}
	for _, b := range f.Under(from) {
		if b.Path != from {
			list = append(list, b.copied(join(name, relative(b.Path, from)), by))
		}
	}
	return list
}

// stream makes path a file of what a process in a container printed. Where the
// file held something before, what it is now is not known.
func (f *Files) stream(path string, e Effect, by *Op) {
	old, ok := f.own(path)
	if ok && (len(old.By) > 1 || old.Origin != Generated || old.Content != nil && len(*old.Content) > 0) {
		f.change(path, Effect{Container: e.Container}, by)
		return
	}
	f.replace(File{
		Path: path, Origin: Extracted, Container: e.Container, Source: e.Source.Key(), Stream: true,
		Modes: old.Modes, By: []*Op{by},
	})
}

// unpack puts the members of an archive below dir.
func (f *Files) unpack(dir string, e Effect, by *Op) {
	f.makeDir(dir, by)
	archive := f.archive(e, by)
	if archive.Origin != Packed {
		f.merge(dir, File{Path: dir, Origin: Unpacked, Source: ".", Members: []File{archive}, By: []*Op{by}}, by)
		return
	}
	members, ok := chosen(archive.Members, e)
	if !ok {
		f.change(dir, e, by)
		return
	}
	for _, m := range members {
		f.unpackMember(dir, m, by)
	}
}

// archive is what Unpack reads: a file, or a stream.
func (f *Files) archive(e Effect, by *Op) File {
	if len(e.Tar) == 0 {
		return f.current(f.resolve(e.From.Key()))
	}
	file := File{Origin: Packed}
	for _, p := range e.Tar {
		switch {
		case p.Verb == Change:
			return File{Origin: Mystery, Container: p.Container, By: []*Op{by}}
		case p.Stream:
			return f.members(p, by)[0]
		}
		file.Members = append(file.Members, f.members(p, by)...)
	}
	return file
}

// chosen are the members that Unpack takes, under the names that they get. It
// fails where that can't be told from the members known.
func chosen(members []File, e Effect) ([]File, bool) {
	if len(e.Only) > 0 {
		var ok bool
		if members, ok = only(members, e.Only); !ok {
			return nil, false
		}
	}
	var list []File
	for _, m := range members {
		name, left, ok := strip(m.Path, e.Strip)
		switch {
		case !ok:
			return nil, false
		case !left:
			m.Contents = true
		}
		m.Path = name
		list = append(list, m)
	}
	return list, true
}

// strip drops the first n elements of a member's name. Where it has just n, what
// is left is what lies below it. It fails where it has fewer: the names of what
// lies below would be cut too.
func strip(name string, n int) (rest string, left, ok bool) {
	for range n {
		if name == "." {
			return "", false, false
		}
		_, after, found := strings.Cut(name, "/")
		if !found {
			after = "."
		}
		name = after
	}
	return name, n == 0 || name != ".", true
}

// only picks the members that are named, and those below them.
func only(members []File, names []Value) ([]File, bool) {
	var list []File
	for _, name := range names {
		found := false
		for _, m := range members {
			switch {
			case isWithin(m.Path, name.Key()):
				list = append(list, m)
				found = true
			case !found && isWithin(name.Key(), m.Path):
				if c, ok := m.child(name.Key(), false); ok && c.Origin != Removed {
					c.Contents = false
					list = append(list, c)
					found = true
				}
			}
		}
		if !found {
			return nil, false
		}
	}
	return list, true
}

// unpackMember puts one member below dir. A directory that is there is merged
// with one of the archive.
func (f *Files) unpackMember(dir string, m File, by *Op) {
	to := m.copied(join(dir, m.Path), by)
	if m.Contents || f.existence(to.Path) == directory {
		f.merge(to.Path, to, by)
		return
	}
	f.replace(to)
}
