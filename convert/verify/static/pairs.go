package static

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/shparse"
)

// Pairs reads from a script, as it was and as it is, which images both make, and
// how. It fails, with the reason in words, where that can't be told.
func Pairs(oldFS, newFS fs.FS, oldTrace, newTrace *shparse.Trace) ([]Pair, error) {
	old, err := images(oldFS, oldTrace)
	if err != nil {
		return nil, fmt.Errorf("the old script: %w", err)
	}
	now, err := images(newFS, newTrace)
	if err != nil {
		return nil, fmt.Errorf("the new script: %w", err)
	}
	var pairs []Pair
	for j, n := range now {
		if lastIndex(now, n) > j {
			continue // another image takes the name over
		}
		i := lastIndex(old, n)
		if i < 0 {
			return nil, fmt.Errorf("the old script does not make %s in the same way", n.name)
		}
		pairs = append(pairs, Pair{Image: n.name, Old: old[i].build, New: n.build})
	}
	if pairs == nil {
		return nil, fmt.Errorf("the new script builds no image that has a name")
	}
	return pairs, nil
}

// lastIndex returns where in images the last one is that is called like i, on the same
// conditions, or -1.
func lastIndex(images []image, i image) int {
	for at := len(images) - 1; at >= 0; at-- {
		if images[at].name == i.name && images[at].conds == i.conds {
			return at
		}
	}
	return -1
}

// An image is one that a script makes, on a way through it.
type image struct {
	name  string
	conds string
	build *Build
}

// images returns the images that have names, in order.
func images(fsys fs.FS, t *shparse.Trace) ([]image, error) {
	if len(t.Ways) == 0 {
		return nil, fmt.Errorf("%s", t.Findings[0])
	}
	var all []image
	for _, way := range t.Ways {
		r := &reader{fs: fsys, way: way, done: map[*shparse.Op]*Build{}, made: map[string]*Build{}}
		for _, op := range way.Ops {
			b, ok := op.Act.(*shparse.Build)
			if !ok {
				continue
			}
			build, err := r.build(op, b)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.Range, err)
			}
			for _, tag := range b.Tags {
				r.made[word(tag.Value)] = build
			}
			if len(b.Tags) > 0 {
				all = append(all, image{tags(b), conds(op), build})
			}
		}
	}
	return all, nil
}

func tags(b *shparse.Build) string {
	var names []string
	for _, tag := range b.Tags {
		names = append(names, tag.String())
	}
	return strings.Join(names, ", ")
}

// conds says on which conditions an operation runs. Their places differ between the
// old script and the new one, their texts do not.
func conds(op *shparse.Op) string {
	var texts []string
	for _, c := range op.Conds {
		texts = append(texts, fmt.Sprint(c.Taken, c.Text))
	}
	return strings.Join(texts, "\n")
}

// A reader reads the builds of one way through a script.
type reader struct {
	fs   fs.FS
	way  *shparse.Way
	done map[*shparse.Op]*Build
	made map[string]*Build // the images so far, by name
}

func (r *reader) build(op *shparse.Op, b *shparse.Build) (*Build, error) {
	dir, ok := b.Dir.Known()
	if !ok || dir == "" || b.Tar != nil {
		return nil, fmt.Errorf("the build context is not a directory that is known")
	}
	file, text, err := r.dockerfile(op, b)
	if err != nil {
		return nil, err
	}
	out := &Build{Path: file, Dockerfile: text, Context: dir, Args: map[string]string{}, Bases: map[string]*Build{}}
	for name, build := range r.made {
		out.Bases[name] = build
	}
	for _, a := range b.BuildArgs {
		out.Args[word(a.Name)] = "unknown-" + word(a.Name)
		if a.Value != nil {
			out.Args[word(a.Name)] = word(*a.Value)
		}
	}
	if b.Target != nil {
		out.Target = word(b.Target.Value)
	}
	if f := b.Flag("platform"); f != nil {
		out.Platform = word(f.Value.Value)
	}
	if words := b.Opaque(); len(words) > 0 {
		return nil, fmt.Errorf("the flags in %s are not known", words[0])
	}
	out.Flags, out.Open = flags(b), open(b)
	ignore, findings := dockerfile.ReadIgnore(r.fs, dir, file)
	if len(findings) > 0 {
		return nil, errors.New(findings[0].String())
	}
	if ignore != nil {
		out.Ignore = string(ignore.Source)
	}
	r.done[op] = out
	return out, r.artifacts(out, op, ignore)
}

// idleFlags are flags of docker build that do not decide on the image, or that a
// Build has in another field.
var idleFlags = strings.Fields("build-arg file tag target platform no-cache pull secret ssh " +
	"quiet progress rm force-rm compress disable-content-trust iidfile metadata-file load push output " +
	"cache-from cache-to provenance sbom no-cache-filter")

// flags returns the flags of a build that decide on the image.
func flags(b *shparse.Build) []string {
	var out []string
	for _, f := range b.Flags {
		if !slices.Contains(idleFlags, f.Name) {
			out = append(out, "--"+f.Name+"="+word(f.Value.Value))
		}
	}
	slices.Sort(out)
	return out
}

// open returns what comes from outside in the arguments of a build.
func open(b *shparse.Build) []string {
	var out []string
	see := func(v shparse.Value) {
		for _, h := range v.Holes() {
			if name := (shparse.Value{{Hole: h}}).String(); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	for _, f := range b.Flags {
		if f.Name != "tag" {
			see(f.Value.Value)
		}
	}
	for _, a := range b.BuildArgs {
		if name := a.Name.String(); a.Value == nil && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// dockerfile returns the path and the text of the Dockerfile of a build.
func (r *reader) dockerfile(op *shparse.Op, b *shparse.Build) (file, text string, err error) {
	if b.Text != nil {
		if text, ok := b.Text.Known(); ok {
			return "-", text, nil
		}
		return "", "", fmt.Errorf("the text of the Dockerfile is not known")
	}
	file, ok := b.FilePath.Known()
	if !ok || file == "" {
		return "", "", fmt.Errorf("the Dockerfile %s is not known", b.FilePath)
	}
	if made, ok := op.Files.At(file); ok {
		return "", "", fmt.Errorf("the Dockerfile %s is %s by the script", file, made.Origin)
	}
	src, err := fs.ReadFile(r.fs, file)
	return file, string(src), err
}

// artifacts notes which files of the context came out of containers.
func (r *reader) artifacts(out *Build, op *shparse.Op, ignore *dockerfile.Ignore) error {
	for _, m := range op.Files.Mounts() {
		if within(m.Path, out.Context) || within(out.Context, m.Path) {
			return fmt.Errorf("a container had %s mounted, and may have changed anything there", m.Path)
		}
	}
	files := op.Files.Under(out.Context)
	if f, ok := op.Files.At(out.Context); ok && f.Path == out.Context && !slices.ContainsFunc(files, func(o shparse.File) bool { return o.Path == f.Path }) {
		files = append(files, f) // the context is below a directory that came out
	}
	for _, f := range files {
		switch {
		case f.Origin == shparse.Mystery, f.Origin == shparse.Unpacked:
			return fmt.Errorf("what is in %s can't be told", shown(f.Path))
		case f.Origin == shparse.Link, slices.ContainsFunc(f.Members, func(m shparse.File) bool { return m.Origin == shparse.Extracted }):
			return fmt.Errorf("%s, which the script makes, is in no graph", shown(f.Path))
		case f.Origin != shparse.Extracted && belowExtracted(f, files):
			return fmt.Errorf("the script changes %s, below what came out of a container", shown(f.Path))
		case f.Origin != shparse.Extracted:
			continue // a file that the script makes as before
		case f.Container == nil || f.Container.Image == nil:
			return fmt.Errorf("%s comes out of a container that the script did not make", shown(f.Path))
		case f.Container.Image.Commit != nil:
			return fmt.Errorf("%s comes out of an image that no Dockerfile makes", shown(f.Path))
		case f.Mounted || mounts(f.Container):
			return fmt.Errorf("the container that %s comes out of has a directory of the host mounted", shown(f.Path))
		case f.Stream && !path.IsAbs(f.Source):
			return fmt.Errorf("%s is what a container prints", shown(f.Path))
		}
		out.Artifacts = append(out.Artifacts, Artifact{
			Path: f.Path, Contents: f.Contents, Source: f.Source, Image: word(f.Container.Image.Ref),
			Build: r.done[f.Container.Image.Build], Work: r.work(f, op),
		})
	}
	for _, f := range files {
		if f.Origin != shparse.Removed && isOther(f, out.Artifacts) || f.Origin == shparse.Removed && r.exists(f.Path) {
			out.Made = append(out.Made, shown(f.Path))
		}
	}
	for _, a := range out.Artifacts {
		if err := r.share(out, a, files, ignore); err != nil {
			return err
		}
	}
	return nil
}

// exists reports whether the repository has a file.
func (r *reader) exists(name string) bool {
	_, err := fs.Stat(r.fs, name)
	return err == nil
}

// share notes which directories above an artifact hold other files too that the
// build can see.
func (r *reader) share(out *Build, a Artifact, files []shparse.File, ignore *dockerfile.Ignore) error {
	dir := a.Path
	if !a.Contents {
		dir = path.Dir(dir)
	}
	for ; within(dir, out.Context); dir = path.Dir(dir) {
		if slices.Contains(out.Shared, dir) {
			break // and those above
		}
		others := slices.ContainsFunc(files, func(f shparse.File) bool { return within(f.Path, dir) && isOther(f, out.Artifacts) })
		if !others {
			var err error
			if others, err = r.seen(out.Context, dir, ignore); err != nil {
				return err
			}
		}
		if others {
			out.Shared = append(out.Shared, dir)
		}
		if dir == "." {
			break
		}
	}
	return nil
}

// isOther reports whether the script made something that is neither an artifact nor
// a directory for one.
func isOther(f shparse.File, artifacts []Artifact) bool {
	switch f.Origin {
	case shparse.Extracted, shparse.Removed:
		return false
	case shparse.Directory:
		return len(f.Modes) > 0 || !slices.ContainsFunc(artifacts, func(a Artifact) bool { return within(a.Path, f.Path) })
	}
	return true
}

// seen reports whether a build can see a file of the repository in a directory or
// below it.
func (r *reader) seen(context, dir string, ignore *dockerfile.Ignore) (bool, error) {
	entries, err := fs.ReadDir(r.fs, dir)
	if err != nil {
		return false, nil // the script makes it
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		below, seen := false, true
		if ignore != nil {
			excluded, err := ignore.Excluded(relative(name, context))
			if err != nil {
				return false, err
			}
			seen = !excluded
		}
		if e.IsDir() && !seen { // something in it may be seen again
			if below, err = r.seen(context, name, ignore); err != nil {
				return false, err
			}
		}
		if seen || below {
			return true, nil
		}
	}
	return false, nil
}

// relative returns where name is, seen from a directory above it.
func relative(name, dir string) string {
	if dir == "." {
		return name
	}
	return strings.TrimPrefix(name, dir+"/")
}

// within reports whether a path is a directory or below it.
func within(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

// work lists what was done to an artifact that is in no Dockerfile: in its container,
// and on the host in front of a build.
func (r *reader) work(f shparse.File, build *shparse.Op) []string {
	var work []string
	for _, op := range r.way.Ops[:build.Seq] {
		if changes(op, f.Container) {
			work = append(work, words(op))
		}
	}
	for _, mode := range f.Modes {
		work = append(work, "chmod "+mode+" "+f.Path)
	}
	if f.Stream {
		work = append(work, "the new file "+f.Path+" with the mode 0666 less the umask")
	}
	return work
}

// shown is a path for people: what is not known of it is left out.
func shown(name string) string {
	known, _, cut := strings.Cut(name, "\x00")
	if cut {
		known += "…"
	}
	return known
}

// belowExtracted reports whether a file is below a directory that came out of a
// container.
func belowExtracted(f shparse.File, files []shparse.File) bool {
	return slices.ContainsFunc(files, func(dir shparse.File) bool {
		return dir.Origin == shparse.Extracted && dir.Path != f.Path && within(f.Path, dir.Path)
	})
}

// mounts reports whether a container sees a directory of the host.
func mounts(c *shparse.Container) bool {
	create, ok := c.By.Act.(*shparse.Create)
	return ok && slices.ContainsFunc(create.Mounts, func(m shparse.Mount) bool { return !m.Volume })
}

// changes reports whether an operation may change files of a container.
func changes(op *shparse.Op, c *shparse.Container) bool {
	switch a := op.Act.(type) {
	case *shparse.Create:
		return a.Run && a.Container == c
	case *shparse.Start:
		return a.Path[len(a.Path)-1] == "start" && slices.Contains(a.Containers, c)
	case *shparse.Exec:
		return a.Container == c
	case *shparse.Copy:
		return a.Into && a.Container == c
	}
	return false
}

// word is a value with a word for each hole that may stand wherever the value does:
// in the name of an image, in a path. Commands that are written alike have one word.
func word(v shparse.Value) string {
	var out strings.Builder
	for _, part := range v {
		if part.Hole == nil {
			out.WriteString(part.Lit)
			continue
		}
		out.WriteString("unknown-")
		key := shparse.Value{part}.Key()
		if part.Hole.Reason == shparse.Output {
			key = part.Hole.Name
		}
		for _, r := range key {
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
				out.WriteRune(r)
			} else {
				fmt.Fprintf(&out, "-%x-", r) // no two holes have one word
			}
		}
	}
	return out.String()
}

// words is a command line as it runs.
func words(op *shparse.Op) string {
	var words []string
	for _, a := range op.Argv {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}
