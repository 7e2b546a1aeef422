package scan

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/inputs"
	"github.com/stagefold/stagefold/convert/internal/share"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/shparse"
)

// A Job is a script to convert.
type Job struct {
	FS   fs.FS
	Root string // names the repository: the directory that paths are relative to

	convert.Options

	As As
}

// As says what a script is taken for.
type As uint8

const (
	// Found is a script that may be a builder pattern. Where it turns out to be
	// none, nothing is said of it.
	Found As = iota
	// Named is a script that a person named.
	Named
	// Builder is a script that is no builder pattern: only what it builds matters.
	Builder
)

// A Unit is what became of a script.
type Unit struct {
	report.Unit
	As       As
	Scripts  []string // the files that the script is made of: itself and those it runs, sorted
	Built    []string // the Dockerfiles that it builds images from, sorted
	Forecast Forecast
	Shares   []string // the scripts of other units that change the same files: all are written, or none

	Inputs []inputs.Input // what the conversion read, where the file system of its Job is a Recorder

	hearsay hearsay // what it may use besides, where that is not known
	foreign bool    // of another shard
}

// A Forecast is what a conversion spares.
type Forecast struct {
	Images int `json:"images"` // images that are built no more
	Copies int `json:"copies"` // times that files are copied out of a container
	Lines  int `json:"lines"`  // lines of scripts
}

// Options say how to convert many scripts.
type Options struct {
	Jobs int // how many at a time; 0 is one for each processor

	// Done is called for each unit when it is converted, for one at a time, in any
	// order. Trace and Sources are whole then, and not later.
	Done func(*Unit)
}

// Convert converts scripts, several at a time. It fails only where ctx ends.
func Convert(ctx context.Context, jobs []Job, o Options) ([]*Unit, error) {
	units := make([]*Unit, len(jobs))
	var one sync.Mutex
	err := share.Out(ctx, len(jobs), 1, o.Jobs, func(i int) {
		u := jobs[i].convert()
		one.Lock()
		defer one.Unlock()
		o.finish(u)
		units[i] = u
	})
	return units, err
}

// finish hands a unit on, and lets go of what is not needed behind it.
func (o Options) finish(u *Unit) {
	if o.Done != nil {
		o.Done(u)
	}
	u.trim()
}

func (j Job) convert() *Unit {
	r := j.result()
	u := &Unit{
		Unit:     report.Unit{Root: j.Root, Result: r},
		As:       j.As,
		Scripts:  r.Trace.Paths(),
		Built:    built(r.Trace),
		Forecast: forecast(r),
		hearsay:  listen(r),
	}
	if rec, ok := j.FS.(*inputs.Recorder); ok {
		u.Inputs = rec.Inputs()
	}
	return u
}

func (j Job) result() *convert.Result {
	if j.As == Builder {
		t := shparse.Read(shparse.Config{FS: j.FS, Path: j.Script, Dir: j.Dir, Args: j.Args, Env: j.Env})
		return &convert.Result{Script: j.Script, Trace: t}
	}
	r := convert.Convert(j.FS, j.Options)
	if j.As == Found {
		PassOver(r)
	}
	return r
}

// PassOver makes nothing of a refusal that only says that the script is no builder
// pattern, or could not be followed and is none by its words: below a directory there
// are many such scripts, and nobody named this one.
func PassOver(r *convert.Result) {
	rest := slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return f.Code == "SF202" })
	if len(rest) < len(r.Findings) && !finding.Refused(rest) || unfollowed(r) && neverTakes(r.Script, r.Sources[r.Script]) {
		r.Status, r.Findings = convert.Nothing, nil
	}
}

// unfollowed reports whether nothing is known of what a script does, but for its text.
func unfollowed(r *convert.Result) bool {
	return r.Status == convert.Refused && len(r.Trace.Ways) == 0 && r.Sources[r.Script] != nil && !hosts(r.Script)
}

// built returns the Dockerfiles that a script builds images from.
func built(t *shparse.Trace) []string {
	set := map[string]bool{}
	for _, w := range t.Ways {
		for _, op := range w.Ops {
			if b, ok := op.Act.(*shparse.Build); ok {
				if name, known := b.FilePath.Known(); known {
					set[name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// trim lets go of what only the conversion needed: a unit keeps its changes, its
// findings, and the texts that these point into.
func (u *Unit) trim() {
	kept := map[string][]byte{}
	for _, f := range u.Findings {
		if src, ok := u.Sources[f.Range.File]; ok {
			kept[f.Range.File] = src
		}
	}
	u.Trace, u.Texts, u.Dropped, u.Sources = nil, nil, nil, kept
}
