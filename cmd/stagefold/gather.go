package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/discover"
	"github.com/stagefold/stagefold/convert/scan"
	"github.com/stagefold/stagefold/shparse"
)

// A target is a script to work on.
type target struct {
	repo   *repository
	script string   // slash-separated, relative to repo.dir
	goals  []string // of a Makefile or a CI file: the targets that make is asked for, or the jobs
	named  bool     // by the person, and not found below a directory
	aside  bool     // builds images and is no unit: looked at for what it builds
}

// as says what the script is taken for.
func (t target) as() scan.As {
	switch {
	case t.named:
		return scan.Named
	case t.aside:
		return scan.Builder
	default:
		return scan.Found
	}
}

// A gathering is all that paths stand for.
type gathering struct {
	targets     []target // each once, in the order of the paths
	texts       map[*repository][]string
	dockerfiles []target
	skipped     []scan.Skipped
	listed      []string // the names that --files-from gave; nil without it
}

// units counts the scripts that may be units.
func (g *gathering) units() int {
	n := 0
	for _, t := range g.targets {
		if !t.aside {
			n++
		}
	}
	return n
}

// discoverFlags are the flags of commands that look through directories.
func discoverFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "include", Usage: "below directories take only scripts that match `PATTERN`, as in a .gitignore in the root of the repository; repeatable"},
		&cli.StringSliceFlag{Name: "exclude", Usage: "leave out what matches `PATTERN`; repeatable"},
		&cli.BoolFlag{Name: "no-gitignore", DisableDefaultText: true, Usage: "look at files that git ignores too"},
		&cli.StringFlag{Name: "files-from", TakesFile: true, Usage: "take the paths to look at from `FILE`, or - for standard input, each with a NUL behind it"},
		jobsFlag(),
	}
}

func jobsFlag() cli.Flag {
	return &cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, DefaultText: "one for each processor", Usage: "work on `N` scripts at a time"}
}

// A gatherer finds targets.
type gatherer struct {
	ctx     context.Context
	locator *locator
	opts    discover.Options
	into    gathering
	index   map[[2]string]int // by repository and script
}

func newGatherer(ctx context.Context, l *locator, o discover.Options) *gatherer {
	return &gatherer{
		ctx: ctx, locator: l, opts: o, index: map[[2]string]int{},
		into: gathering{texts: map[*repository][]string{}},
	}
}

// targets returns the scripts that paths name, in order and each once: a script
// itself, or those of all units below a directory.
func (l *locator) targets(paths []string) ([]target, error) {
	g := newGatherer(context.Background(), l, discover.Options{})
	if err := g.paths(paths); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(g.into.targets, func(t target) bool { return t.aside }), nil
}

// gathererFor returns a gatherer with the flags of a command.
func gathererFor(c *cli.Context, l *locator) (*gatherer, error) {
	if c.Int("jobs") < 0 {
		return nil, usagef(c, "--jobs: expected a number above 0, found %d", c.Int("jobs"))
	}
	g := newGatherer(c.Context, l, discover.Options{Include: c.StringSlice("include"), Exclude: c.StringSlice("exclude"), Jobs: c.Int("jobs")})
	if c.Bool("no-gitignore") {
		g.opts.Ignored = discover.Enter
	}
	return g, nil
}

// gather returns what the arguments and --files-from stand for.
func gather(c *cli.Context, l *locator) (*gathering, error) {
	g, err := gathererFor(c, l)
	if err != nil {
		return nil, err
	}
	list := c.String("files-from")
	if list == "" {
		return &g.into, g.paths(pathsOf(c))
	}
	if c.NArg() > 0 {
		return nil, usagef(c, "--files-from names the files: expected no other path, found %q", c.Args().First())
	}
	text, err := readList(list)
	if err != nil {
		return nil, err
	}
	names := strings.Split(string(text), "\x00")
	return &g.into, g.listed(slices.DeleteFunc(names, func(n string) bool { return n == "" }))
}

// paths adds what arguments stand for.
func (g *gatherer) paths(paths []string) error {
	for _, path := range paths {
		if err := g.path(path); err != nil {
			return err
		}
	}
	return nil
}

// path adds a script, or the scripts below a directory.
func (g *gatherer) path(path string) error {
	info, err := os.Stat(path)
	if file, goals, ok := splitGoals(path); ok && errors.Is(err, fs.ErrNotExist) {
		t, err := g.locator.script(file, above(file))
		t.goals = goals
		g.add(t)
		return err
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		t, err := g.locator.script(path, above(path))
		g.add(t)
		return err
	}
	full, err := realDir(path)
	if err != nil {
		return err
	}
	repo, err := g.locator.repository(full)
	if err != nil {
		return err
	}
	dir, err := repo.relative(full)
	if err != nil {
		return err
	}
	if err := g.below(repo, dir); err != nil {
		return fmt.Errorf("look for scripts below %q: %w", path, err)
	}
	return nil
}

// above is the directory that holds a script. That of a CI file may be the one in
// which the system looks for it, in the root of the repository.
func above(file string) string {
	full, err := filepath.Abs(file)
	if err != nil {
		return filepath.Dir(file)
	}
	return filepath.Join(filepath.Dir(file), strings.Repeat("../", shparse.PipelineDepth(filepath.ToSlash(full))))
}

// splitGoals splits MAKEFILE:TARGET, MAKEFILE:TARGET,TARGET and CIFILE:JOB.
func splitGoals(path string) (file string, goals []string, ok bool) {
	i := strings.LastIndexByte(path, ':')
	switch {
	case i <= 0 || i == len(path)-1:
		return "", nil, false
	case shparse.IsMakefile(path[:i]):
		return path[:i], strings.Split(path[i+1:], ","), true
	}
	return path[:i], []string{path[i+1:]}, isPipeline(path[:i])
}

func isPipeline(file string) bool {
	full, err := filepath.Abs(file)
	return err == nil && shparse.IsPipeline(filepath.ToSlash(full))
}

// below adds the scripts below a directory of a repository, and of the repositories
// in it.
func (g *gatherer) below(repo *repository, dir string) error {
	opts := g.opts
	opts.Dir = dir
	tree, err := discover.Walk(g.ctx, repo.fsys, opts)
	if err != nil {
		return err
	}
	g.take(repo, tree)
	if dir != "." {
		g.into.texts[repo] = append(g.into.texts[repo], convert.CentralTexts(repo.fsys)...)
	}
	for _, nested := range tree.Repositories {
		inner, err := g.locator.repository(filepath.Join(repo.dir, filepath.FromSlash(nested)))
		if err == nil {
			err = g.below(inner, ".")
		}
		if err != nil {
			g.into.skipped = append(g.into.skipped, scan.Skipped{Path: repo.display(nested), Reason: err.Error()})
		}
	}
	return nil
}

func (g *gatherer) take(repo *repository, tree *discover.Tree) {
	for _, s := range tree.Scripts {
		g.add(target{repo: repo, script: s})
	}
	for _, s := range tree.Builders {
		g.add(target{repo: repo, script: s, aside: true})
	}
	for _, f := range tree.Dockerfiles {
		g.into.dockerfiles = append(g.into.dockerfiles, target{repo: repo, script: f})
	}
	g.into.texts[repo] = append(g.into.texts[repo], tree.Texts...)
	for _, s := range tree.Skipped {
		g.into.skipped = append(g.into.skipped, scan.Skipped{Path: repo.display(s.Path), Reason: s.Reason})
	}
}

// add adds a target once. What a person named stays named.
func (g *gatherer) add(t target) {
	key := [2]string{t.repo.dir, strings.Join(append([]string{t.script}, t.goals...), ":")}
	i, ok := g.index[key]
	switch {
	case !ok:
		g.index[key] = len(g.into.targets)
		g.into.targets = append(g.into.targets, t)
	case t.named:
		g.into.targets[i].named = true
	}
}

// listed adds the scripts among files.
func (g *gatherer) listed(names []string) error {
	g.into.listed = append([]string{}, names...)
	byRepo := map[*repository][]string{}
	var repos []*repository
	for _, name := range names {
		t, err := g.locator.script(name, around(name))
		if err != nil {
			return err
		}
		if byRepo[t.repo] == nil {
			repos = append(repos, t.repo)
		}
		byRepo[t.repo] = append(byRepo[t.repo], path.Clean(t.script))
	}
	for _, repo := range repos {
		tree, err := discover.Sift(g.ctx, repo.fsys, byRepo[repo], g.opts)
		if err != nil {
			return err
		}
		g.take(repo, tree)
	}
	return nil
}

// around is the directory whose repository a listed file is of: its own, or else the
// current one where that is in none.
func around(name string) string {
	dir := filepath.Dir(name)
	full, err := realDir(dir)
	if err != nil {
		return dir
	}
	if _, err := os.Lstat(filepath.Join(top(full), ".git")); err != nil {
		return "."
	}
	return dir
}

func readList(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}
