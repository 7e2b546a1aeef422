package shparse

import (
	"maps"
	"slices"
)

// apply returns the state after by had the given effects.
func (f *Files) apply(by *Op, effects []Effect) *Files {
	if !slices.ContainsFunc(effects, func(e Effect) bool { return e.Verb != ReadFile }) {
		return f
	}
	g := &Files{parent: f}
	if f != nil {
		g.repo, g.names = f.repo, f.names
	}
	for _, e := range effects {
		g.do(e, by)
	}
	g.compact()
	return g
}

// compact joins f with those of its parents that are not much larger. Each one
// left is then twice as large as the one before, so that there are few of them
// to look into, and an entry was copied no more often than that.
func (f *Files) compact() {
	for p := f.parent; p != nil && p.size() <= 2*f.size(); p = f.parent {
		f.delta = overlay(p.delta, f.delta)
		f.loose = overlaid(p.loose, f.loose)
		f.mounted = overlaid(p.mounted, f.mounted)
		f.parent = p.parent
	}
	if f.parent == nil {
		f.dropNone()
	}
}

// dropNone drops the entries that are none: a state without a parent needs no word of
// them. The list may be that of another state.
func (f *Files) dropNone() {
	isNone := func(e entry) bool { return e.file == nil }
	if slices.ContainsFunc(f.delta, isNone) {
		f.delta = slices.DeleteFunc(slices.Clone(f.delta), isNone)
	}
}

// size is what f adds to its parent.
func (f *Files) size() int { return len(f.delta) + len(f.loose) + len(f.mounted) }

// overlaid returns the entries of top and those of base that it does not replace. It may
// be top, or base where top is empty.
func overlaid[V any](base, top map[string]V) map[string]V {
	switch {
	case len(base) == 0:
		return top
	case len(top) == 0:
		return base
	}
	all := make(map[string]V, len(base)+len(top))
	maps.Copy(all, base)
	maps.Copy(all, top)
	return all
}

// do applies one effect.
func (f *Files) do(e Effect, by *Op) {
	path := f.resolveDir(e.Path.Key())
	f.doAlike(e, by)
	switch e.Verb {
	case ReadFile:
	case MakeDir:
		f.makeDir(path, by)
	case WriteFile:
		f.write(f.resolve(path), e.Content, by)
	case AppendFile:
		f.appendTo(f.resolve(path), e.Content, by)
	case CopyTo:
		f.copyTo(path, e, by)
	case MoveTo:
		f.moveTo(path, f.resolveDir(e.From.Key()), by)
	case Remove:
		f.replace(File{Path: path, Origin: Removed, By: []*Op{by}})
	case SetMode:
		f.setMode(f.resolve(path), e, by)
	case SetOwner:
		f.amend(f.resolve(path), by)
	case Symlink:
		f.replace(File{Path: path, Origin: Link, From: e.From.Key(), By: []*Op{by}})
	case Pack:
		f.pack(f.resolve(path), e, by)
	case Unpack:
		f.unpack(f.resolve(path), e, by)
	case Touch:
		f.touch(f.resolve(path), by)
	case Extract:
		// docker cp followed a link that is its destination; one that stands in the
		// directory gives way to the file.
		if e.Stream || e.Contents {
			path = f.resolve(path)
		}
		f.extract(path, e, by)
	case Change:
		f.change(f.resolve(path), e, by)
	case Share:
		f.share(f.resolve(path), e, by)
	}
}

// doAlike makes a mystery of the entries that the unknown text in the path of an
// effect may mean. A path that is nothing but unknown text may mean any of them;
// that is held against commands that change files in an unknown way alone.
func (f *Files) doAlike(e Effect, by *Op) {
	target := e.Path
	switch e.Verb {
	case MoveTo:
		target = e.From
	case Change, Share, Remove, SetMode:
	default:
		return
	}
	if len(target.Holes()) == 0 || isAbs(target) || e.Verb != Change && e.Verb != Share && target.hole() != nil {
		return
	}
	for _, b := range f.All() {
		if b.Origin != Directory && b.Origin != Removed && target.mayBe(b.Path) {
			f.set(b.mystery(by))
		}
	}
}

// set makes file the entry of its path.
func (f *Files) set(file File) { f.put(file.Path, &file) }

// put makes e the entry of path, nil for none.
func (f *Files) put(path string, e *File) {
	i, ok := findEntry(f.delta, path)
	if ok {
		f.delta[i].file = e
		return
	}
	f.delta = slices.Insert(f.delta, i, entry{path, e})
}

// put makes val the value of key in a map that may not be there yet.
func put[V any](m *map[string]V, key string, val V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = val
}

// clear drops the entries below dir.
func (f *Files) clear(dir string) {
	for _, e := range f.below(dir) {
		f.put(e.Path, nil)
	}
}

// replace makes file all that there is at and below its path.
func (f *Files) replace(file File) {
	f.clear(file.Path)
	f.set(file)
}

// current returns the file at path, also one that is as in the repository. It is
// for paths that are known to be there, since a command works with them.
func (f *Files) current(path string) File {
	e, ok := f.At(path)
	switch {
	case !ok:
		return File{Path: path, Origin: Repository}
	case e.isOpen():
		merged, _ := f.above(path)
		e.Contents = false
		merged.Prior = []File{e}
		return merged
	}
	return e
}

// by returns the operations that made e, and op.
func (e File) by(op *Op) []*Op {
	if n := len(e.By); n > 0 && e.By[n-1] == op {
		return e.By
	}
	return append(slices.Clip(e.By), op)
}

// makeDir makes a directory where there is none. Where that is not known, it is
// one that may hold what is known of the path already.
func (f *Files) makeDir(path string, by *Op) {
	made := File{Path: path, Origin: Directory, By: []*Op{by}}
	e, ok := f.At(path)
	switch kind := f.existence(path); {
	case kind == directory, kind == existing, kind == regular, kind == symlink, ok && e.Origin == Mystery:
		return
	case kind == unknownExistence && ok:
		e.Contents = true
		e.Prior = append([]File{made}, e.Prior...)
		made = e
	}
	f.set(made)
}

// write makes path a file with new content. A file that was there keeps its mode.
func (f *Files) write(path string, content *Value, by *Op) {
	old, _ := f.At(path)
	if old.Origin == Removed || old.Origin == Directory {
		old = File{}
	}
	f.replace(File{Path: path, Origin: Generated, Content: content, Modes: old.Modes, By: []*Op{by}})
}

// appendTo adds to the content of path. What it was before must be known for the
// result to be.
func (f *Files) appendTo(path string, content *Value, by *Op) {
	switch f.existence(path) {
	case missing, maybeMissing:
		f.write(path, content, by)
		return
	}
	old := f.current(path)
	before, ok := f.readAll(path)
	switch {
	case ok && content != nil:
		text := before.Concat(*content).merged()
		f.set(File{Path: path, Origin: Generated, Content: &text, Modes: old.Modes, By: old.by(by)})
	case old.Origin == Generated || old.Origin == Repository || old.Origin == Copied:
		f.set(File{Path: path, Origin: Generated, Modes: old.Modes, By: old.by(by)})
	default:
		f.change(path, Effect{}, by)
	}
}

// copied is e as a copy at path.
func (e File) copied(path string, by *Op) File {
	if e.Origin == Repository {
		e.Origin, e.From = Copied, e.Path
	}
	e.Path = path
	e.By = e.by(by)
	e.Prior = slices.Clone(e.Prior)
	for i, p := range e.Prior {
		e.Prior[i] = p.copied(path, by)
	}
	return e
}

// copyTo copies a file, or a tree where it is recursive.
func (f *Files) copyTo(path string, e Effect, by *Op) {
	from := f.resolveDir(e.From.Key())
	if !e.Recursive {
		from = f.resolve(from)
	}
	if f.existence(from) != symlink {
		path = f.resolve(path) // a file is written through a link, a link replaces it
	}
	src := f.current(from)
	if src.Origin == Removed {
		return
	}
	below := f.Under(from)
	copied := src.copied(path, by)
	if e.Contents {
		f.merge(path, copied, by)
	} else {
		f.replace(copied)
	}
	f.rebase(below, from, path, by)
	f.carryLoose(from, path)
}

// rebase makes the entries below from entries below path.
func (f *Files) rebase(below []File, from, path string, by *Op) {
	for _, b := range below {
		if b.Path != from {
			f.set(b.copied(join(path, relative(b.Path, from)), by))
		}
	}
}

// carryLoose makes path as uncertain as from is, and what is below it.
func (f *Files) carryLoose(from, path string) {
	if f.mayGrow(from) {
		put(&f.loose, path, true)
	}
	for g := f; g != nil; g = g.parent {
		for _, dir := range slices.Collect(maps.Keys(g.loose)) {
			if isWithin(dir, from) {
				put(&f.loose, join(path, relative(dir, from)), true)
			}
		}
	}
}

// moveTo renames.
func (f *Files) moveTo(path, from string, by *Op) {
	src := f.current(from)
	if src.Origin == Removed || path == from || isWithin(path, from) {
		return
	}
	below := f.Under(from)
	f.replace(src.copied(path, by))
	f.rebase(below, from, path, by)
	f.carryLoose(from, path)
	f.replace(File{Path: from, Origin: Removed, By: src.by(by)})
}

// merge puts the contents of a directory into the directory at path. What the
// script knew of the files that are there may no longer hold.
func (f *Files) merge(path string, file File, by *Op) {
	if file.Origin == Directory && f.existence(path) == directory {
		return // each file that it holds has an entry of its own
	}
	old := f.current(path)
	file.Prior = append(slices.Clip(old.Prior), old)
	file.Prior[len(file.Prior)-1].Prior = nil
	for _, e := range f.Under(path) {
		f.mergeOver(e, path, by)
	}
	file.Contents = true
	f.set(file)
}

// mergeOver notes that e may have been replaced by what went into dir, which it
// lies below.
func (f *Files) mergeOver(e File, dir string, by *Op) {
	switch {
	case e.Path == dir:
	case e.Origin == Directory, e.Origin == Removed:
		e.Contents = true
		f.set(e)
	case e.Origin == Link:
		f.set(e.mystery(by))
		f.change(f.resolve(linkTarget(e)), Effect{}, by) // what is written there later may go through it
	default:
		f.set(e.mystery(by))
	}
}

// mystery is e after a change that is not known.
func (e File) mystery(by *Op) File {
	e.Origin = Mystery
	e.Content = nil
	e.By = e.by(by)
	return e
}

// setMode records a chmod.
func (f *Files) setMode(path string, e Effect, by *Op) {
	mode := e.Mode
	if e.Recursive {
		mode = "-R " + mode
		for _, b := range f.Under(path) {
			if b.Path != path && b.Origin != Removed {
				b.Modes = append(slices.Clip(b.Modes), mode)
				b.By = b.by(by)
				f.set(b)
			}
		}
	}
	file := f.current(path)
	if file.Origin == Removed {
		return
	}
	file.Modes = append(slices.Clip(file.Modes), mode)
	file.By = file.by(by)
	f.set(file)
}

// amend records that by changed something of path that no image shows.
func (f *Files) amend(path string, by *Op) {
	if e, ok := f.own(path); ok && e.Origin != Removed {
		e.By = e.by(by)
		f.set(e)
	}
}

func (f *Files) touch(path string, by *Op) {
	switch f.existence(path) {
	case missing, maybeMissing:
		f.set(File{Path: path, Origin: Generated, Content: new(Value), By: []*Op{by}})
	case unknownExistence:
		f.change(path, Effect{}, by)
	}
}

func (f *Files) extract(path string, e Effect, by *Op) {
	file := File{
		Path: path, Origin: Extracted, Container: e.Container, Source: e.Source.Key(),
		Stream: e.Stream, By: []*Op{by},
	}
	if e.Contents || f.holds(path) {
		f.merge(path, file, by)
		return
	}
	f.replace(file)
}

// change makes a mystery of what is at and below path. Where it is not known
// that anything changed, files of which there is no entry stay as they are.
func (f *Files) change(path string, e Effect, by *Op) {
	for _, b := range f.Under(path) {
		if b.Origin == Directory || b.Origin == Removed {
			continue
		}
		b = b.mystery(by)
		if e.Container != nil {
			b.Container = e.Container
		}
		f.set(b)
	}
	if e.Contents {
		put(&f.loose, path, true)
	}
	if _, ok := f.own(path); ok {
		return
	}
	file, ok := f.At(path)
	switch {
	case ok && file.Origin != Removed:
		f.set(file.mystery(by))
	case !e.Contents:
		f.set(File{Path: path, Origin: Mystery, By: []*Op{by}})
	}
}
