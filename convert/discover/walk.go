package discover

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/write"
)

// MaxDepth is how many directories below one another are entered. It bounds what a
// tree can cost that was made to be deep.
const MaxDepth = 400

// Options say where to look. The zero value is the whole repository, as git sees it.
type Options struct {
	Dir     string   // the directory to look below; "" is the root
	Include []string // patterns as of a .gitignore in the root: other scripts are left out
	Exclude []string // likewise: what they match is left out
	Ignored Ignored
	Jobs    int // how many files to read at a time; 0 is one for each processor
}

// Ignored says what to do with files that git ignores.
type Ignored uint8

const (
	LeaveOut Ignored = iota
	Enter            // take them like others
)

// A Tree is what Walk found. All paths are relative to the root of the file system,
// and sorted.
type Tree struct {
	Scripts      []string // that build an image and may get files out of it
	Builders     []string // that build an image, and have no word for more
	Dockerfiles  []string
	Texts        []string // that people or programs read, and that may name other files
	Repositories []string // with a .git of their own: not entered
	Skipped      []Skip
}

// A Skip is a file or directory that was not looked into.
type Skip struct {
	Path   string
	Reason string
}

// A HeadFS can read the first bytes of a file. Without it files are read whole.
type HeadFS interface {
	fs.FS
	ReadHead(name string, limit int64) (head []byte, whole bool, err error)
}

// Walk looks through a directory. It fails where that can't be read.
func Walk(ctx context.Context, fsys fs.FS, o Options) (*Tree, error) {
	w := &walker{fsys: fsys, opts: o, filter: newFilter(o), tree: &Tree{}}
	dir := path.Clean(cmp.Or(o.Dir, "."))
	w.start = dir
	f := &finds{walker: w}
	if err := f.dir(place{dir, w.rulesAbove(dir)}); err != nil {
		return nil, err
	}
	w.take(f)
	if err := w.below(ctx, f.dirs); err != nil {
		return nil, err
	}
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	w.sort()
	return w.tree, nil
}

// Sift returns which of the named files are scripts that Walk would find. What is
// missing or no script is left out.
func Sift(ctx context.Context, fsys fs.FS, names []string, o Options) (*Tree, error) {
	w := &walker{fsys: fsys, opts: o, filter: newFilter(o), tree: &Tree{}}
	f := &finds{walker: w}
	for _, name := range names {
		if info, err := fs.Lstat(fsys, name); err == nil && !w.filter.exclude.covers(name) {
			f.file(name, info.Mode())
		}
	}
	w.take(f)
	err := w.read(ctx)
	w.sort()
	return w.tree, err
}

type walker struct {
	fsys    fs.FS
	opts    Options
	filter  filter
	start   string // the directory to look below
	tree    *Tree
	scripts []*script
}

// A place is a directory, and the rules of those above it.
type place struct {
	dir   string
	above *rules
}

// finds are what is in some directories.
type finds struct {
	*walker
	tree    Tree
	scripts []*script
	dirs    []place // to look through next
}

// take adds finds to what was found.
func (w *walker) take(f *finds) {
	w.scripts = append(w.scripts, f.scripts...)
	w.tree.Dockerfiles = append(w.tree.Dockerfiles, f.tree.Dockerfiles...)
	w.tree.Texts = append(w.tree.Texts, f.tree.Texts...)
	w.tree.Repositories = append(w.tree.Repositories, f.tree.Repositories...)
	w.tree.Skipped = append(w.tree.Skipped, f.tree.Skipped...)
}

// few is how many directories are looked through before anybody else is asked for help.
const few = 32

// below looks through directories and those below them. Who looks goes deep before it
// goes on, and gives half of what is left to whoever is free. A small tree needs no help.
func (w *walker) below(ctx context.Context, places []place) error {
	first := &finds{walker: w, dirs: places}
	for n := 0; n < few && len(first.dirs) > 0; n++ {
		first.next()
	}
	w.take(first)
	if len(first.dirs) == 0 {
		return ctx.Err()
	}
	var jobs errgroup.Group
	jobs.SetLimit(cmp.Or(w.opts.Jobs, runtime.GOMAXPROCS(0)))
	var taking sync.Mutex
	var look func(places []place) func() error
	look = func(places []place) func() error {
		return func() error {
			f := &finds{walker: w, dirs: places}
			for n := 1; len(f.dirs) > 0 && ctx.Err() == nil; n++ {
				f.next()
				if half := len(f.dirs) / 2; half > 0 && n%few == 0 && jobs.TryGo(look(slices.Clone(f.dirs[:half]))) {
					f.dirs = f.dirs[half:]
				}
			}
			taking.Lock()
			defer taking.Unlock()
			w.take(f)
			return ctx.Err()
		}
	}
	jobs.Go(look(first.dirs))
	return jobs.Wait()
}

// next looks through the last of f.dirs, which what is in it replaces.
func (f *finds) next() {
	last := len(f.dirs) - 1
	p := f.dirs[last]
	f.dirs = f.dirs[:last]
	if err := f.dir(p); err != nil {
		f.tree.Skipped = append(f.tree.Skipped, skipFor(p.dir, err))
	}
	slices.Reverse(f.dirs[last:])
}

// rulesAbove returns the rules that hold in dir and are not its own: none where
// dir is ignored itself, and yet somebody named it.
func (w *walker) rulesAbove(dir string) *rules {
	if w.opts.Ignored == Enter || dir == "." {
		return w.info()
	}
	r := w.info().within(w.fsys, ".", ".gitignore")
	for i, c := range dir {
		if c == '/' {
			r = r.within(w.fsys, dir[:i], ".gitignore")
		}
	}
	if r.coversDir(dir) {
		return nil
	}
	return r
}

// info returns the rules that git keeps beside the repository's files.
func (w *walker) info() *rules {
	if w.opts.Ignored == Enter {
		return nil
	}
	return (*rules)(nil).within(w.fsys, ".", ".git/info/exclude")
}

// dir looks through a directory.
func (f *finds) dir(p place) error {
	entries, err := fs.ReadDir(f.fsys, p.dir)
	if err != nil {
		return err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
	}
	if has(".git") && p.dir != f.start {
		f.tree.Repositories = append(f.tree.Repositories, p.dir)
		return nil
	}
	rules := p.above
	if f.opts.Ignored == LeaveOut && has(".gitignore") {
		rules = rules.within(f.fsys, p.dir, ".gitignore")
	}
	for _, e := range entries {
		f.entry(path.Join(p.dir, e.Name()), e, rules)
	}
	return nil
}

func (f *finds) entry(name string, e fs.DirEntry, rules *rules) {
	if own(e.Name()) || rules.ignored(name, e.IsDir()) || f.filter.exclude.ignored(name, e.IsDir()) {
		return
	}
	switch {
	case !e.IsDir():
		f.file(name, e.Type())
	case strings.Count(name, "/") >= MaxDepth:
		f.tree.Skipped = append(f.tree.Skipped, Skip{name, "more than " + strconv.Itoa(MaxDepth) + " directories deep"})
	default:
		f.dirs = append(f.dirs, place{name, rules})
	}
}

// own reports whether an entry is git's, or stagefold's: its journal, and what a
// crash may have left beside the files that it was writing.
func own(base string) bool {
	return base == ".git" || base == ".stagefold" || strings.HasPrefix(base, write.Prefix)
}

// file sorts a file in, by its name.
func (f *finds) file(name string, mode fs.FileMode) {
	if !mode.IsRegular() {
		return
	}
	base := path.Base(name)
	if isDockerfile(base) {
		f.tree.Dockerfiles = append(f.tree.Dockerfiles, name)
	}
	if convert.MayMention(name) {
		f.tree.Texts = append(f.tree.Texts, name)
	}
	if mayBeScript(name) {
		f.scripts = append(f.scripts, &script{path: name})
	}
}

// skipFor says that an error kept from looking into a file.
func skipFor(name string, err error) Skip {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err // the name stands beside it
	}
	return Skip{Path: name, Reason: err.Error()}
}

// sort makes the lists of the tree, in order.
func (w *walker) sort() {
	spread(w.scripts)
	for _, s := range w.scripts {
		switch {
		case s.err != nil:
			w.tree.Skipped = append(w.tree.Skipped, skipFor(s.path, s.err))
		case !s.is || !w.filter.wants(s.path):
		case s.talk == extracts:
			w.tree.Scripts = append(w.tree.Scripts, s.path)
		case s.talk == client|building:
			w.tree.Builders = append(w.tree.Builders, s.path)
		}
	}
	for _, list := range [][]string{w.tree.Scripts, w.tree.Builders, w.tree.Dockerfiles, w.tree.Texts, w.tree.Repositories} {
		slices.Sort(list)
	}
	slices.SortFunc(w.tree.Skipped, func(a, b Skip) int { return cmp.Compare(a.Path, b.Path) })
}
