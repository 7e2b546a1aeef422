package shparse

import (
	"cmp"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// Host is a command of the host that the tracer has a model for, also one with
// no effect at all (echo, set, true).
type Host struct {
	Name    string // the command: "mv"
	Effects []Effect
	// Prints is what it writes to the standard output of the script; nil for
	// nothing. It is not set where the output is captured or redirected.
	Prints *Value
	// Test is set for test, [ and [[: all that such a command gives is an answer.
	Test bool
	// Enters is the directory that cd and the like change to; empty for other commands.
	Enters Value

	answer verdict // of a test
}

// Unknown is a command that the tracer has no model for.
type Unknown struct {
	Name string
	// Paths are the arguments that may name files, relative to the root of the
	// repository. Where there are none the command may touch everything below
	// its working directory.
	Paths []Value
}

func (*Host) isAction()    {}
func (*Unknown) isAction() {}

// A Verb says what an Effect does.
type Verb uint8

// The verbs. Paths are relative to the root of the repository.
const (
	ReadFile   Verb = iota // reads Path
	MakeDir                // makes the directory Path
	WriteFile              // makes the file Path with Content, or an unknown content where nil
	AppendFile             // appends Content to Path
	CopyTo                 // copies From to Path, which is the exact new path
	MoveTo                 // moves From to Path, which is the exact new path
	Remove                 // removes Path and what is below it
	SetMode                // changes the mode of Path to Mode
	SetOwner               // changes the owner of Path
	Symlink                // makes Path a symbolic link to From, which is the link's text
	Pack                   // adds From, or Source of Container, to the archive Path as Member
	Unpack                 // unpacks the archive From into the directory Path
	Touch                  // makes Path if missing, or changes its times
	Extract                // copies Source of Container to Path
	Change                 // changes Path in a way that is not known
	Share                  // shows Path to the process of Container as Source, where it may do anything to it
)

// An Effect is one thing that a command does to files of the host.
type Effect struct {
	Verb      Verb
	Path      Value
	From      Value
	Content   *Value
	Member    Value      // for Pack: the name in the archive; "." for the archive's own root
	Mode      string     // as given to chmod: "755", "+x", "u=rwx,go="
	Recursive bool       // for SetMode and SetOwner; for CopyTo: the tree, links kept as links
	Container *Container // for Extract
	Source    Value      // for Extract: the absolute path in the container, cleaned
	// Contents is set for Extract and CopyTo where the contents of a directory go
	// into the directory Path, and for Change where it is not known whether
	// anything at or below Path changed at all.
	Contents bool
	// Stream is set for Extract and Pack where the bytes come through the
	// standard output of a process in Container. Source is then the file that it
	// prints, relative to its working directory, or empty where that is unknown.
	Stream bool
	// Tar is the stream that Unpack reads where From is empty: the effects of
	// packing it, without Path. One with the verb Change is a stream that went
	// through a filter.
	Tar   []Effect
	Only  []Value // the members that Unpack takes; empty for all
	Strip int     // how many leading elements of the members' names Unpack drops
}

// An Origin says where a host file came from.
type Origin uint8

// The origins.
const (
	Repository Origin = iota // it is in the repository as it is
	Directory                // the script made this directory
	Generated                // the script wrote it; Content where known
	Extracted                // out of a container
	Copied                   // a copy of the repository's path From
	Link                     // a symbolic link that the script made; From is its text
	Packed                   // an archive that the script made of Members
	Removed                  // the script removed it
	Mystery                  // a command without a model may have written it
	Unpacked                 // out of an archive whose members are not known, which is Members[0]
)

// A File is what the script made of one path of the host. Paths with holes are
// written as Value.Key does.
type File struct {
	Path      string // relative to the root of the repository
	Origin    Origin
	Container *Container
	// Source is the path in the container, or for Unpacked in the archive.
	// Everything below Path is what is below Source.
	Source string
	// Contents is set where the contents of Source or From went into the
	// directory Path, which may hold other things: what Prior says. On a file
	// below such a directory it means that the file may be from there, or be one
	// of Prior. On a Directory or Removed it means that something may have come
	// there with the contents of a directory above.
	Contents bool
	// Stream is set where the bytes came through the standard output of a process
	// in Container: the file was made with the mode 0666 less the umask. Source is
	// the file that the process printed, relative to its working directory; empty
	// where that is unknown.
	Stream bool
	// Mounted is set for a file of a directory that Container had mounted: its
	// process wrote it there, where Source is.
	Mounted bool
	From    string
	Content *Value
	Members []File // their Path is the name in the archive
	// Modes are the changes of mode since it was made, oldest first, as given to
	// chmod. Those of chmod -R have "-R " in front.
	Modes []string
	// Prior is what the directory was before, oldest first, where Contents is set:
	// a Directory that was empty, one of the Repository, and so on. Where Mounted is
	// set it is what other containers had mounted there.
	Prior []File
	By    []*Op // the operations that made it what it is, oldest first
}

// Files is a state of the host's files: what the script changed on top of the
// repository. It is immutable and may be nil, which is a repository of which
// nothing is known.
type Files struct {
	repo    fs.FS
	names   *repoNames
	parent  *Files
	delta   []entry          // those that differ from parent's, by path
	loose   map[string]bool  // where a command without a model may have made files
	mounted map[string]*File // the directories that containers had mounted
}

// An entry of Files is what is known of one path. The file is nil where there is no entry
// any more.
type entry struct {
	path string
	file *File
}

// newFiles returns the repository as it is.
func newFiles(repo fs.FS) *Files { return &Files{repo: repo, names: &repoNames{}} }

// own returns the entry of path itself.
func (f *Files) own(path string) (File, bool) {
	for g := f; g != nil; g = g.parent {
		if i, ok := findEntry(g.delta, path); ok {
			if g.delta[i].file == nil {
				return File{}, false
			}
			return *g.delta[i].file, true
		}
	}
	return File{}, false
}

// At returns the entry that decides what path is: its own, or that of the
// nearest directory above it that was extracted, copied, removed and so on, with
// Path, Source and From adjusted to path. Below a directory or file that the
// script made anew nothing else exists: such a path is Removed. There is no
// entry for what is still as in the repository.
func (f *Files) At(path string) (File, bool) {
	path = f.resolveDir(path)
	if e, ok := f.own(path); ok {
		return e, true
	}
	if e, ok := f.above(path); ok {
		return e, true
	}
	return f.fromMount(path)
}

// above returns what the entries of the directories above path say about it.
func (f *Files) above(path string) (File, bool) {
	fresh := false
	for dir := parentDir(path); dir != ""; dir = parentDir(dir) {
		e, ok := f.own(dir)
		switch {
		case !ok:
		case e.isOpen():
			fresh = true
		default:
			return e.child(path, fresh)
		}
	}
	return File{}, false
}

// Mixed reports whether e is a directory, or lies below one, that got its files
// from several places: those that the script put there before are in Prior, and
// Source or From alone doesn't tell all that it holds.
func (e File) Mixed() bool {
	return !e.Mounted && slices.ContainsFunc(e.Prior, func(p File) bool {
		return p.Origin != Repository && p.Origin != Directory && p.Origin != Removed
	})
}

// isOpen reports whether e is a directory that was made or removed, before
// something may have come there with the contents of a directory above.
func (e File) isOpen() bool {
	return e.Contents && (e.Origin == Directory || e.Origin == Removed)
}

// child is what an entry says about path, which is below it and has no entry of
// its own. Where fresh is set, what the entry says of the time before it doesn't
// count: a directory in between was made or removed since.
func (e File) child(path string, fresh bool) (File, bool) {
	rest := relative(path, e.Path)
	c := File{Path: path, Origin: e.Origin, Container: e.Container, Contents: e.Contents, Members: e.Members, By: e.By}
	c.Modes, c.Mounted = inherited(e.Modes), e.Mounted
	switch e.Origin {
	case Extracted, Unpacked:
		c.Source = join(e.Source, rest)
	case Copied:
		c.From = join(e.From, rest)
	case Repository:
		return c, len(c.Modes) > 0
	case Directory, Generated, Packed, Link:
		return File{Path: path, Origin: Removed, By: e.By}, true
	}
	if fresh {
		c.Prior = []File{{Path: path, Origin: Removed, By: e.By}}
		return c, true
	}
	for _, p := range e.Prior {
		c.Prior = append(c.Prior, p.priorChild(path))
	}
	return c, true
}

// priorChild is child for one of Prior, where the repository has entries too.
func (e File) priorChild(path string) File {
	if c, ok := e.child(path, false); ok {
		return c
	}
	return File{Path: path, Origin: Repository}
}

// inherited are the modes that also hold for what is below a directory.
func inherited(modes []string) []string {
	var list []string
	for _, m := range modes {
		if strings.HasPrefix(m, "-R ") {
			list = append(list, m)
		}
	}
	return list
}

// Under returns the entries at or below dir, by path.
func (f *Files) Under(dir string) []File {
	list := f.below(dir)
	if e, ok := f.own(dir); ok {
		list = slices.Insert(list, firstAfter(list, dir), e)
	}
	return list
}

// firstAfter is where in a sorted list the files begin whose path is greater.
func firstAfter(list []File, path string) int {
	i, _ := slices.BinarySearchFunc(list, path, func(e File, path string) int { return strings.Compare(e.Path, path) })
	return i
}

// below returns the entries below dir, by path.
func (f *Files) below(dir string) []File {
	return f.files(func(list []entry) []entry { return entriesBelow(list, dir) })
}

// All returns all entries, by path.
func (f *Files) All() []File { return f.files(func(list []entry) []entry { return list }) }

// files returns the files of the entries that are picked out of each delta, by path.
func (f *Files) files(pick func(list []entry) []entry) []File {
	var all []entry
	for g := f; g != nil; g = g.parent {
		all = overlay(pick(g.delta), all)
	}
	var list []File
	for _, e := range all {
		if e.file != nil {
			list = append(list, *e.file)
		}
	}
	return list
}

// findEntry returns the place of path in a sorted list, and whether it is there.
func findEntry(list []entry, path string) (int, bool) {
	return slices.BinarySearchFunc(list, path, func(e entry, path string) int { return strings.Compare(e.path, path) })
}

// entriesBelow is the part of a sorted list whose paths lie below dir, as isWithin has it.
func entriesBelow(list []entry, dir string) []entry {
	if dir == "." {
		return slices.DeleteFunc(slices.Clone(list), func(e entry) bool { return e.path == dir || !isWithin(e.path, dir) })
	}
	start, _ := slices.BinarySearchFunc(list, dir, func(e entry, dir string) int { return compareBelow(e.path, dir) })
	end := start
	for end < len(list) && compareBelow(list[end].path, dir) == 0 {
		end++
	}
	return list[start:end]
}

// compareBelow says where path stands among sorted ones: with those below dir, or before or
// behind them.
func compareBelow(path, dir string) int {
	dir = strings.TrimSuffix(dir, "/") // of the root
	n := len(dir)
	if len(path) <= n {
		return cmp.Or(strings.Compare(path, dir), -1)
	}
	if order := strings.Compare(path[:n], dir); order != 0 {
		return order
	}
	if path == "/" {
		return -1
	}
	return cmp.Compare(path[n], '/')
}

// overlay returns the entries of two sorted lists, those of top where both have a path. It
// may be one of the two.
func overlay(base, top []entry) []entry {
	switch {
	case len(base) == 0:
		return top
	case len(top) == 0:
		return base
	}
	all := make([]entry, 0, len(base)+len(top))
	for len(base) > 0 && len(top) > 0 {
		order := strings.Compare(base[0].path, top[0].path)
		if order < 0 {
			all = append(all, base[0])
		} else {
			all = append(all, top[0])
			top = top[1:]
		}
		if order <= 0 {
			base = base[1:]
		}
	}
	return append(append(all, base...), top...)
}

// dirsAbove yields the directories that path lies below, as isWithin has it.
func dirsAbove(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if isWithin(path, ".") && path != "." && !yield(".") {
			return
		}
		for i, b := range []byte(path) {
			if b == '/' && !yield(path[:max(i, 1)]) {
				return
			}
		}
	}
}

// isWithin reports whether path is dir or lies below it.
func isWithin(path, dir string) bool {
	switch {
	case path == dir:
		return true
	case dir == ".":
		return !strings.HasPrefix(path, "/") && path != ".." && !strings.HasPrefix(path, "../")
	case dir == "/":
		return strings.HasPrefix(path, "/")
	}
	return len(path) > len(dir) && path[len(dir)] == '/' && path[:len(dir)] == dir
}

// parentDir is the directory that path lies in, or "" where that is not known to
// be one of interest: above the root, and for a path that is unknown text.
func parentDir(path string) string {
	switch i := strings.LastIndexByte(path, '/'); {
	case path == "." || path == "/" || path == "..":
		return ""
	case i > 0:
		return path[:i]
	case i == 0:
		return "/"
	case strings.HasPrefix(path, "\x00"):
		return ""
	}
	return "."
}

// relative is path as seen from dir, which it lies below.
func relative(path, dir string) string {
	if dir == "." {
		return path
	}
	return strings.TrimPrefix(path[len(dir):], "/")
}

// join is path.Join for cleaned paths that may hold keys of holes.
func join(dir, name string) string {
	switch {
	case dir == "." || dir == "":
		return cmp.Or(name, ".")
	case name == "." || name == "":
		return dir
	case dir == "/":
		return "/" + name
	}
	return dir + "/" + name
}

// maxLinks bounds how many links one path leads through, as the kernel does.
const maxLinks = 40

// resolveDir follows the links that the script made among the directories of
// path, but not path itself.
func (f *Files) resolveDir(path string) string {
	for range maxLinks {
		next := f.stepLink(path)
		if next == path {
			break
		}
		path = next
	}
	return path
}

func (f *Files) stepLink(path string) string {
	for dir := parentDir(path); dir != "" && dir != "."; dir = parentDir(dir) {
		if e, ok := f.own(dir); ok && e.Origin == Link {
			return join(linkTarget(e), relative(path, dir))
		}
	}
	return path
}

// resolve follows all links that the script made on the way to path, path itself
// included.
func (f *Files) resolve(path string) string {
	for range maxLinks {
		path = f.resolveDir(path)
		e, ok := f.own(path)
		if !ok || e.Origin != Link {
			break
		}
		path = linkTarget(e)
	}
	return path
}

// Behind returns the path that path leads to through the links that the script made.
func (f *Files) Behind(path string) string {
	if f == nil {
		return path
	}
	return f.resolve(path)
}

// linkTarget is the path that a link leads to.
func linkTarget(e File) string {
	if path.IsAbs(e.From) {
		return path.Clean(e.From)
	}
	return path.Join(cmp.Or(parentDir(e.Path), "."), e.From)
}
