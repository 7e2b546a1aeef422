package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stagefold/stagefold/convert/verify"
	"github.com/stagefold/stagefold/convert/verify/front"
	"github.com/stagefold/stagefold/convert/verify/script"
	"github.com/stagefold/stagefold/convert/write"
)

// tailLines is how many lines of the output a Failure has.
const tailLines = 20

// A trial is the proof of one unit while it goes on.
type trial struct {
	unit    Unit
	opts    Options
	dir     string // everything below it is the trial's own
	session *front.Session
	seen    int // events of the session's log that belong to earlier runs
	runs    []run
	failure *Failure
	begun   time.Time
}

// A run is what one run of a script came to.
type run struct {
	Run
	way    string
	events []front.Event
	images map[string]*image // by name, or by what stands for names that vary
}

// An image is one that a run has left.
type image struct {
	name string // that it had
	kept string // by which it is kept
	size int64
	read *verify.Image // nil before it is read
}

// Prove runs u the old and the new way and compares what they leave. Where one of
// the two can't be built, the proof says so; an error is a trouble of stagefold's
// own, the end of ctx, or ErrGone. In any case what was made is removed.
func Prove(ctx context.Context, u Unit, o Options) (p *Proof, err error) {
	t := &trial{unit: u, opts: o, begun: time.Now()}
	if err := t.open(); err != nil {
		return nil, errors.Join(err, t.close())
	}
	defer func() { err = errors.Join(err, t.close()) }()
	p = &Proof{Script: u.Script}
	if err = t.settle(p, t.prove(ctx, p, t)); errors.Is(err, ErrGone) {
		return nil, err
	}
	p.Held = t.held()
	p.Overhead = time.Since(t.begun)
	for _, r := range t.runs {
		p.Overhead -= r.Took
	}
	return p, err
}

// settle says in p that a build failed, if that ended the proof. It returns the error
// that is left.
func (t *trial) settle(p *Proof, err error) error {
	switch {
	case errors.Is(err, errBuild) && t.gone():
		return fmt.Errorf("%q: %w", t.opts.BuildKit, ErrGone)
	case errors.Is(err, errBuild):
		p.Verdict, p.Failure = Failed, t.failure
		return nil
	}
	return err
}

// open makes the scratch directory and the session.
func (t *trial) open() (err error) {
	t.dir, err = os.MkdirTemp("", "stagefold-verify-")
	if err != nil {
		return err
	}
	// A path below a link is not the one that a script sees.
	if t.dir, err = filepath.EvalSymlinks(t.dir); err != nil {
		return err
	}
	if err := os.Mkdir(t.temp(), 0o700); err != nil {
		return err
	}
	if t.session, err = front.New(t.dir, t.opts.Program); err != nil {
		return err
	}
	if t.opts.BuildKit == "" {
		t.session.Builder = t.opts.Builder
		return nil
	}
	if err := t.session.Join(t.opts.BuildKit); err != nil {
		return err
	}
	if !t.session.Answers() {
		return fmt.Errorf("%q: %w", t.opts.BuildKit, ErrGone)
	}
	return nil
}

// gone reports whether a build failed because its BuildKit daemon is gone, and not
// by itself.
func (t *trial) gone() bool {
	return t.opts.BuildKit != "" && (strings.Contains(t.failure.Output, "Unavailable") || !t.session.Answers())
}

// close removes everything.
func (t *trial) close() error {
	var err error
	if t.session != nil {
		err = t.session.Clean()
	}
	if t.dir != "" {
		err = errors.Join(err, removeTree(t.dir))
	}
	if err != nil {
		return fmt.Errorf("not all that was made could be removed: %w", err)
	}
	return nil
}

// tree is where the copy of the repository stands, under the repository's own name.
func (t *trial) tree() string { return filepath.Join(t.dir, "copy", filepath.Base(t.unit.New)) }

// temp is the script's directory for temporary files.
func (t *trial) temp() string { return filepath.Join(t.dir, "tmp") }

func (t *trial) say(format string, args ...any) {
	if t.opts.Progress != nil {
		t.opts.Progress(fmt.Sprintf(format, args...))
	}
}

// A builder makes what is compared.
type builder interface {
	run(ctx context.Context, way string) error   // builds one way
	compare(ctx context.Context, p *Proof) error // fills in p from all runs so far
}

// prove builds both ways, and the old way once more before it blames the new one.
func (t *trial) prove(ctx context.Context, p *Proof, b builder) error {
	for i := range t.opts.Repeat {
		t.say("building the old way (%d of %d)", i+1, t.opts.Repeat)
		if err := b.run(ctx, "old"); err != nil {
			return err
		}
	}
	t.say("building the new way")
	if err := b.run(ctx, "new"); err != nil {
		return err
	}
	t.say("comparing the images")
	if err := b.compare(ctx, p); err != nil {
		return err
	}
	if p.Verdict != Differs || t.opts.Repeat < 2 {
		return nil
	}
	t.say("building the old way once more, in case it differs from itself")
	if err := b.run(ctx, "old"); err != nil {
		return err
	}
	return b.compare(ctx, p)
}

// run copies the repository and runs the script in it.
func (t *trial) run(ctx context.Context, way string) error {
	if err := t.prepare(way); err != nil {
		return err
	}
	output, err := os.Create(t.session.Output())
	if err != nil {
		return err
	}
	defer output.Close()
	u := t.unit
	s := script.Script{
		Path:   filepath.Join(t.tree(), filepath.FromSlash(u.Script)),
		Args:   u.Args,
		Env:    t.session.Env(append(append(os.Environ(), "TMPDIR="+t.temp()), u.Env...)),
		Output: output,
	}
	if u.Dir != "" {
		s.Dir = filepath.Join(t.tree(), filepath.FromSlash(u.Dir))
	}
	// A command that waits for a container does not end before it.
	stop := context.AfterFunc(ctx, func() { _ = t.session.Stop() }) // close does it again, and tells
	defer stop()
	begin := time.Now()
	exit, err := script.Run(ctx, s)
	if err != nil {
		return err
	}
	r := run{Run: Run{Took: time.Since(begin)}, way: way}
	events, err := t.session.Events()
	if err != nil {
		return err
	}
	r.events, t.seen = events[t.seen:], len(events)
	t.runs = append(t.runs, r)
	if why := problem(r.events, exit); why != nil {
		why.Way, why.Output = way, t.session.Public(lastLines(t.session.Output(), tailLines))
		t.failure = why
		return errBuild
	}
	return t.keep(&t.runs[len(t.runs)-1])
}

// prepare makes the scratch copy anew and sets the session for the run.
func (t *trial) prepare(way string) error {
	if err := removeTree(t.tree()); err != nil {
		return err
	}
	from := t.unit.Old
	if way == "new" {
		from = t.unit.New
	}
	if err := t.copy(from); err != nil {
		return err
	}
	if way == "new" {
		if err := t.change(); err != nil {
			return err
		}
	}
	t.session.Run = len(t.runs)
	t.session.NoCache = t.opts.Repeat > 1 && len(t.runs) > 0
	return t.session.Save()
}

// copy copies a repository to the place of the scratch copy.
func (t *trial) copy(from string) error {
	if err := os.MkdirAll(filepath.Dir(t.tree()), 0o700); err != nil {
		return err
	}
	if err := copyTree(from, t.tree()); err != nil {
		return err
	}
	if !hasGitFile(t.tree()) {
		return nil
	}
	clone := filepath.Join(t.dir, "git")
	if _, err := os.Stat(clone); err != nil {
		if err := cloneGit(from, clone); err != nil {
			return err
		}
	}
	return replaceGit(t.tree(), clone)
}

// change makes the conversion's changes in the copy.
func (t *trial) change() error {
	root, err := os.OpenRoot(t.tree())
	if err != nil {
		return err
	}
	defer root.Close()
	return write.Files(root, t.unit.Changes)
}

// problem says what went wrong in a run, or nil.
func problem(events []front.Event, exit int) *Failure {
	var f Failure
	built := false
	for _, e := range events {
		switch {
		case e.Kind == front.Refused:
			return &Failure{Command: e.Text, Exit: exit, Reason: e.Reason}
		case e.Kind == front.Command && e.Exit != 0:
			f.Command, f.Exit = e.Text, e.Exit
		case e.Kind == front.Command:
			f.Command = ""
		case e.Kind == front.Image:
			built = true
		}
	}
	switch {
	case exit != 0:
		if f.Command == "" {
			f.Exit = exit
		}
		return &f
	case !built:
		return &Failure{Reason: "the script gives no image a name"}
	}
	return nil
}

// keep takes the images of a run aside, and removes what else it left.
func (t *trial) keep(r *run) error {
	left, err := t.session.Left(r.events)
	if err != nil {
		return err
	}
	r.Images, r.images = len(left), map[string]*image{}
	for _, l := range left {
		r.Bytes += l.Size
		if l.Name == "" {
			continue
		}
		kept, err := t.session.Keep(l, fmt.Sprint(len(t.runs)))
		if err != nil {
			return err
		}
		r.images[l.Name] = &image{name: l.Name, kept: kept, size: l.Size}
	}
	return t.session.Settle()
}

// held sums up what was held back in all runs.
func (t *trial) held() []Held {
	var list []Held
	for _, r := range t.runs {
		for _, e := range r.events {
			if e.Kind != front.Leaves && e.Kind != front.Foreign {
				continue
			}
			i := slices.IndexFunc(list, func(h Held) bool { return h.Command == e.Text })
			if i < 0 {
				list = append(list, Held{Command: e.Text, Reason: e.Reason})
				i = len(list) - 1
			}
			list[i].Times++
		}
	}
	return list
}
