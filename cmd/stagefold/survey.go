package main

import (
	"io/fs"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/inputs"
	"github.com/stagefold/stagefold/convert/review"
	"github.com/stagefold/stagefold/convert/scan"
)

// A survey is what a command finds in the tree.
type survey struct {
	*gathering
	repos map[string]*repository // by repository.dir, which is Unit.Root here
	units []*scan.Unit           // in the order of the paths, those that are only looked at last
	shard scan.Shard

	sheets map[*scan.Unit]*review.Sheet // only where a page is wanted
}

// surveyor converts what paths stand for, in memory.
type surveyor struct {
	ctx     *cli.Context
	streams streams
	known   known
	modern  modernization
	locator *locator

	recording *aside // what is no input, where inputs are recorded; else nil
}

func newSurveyor(c *cli.Context, s streams) (*surveyor, error) {
	k, err := readKnown(c)
	if err != nil {
		return nil, err
	}
	m, err := readModernize(c)
	if err != nil {
		return nil, err
	}
	l, err := newLocator()
	return &surveyor{ctx: c, streams: s, known: k, modern: m, locator: l}, err
}

// survey converts the targets of g, and settles what they have to do with one
// another.
func (y *surveyor) survey(g *gathering) (*survey, error) {
	var shard scan.Shard
	if text := y.ctx.String("shard"); text != "" {
		var err error
		if shard, err = scan.ParseShard(text); err != nil {
			return nil, usagef(y.ctx, "--shard: %w", err)
		}
	}
	jobs, err := y.jobs(g)
	if err != nil {
		return nil, err
	}
	warnPending(y.streams.err, y.locator)
	bar := newProgress(y.streams.err, len(jobs), y.ctx.Bool("quiet"))
	sheets := map[*scan.Unit]*review.Sheet{}
	done := func(u *scan.Unit) {
		if y.ctx.String("format") == "html" {
			sheets[u] = review.NewSheet(u.Result)
		}
		bar.step()
	}
	units, err := scan.ConvertShard(y.ctx.Context, jobs, shard, scan.Options{Jobs: y.ctx.Int("jobs"), Done: done})
	bar.clear()
	if err != nil {
		return nil, err
	}
	for repo, texts := range g.texts {
		slices.Sort(texts)
		own := slices.DeleteFunc(slices.Clone(units), func(u *scan.Unit) bool { return u.Root != repo.dir })
		scan.Mention(repo.fsys, own, slices.Compact(texts), y.ctx.Int("jobs"))
	}
	return &survey{gathering: g, repos: y.locator.repos, shard: shard, units: units, sheets: sheets}, nil
}

// jobs are the targets as the converter wants them.
func (y *surveyor) jobs(g *gathering) ([]scan.Job, error) {
	var jobs []scan.Job
	for _, t := range g.targets {
		o, err := y.options(t)
		if err != nil {
			return nil, err
		}
		if g.texts[t.repo] != nil {
			o.Mentions = scan.NoMentions // all texts are searched at once, later
		}
		jobs = append(jobs, scan.Job{FS: y.fsys(t.repo), Root: t.repo.dir, Options: o, As: t.as()})
	}
	return jobs, nil
}

// fsys is what a conversion in repo reads through.
func (y *surveyor) fsys(repo *repository) fs.FS {
	if y.recording == nil {
		return repo.fsys
	}
	return inputs.Record(repo.fsys, y.recording.in(repo))
}

// options are what the command line says of a target.
func (y *surveyor) options(t target) (convert.Options, error) {
	builder, err := y.file(t, "builder-file")
	if err != nil {
		return convert.Options{}, err
	}
	runtime, err := y.file(t, "runtime-file")
	if err != nil {
		return convert.Options{}, err
	}
	dir, err := y.known.callDir(t.repo)
	return convert.Options{
		Script: t.script, Around: t.repo.fsys, BuilderFile: builder, RuntimeFile: runtime,
		Dir: dir, Args: y.known.args, Env: y.known.env, Goals: t.goals,
		Modernize: y.modern.mode, ModernizeSkip: y.modern.skip,
	}, err
}

// file returns the file that flag names, as a path in the repository of t, or ""
// where the flag is not given.
func (y *surveyor) file(t target, flag string) (string, error) {
	if y.ctx.String(flag) == "" {
		return "", nil
	}
	return t.repo.inside(y.ctx.String(flag))
}
