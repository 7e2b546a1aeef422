package proof

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stagefold/stagefold/convert/verify"
	"github.com/stagefold/stagefold/convert/verify/static"
)

// ProveGraphs proves a unit on a BuildKit daemon alone, without a Docker Engine: it
// runs no script, but the builds that the script is known to run. Artifacts go from
// the file system that a builder's build exports into the context of the next one.
// That is possible where Buildable says so. Names given to images play no part.
// Otherwise it is as Prove.
func ProveGraphs(ctx context.Context, u Unit, pairs []static.Pair, o Options) (p *Proof, err error) {
	g := &graphTrial{trial: trial{unit: u, opts: o, begun: time.Now()}, pairs: pairs}
	if err := g.open(); err != nil {
		return nil, errors.Join(err, g.remove())
	}
	defer func() { err = errors.Join(err, g.remove()) }()
	p = &Proof{Script: u.Script}
	if err := g.settle(p, g.prove(ctx, p, g)); err != nil {
		return nil, err
	}
	p.Overhead = time.Since(g.begun) - g.building
	return p, nil
}

// Buildable returns why images can't be built without running their script and
// without a Docker Engine, or nil.
func Buildable(pairs []static.Pair) error {
	for _, pair := range pairs {
		for _, b := range []*static.Build{pair.Old, pair.New} {
			if err := buildable(b); err != nil {
				return fmt.Errorf("%s: %w", pair.Image, err)
			}
		}
	}
	return nil
}

func buildable(b *static.Build) error {
	switch {
	case len(b.Open) > 0:
		return fmt.Errorf("%s is not known", strings.Join(b.Open, ", "))
	case len(b.Made) > 0:
		return fmt.Errorf("the script makes %s", strings.Join(b.Made, ", "))
	}
	for name := range b.Bases {
		if repository, _, _ := strings.Cut(name, ":"); strings.Contains(b.Dockerfile, repository) {
			return fmt.Errorf("%s may be built on the image %s of the script", b.Path, name)
		}
	}
	for _, a := range b.Artifacts {
		if len(a.Work) > 0 {
			return fmt.Errorf("more than builds makes %s: %s", a.Path, strings.Join(a.Work, "; "))
		}
		if a.Build != nil {
			if err := buildable(a.Build); err != nil {
				return err
			}
		}
	}
	return nil
}

// A graphTrial is the proof of one unit by its builds alone.
type graphTrial struct {
	trial
	pairs    []static.Pair
	olds     []graphRun
	now      graphRun
	way      string                   // of the run that goes on
	exports  map[*static.Build]string // of this run: the archives of file systems
	building time.Duration
}

// remove removes everything: there is nothing but files.
func (g *graphTrial) remove() error {
	if g.dir == "" {
		return nil
	}
	return removeTree(g.dir)
}

// A graphRun is what one run made, by what stands for the image's name.
type graphRun struct {
	took   time.Duration
	images map[string]*verify.Image
	sizes  map[string]int64
}

// compare fills in p from all runs so far.
func (g *graphTrial) compare(_ context.Context, p *Proof) error {
	last := g.olds[len(g.olds)-1]
	p.Images = nil
	p.Old, p.New = Run{Took: last.took}, Run{Took: g.now.took}
	for _, name := range slices.Sorted(maps.Keys(g.now.images)) {
		var images []*verify.Image
		for _, old := range g.olds {
			images = append(images, old.images[name])
		}
		p.Images = append(p.Images, Image{
			Name: name, OldSize: last.sizes[name], NewSize: g.now.sizes[name],
			Judgement: verify.Judge(images, g.now.images[name], g.opts.Ignore),
		})
	}
	p.sum()
	return nil
}

// run builds all images one way.
func (g *graphTrial) run(ctx context.Context, way string) error {
	run := graphRun{images: map[string]*verify.Image{}, sizes: map[string]int64{}}
	g.way, g.exports = way, map[*static.Build]string{}
	before := g.building
	for _, pair := range g.pairs {
		b := pair.Old
		if way == "new" {
			b = pair.New
		}
		file, err := g.export(ctx, b, "docker")
		if err != nil {
			return err
		}
		if err := run.read(pair.Image, file); err != nil {
			return err
		}
	}
	run.took = g.building - before
	if way == "new" {
		g.now = run
	} else {
		g.olds = append(g.olds, run)
	}
	return nil
}

func (r *graphRun) read(name, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	r.sizes[name] = info.Size()
	r.images[name], err = verify.ReadArchive(in)
	return errors.Join(err, os.Remove(file))
}

// export builds b in a fresh copy of the repository with the artifacts in it, and
// returns the file that the exporter wrote.
func (g *graphTrial) export(ctx context.Context, b *static.Build, exporter string) (string, error) {
	// First what the artifacts come out of: each build has a copy to itself.
	for _, a := range b.Artifacts {
		if _, err := g.source(ctx, a); err != nil {
			return "", err
		}
	}
	if err := g.fresh(); err != nil {
		return "", err
	}
	for _, a := range b.Artifacts {
		from, err := g.source(ctx, a)
		if err == nil {
			err = g.unpack(from, a)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", a.Path, err)
		}
	}
	out := filepath.Join(g.dir, fmt.Sprintf("export-%d.tar", time.Now().UnixNano()))
	return out, g.buildx(ctx, b, "type="+exporter+",dest="+out)
}

// source returns the archive of the file system that an artifact comes out of.
func (g *graphTrial) source(ctx context.Context, a static.Artifact) (string, error) {
	b := a.Build
	if b == nil {
		b = &static.Build{Path: "-", Dockerfile: "FROM " + a.Image + "\n", Context: "."}
		for other := range g.exports {
			if other.Path == "-" && other.Dockerfile == b.Dockerfile {
				b = other
			}
		}
	}
	if file := g.exports[b]; file != "" {
		return file, nil
	}
	file, err := g.export(ctx, b, "tar")
	g.exports[b] = file
	return file, err
}

// fresh makes the copy of the repository anew.
func (g *graphTrial) fresh() error {
	if err := removeTree(g.tree()); err != nil {
		return err
	}
	if g.way == "old" {
		return g.copy(g.unit.Old)
	}
	if err := g.copy(g.unit.New); err != nil {
		return err
	}
	return g.change()
}

// buildx runs a build, and notes why it failed where it does.
func (g *graphTrial) buildx(ctx context.Context, b *static.Build, output string) error {
	file := filepath.Join(g.tree(), filepath.FromSlash(b.Path))
	if b.Path == "-" {
		file = filepath.Join(g.dir, "Dockerfile")
		if err := os.WriteFile(file, []byte(b.Dockerfile), 0o600); err != nil {
			return err
		}
	}
	args := []string{"buildx", "build", "--builder", g.session.Builder, "--progress", "plain", "--provenance=false", "--output", output, "--file", file}
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		args = append(args, "--build-arg", name+"="+b.Args[name])
	}
	if b.Target != "" {
		args = append(args, "--target", b.Target)
	}
	if b.Platform != "" {
		args = append(args, "--platform", b.Platform)
	}
	if args = append(args, b.Flags...); g.opts.Repeat > 1 && len(g.olds) > 0 {
		args = append(args, "--no-cache")
	}
	args = append(args, filepath.Join(g.tree(), filepath.FromSlash(b.Context)))
	said, err := os.Create(g.session.Output())
	if err != nil {
		return err
	}
	defer said.Close()
	cmd := g.session.Docker(ctx, args...)
	cmd.Stdout, cmd.Stderr = said, said
	begin := time.Now()
	err = cmd.Run()
	g.building += time.Since(begin)
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &exit):
		g.failure = &Failure{
			Way: g.way, Command: "docker buildx build --file " + b.Path + " " + b.Context, Exit: exit.ExitCode(),
			Output: lastLines(g.session.Output(), tailLines),
		}
		return errBuild
	}
	return err
}

// unpack takes an artifact out of the archive of a file system, as docker cp would,
// and puts it into the copy of the repository.
func (g *graphTrial) unpack(archive string, a static.Artifact) error {
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer in.Close()
	root, err := os.OpenRoot(g.tree())
	if err != nil {
		return err
	}
	defer root.Close()
	u := unpacking{root: root, source: strings.TrimPrefix(path.Clean(a.Source), "/"), target: a.Path, modes: map[string]fs.FileMode{}}
	for tr := tar.NewReader(in); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = u.entry(h, tr)
		}
		if err != nil {
			return err
		}
	}
	if !u.found {
		return fmt.Errorf("%s is not in the image", a.Source)
	}
	for name, mode := range u.modes { // at the end: a directory may be closed to writing
		err = errors.Join(err, root.Chmod(name, mode))
	}
	return err
}

// An unpacking copies what is at or below source in an archive to target.
type unpacking struct {
	root           *os.Root
	source, target string
	found          bool
	modes          map[string]fs.FileMode
}

// place returns where a member of the archive goes, and false where it does not.
func (u *unpacking) place(name string) (string, bool) {
	name = path.Clean(name)
	switch below, ok := strings.CutPrefix(name, u.source+"/"); {
	case name == cmp.Or(u.source, "."):
		return u.target, true
	case u.source == "":
		return path.Join(u.target, name), true
	case ok:
		return path.Join(u.target, below), true
	}
	return "", false
}

func (u *unpacking) entry(h *tar.Header, body io.Reader) error {
	name, ok := u.place(h.Name)
	if !ok {
		return nil
	}
	u.found = true
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if h.Typeflag != tar.TypeDir {
		if err := u.root.RemoveAll(name); err != nil {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		u.modes[name] = h.FileInfo().Mode()
		return u.root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return u.root.Symlink(h.Linkname, name)
	case tar.TypeLink:
		first, ok := u.place(h.Linkname)
		if !ok {
			return fmt.Errorf("%s is a hard link to %s, which stays in the image", h.Name, h.Linkname)
		}
		return u.root.Link(first, name)
	case tar.TypeReg:
		out, err := u.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		u.modes[name] = h.FileInfo().Mode()
		_, err = io.Copy(out, body)
		return errors.Join(err, out.Close())
	}
	return nil
}
