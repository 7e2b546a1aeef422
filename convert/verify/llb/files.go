package llb

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"google.golang.org/protobuf/proto"

	"github.com/stagefold/stagefold/convert/verify/static"
)

// A step is one action on files (a copy, a new directory, a new file), or where
// action is nil any other operation.
type step struct {
	vertex // its operation
	action *pb.FileAction
	from   vertex // what a copy is from
}

// place is the place in the repository that a copy from the build context takes its
// files from, and false for any other step.
func (s step) place() (string, bool) {
	if s.action.GetCopy() == nil || !fromContext(s.from) {
		return "", false
	}
	return path.Join(s.g.build.Context, s.action.GetCopy().Src), true
}

// steps returns how a file system comes about, in order: the operations that follow on
// each other, down to an image that is not of the request, or to nothing.
func (c *comparer) steps(v vertex) ([]step, error) {
	var all [][]step
	for {
		var err error
		if v, err = c.built(v); err != nil {
			return nil, err
		}
		if v.op() == nil {
			break
		}
		here, ok := apart(v)
		if !ok {
			here = []step{{vertex: v}}
		}
		all = append(all, here)
		on, ok := worksOn(v.op())
		if !ok {
			break
		}
		v = v.input(on)
	}
	slices.Reverse(all)
	return slices.Concat(all...), nil
}

// worksOn returns which input of an operation is the file system that it changes,
// -1 for an empty one, and false where it does not change one.
func worksOn(op *pb.Op) (int64, bool) {
	switch {
	case op.GetExec() != nil:
		return op.GetExec().Mounts[0].Input, true
	case op.GetFile() != nil && len(op.GetFile().Actions) > 0 && op.GetFile().Actions[0].Input < int64(len(op.Inputs)):
		return op.GetFile().Actions[0].Input, true
	}
	return 0, false
}

// apart takes the actions of an operation on files apart. It fails where they do not
// follow on each other.
func apart(v vertex) ([]step, bool) {
	op := v.op()
	if _, ok := worksOn(op); !ok || op.GetFile() == nil {
		return nil, false
	}
	var steps []step
	for i, a := range op.GetFile().Actions {
		if i > 0 && a.Input != int64(len(op.Inputs)+i-1) {
			return nil, false
		}
		s := step{vertex: v, action: a, from: vertex{g: v.g}}
		if 0 <= a.SecondaryInput && a.SecondaryInput < int64(len(op.Inputs)) {
			s.from = v.input(a.SecondaryInput)
		}
		steps = append(steps, s)
	}
	return steps, true
}

// step compares a step of the old way with the next ones of the new, and returns
// those behind.
func (c *comparer) step(s step, next []step) ([]step, *static.Difference) {
	if len(next) > 0 && s.isMixed() && c.attempt(func() *static.Difference { return c.sameStep(s, next[0]) }) == nil {
		c.assume(next[0].operation().Place + ": this is the repository's file, not one of the directory that came out of a container")
		return next[1:], nil
	}
	if wanted := wantedCopies(s); len(wanted) > 0 {
		return c.copies(s, wanted, next)
	}
	if len(next) == 0 {
		return nil, &static.Difference{What: "there is one operation less", Old: s.operation()}
	}
	if diff := c.sameStep(s, next[0]); diff != nil {
		return nil, diff
	}
	return next[1:], nil
}

// isMixed reports whether a step copies something of a directory that holds what came
// out of a container, and other files.
func (s step) isMixed() bool {
	place, ok := s.place()
	return ok && slices.ContainsFunc(s.g.build.Artifacts, func(a static.Artifact) bool {
		return a.Contents && strings.HasPrefix(place, a.Path+"/") && slices.Contains(s.g.build.Shared, a.Path)
	})
}

// sameStep compares two steps that are to be the same in all.
func (c *comparer) sameStep(old, now step) *static.Difference {
	switch {
	case old.action == nil && now.action == nil:
		return c.sameOperation(old.vertex, now.vertex)
	case old.action == nil || now.action == nil:
		return differ("the operations differ", old.vertex, now.vertex)
	}
	a, b := proto.CloneOf(old.action), proto.CloneOf(now.action)
	a.Input, a.SecondaryInput, a.Output = 0, 0, 0
	b.Input, b.SecondaryInput, b.Output = 0, 0, 0
	oldPlace, oldLocal := old.place()
	newPlace, newLocal := now.place()
	if oldLocal && newLocal {
		a.GetCopy().Src, b.GetCopy().Src = oldPlace, newPlace
	}
	if oldLocal != newLocal || !proto.Equal(a, b) {
		return differ("the operations differ", old.vertex, now.vertex)
	}
	if oldLocal {
		return nil
	}
	return c.vertices(old.from, now.from)
}

// A wanted copy is one that brings an artifact to where a step of the old way
// brings it.
type wanted struct {
	artifact static.Artifact
	source   string // in the image
	dest     string // the directory or the name that it is copied to; a slash ends a directory
	name     string // what it is called in such a directory; empty where that is not known to matter
}

// wantedCopies are what a copy from the build context takes of the artifacts.
func wantedCopies(s step) []wanted {
	place, ok := s.place()
	if !ok {
		return nil
	}
	dest := s.action.GetCopy().Dest
	var out []wanted
	for _, a := range s.g.build.Artifacts {
		w := wanted{artifact: a, source: a.Source, dest: dest, name: path.Base(place)}
		if below, ok := under(place, a.Path); ok {
			w.source = path.Join(a.Source, below)
		} else if below, ok := under(a.Path, place); ok {
			w.dest, w.name = path.Join(dest, below), ""
		} else if ok, err := path.Match(place, a.Path); ok && err == nil {
			w.dest, w.name = strings.TrimSuffix(dest, "/")+"/", path.Base(a.Path)
		} else {
			continue
		}
		out = append(out, w)
	}
	return out
}

// under returns where name is below dir, "." for dir itself.
func under(name, dir string) (string, bool) {
	switch {
	case name == dir:
		return ".", true
	case dir == ".":
		return name, true
	}
	return strings.CutPrefix(name, dir+"/")
}

// copies compares a copy of artifacts with the copies in its place, in any order.
func (c *comparer) copies(s step, want []wanted, next []step) ([]step, *static.Difference) {
	place, _ := s.place()
	// Where it takes other files as well, it has to be there still.
	rest := slices.Contains(s.g.build.Shared, place)
	pattern := strings.ContainsAny(place, "*?[")
	for len(next) > 0 {
		if (rest || pattern) && c.attempt(func() *static.Difference { return c.sameStep(s, next[0]) }) == nil {
			rest, pattern, next = false, false, next[1:]
			continue
		}
		i := slices.IndexFunc(want, func(w wanted) bool { return w.isMadeBy(next[0]) })
		if i < 0 {
			break
		}
		if diff := c.copy(s, want[i], next[0]); diff != nil {
			return nil, diff
		}
		want, next = slices.Delete(want, i, i+1), next[1:]
	}
	var now *static.Operation
	if len(next) > 0 {
		now = next[0].operation()
	}
	switch {
	case len(want) > 0:
		return nil, &static.Difference{What: "no copy brings " + want[0].artifact.Path + " to its place", Old: s.operation(), New: now}
	case rest:
		return nil, &static.Difference{What: "no copy brings the other files of " + place + " to their place", Old: s.operation(), New: now}
	}
	if pattern {
		c.assume(s.operation().Place + ": no other file of the build context matches")
	}
	return next, nil
}

// isMadeBy reports whether a step brings the wanted file to its place, wherever it
// takes it from.
func (w wanted) isMadeBy(s step) bool {
	cp := s.action.GetCopy()
	if cp == nil || fromContext(s.from) || path.Clean(cp.Src) != path.Clean(w.source) {
		return false
	}
	into, ok := strings.CutSuffix(w.dest, "/")
	switch {
	case path.Clean(cp.Dest) == path.Clean(w.dest):
		return true
	case ok, w.name != "" && cp.Dest == w.dest+"/"+w.name:
		return cp.Dest == into+"/"+w.name
	}
	return w.name == "" && path.Join(cp.Dest, path.Base(cp.Src)) == w.dest && strings.HasSuffix(cp.Dest, "/")
}

// copy compares a copy of an artifact with the one in its place: its settings, and
// the image that it takes the file from.
func (c *comparer) copy(s step, w wanted, now step) *static.Difference {
	a, b := proto.CloneOf(s.action.GetCopy()), proto.CloneOf(now.action.GetCopy())
	var notes []string
	if b.Owner == nil {
		if a.Owner != nil {
			return differ("the owners differ", s.vertex, now.vertex)
		}
		notes = append(notes, "keeps the owner that it has in the stage")
	} else if a.Owner == nil && !isRoot(b.Owner) {
		return differ("the owners differ", s.vertex, now.vertex)
	} else if a.Owner == nil {
		b.Owner = nil
	}
	if a.AttemptUnpackDockerCompatibility && !b.AttemptUnpackDockerCompatibility {
		a.AttemptUnpackDockerCompatibility = false
		notes = append(notes, "is taken not to be an archive, which ADD would unpack")
	}
	if note := w.typeNote(b); note != "" {
		notes = append(notes, note)
	}
	a.Src, a.Dest, b.Src, b.Dest = "", "", "", ""
	if !proto.Equal(a, b) {
		return differ("the settings of the copies differ", s.vertex, now.vertex)
	}
	if diff := c.stage(w.artifact, now.from); diff != nil {
		return diff
	}
	c.verdict.Copies = append(c.verdict.Copies, static.Copy{Old: *s.operation(), New: *now.operation(), Notes: notes})
	return nil
}

// typeNote says what a copy takes the wanted file for, where that matters.
func (w wanted) typeNote(cp *pb.FileActionCopy) string {
	into := strings.HasSuffix(w.dest, "/")
	switch {
	case into && cp.Dest != w.dest:
		return "is taken to be a file"
	case into && w.name != "" && path.Base(cp.Src) != w.name:
		return "is taken to be a directory"
	case !into && w.name != "" && cp.Dest == w.dest+"/"+w.name:
		return "goes to what is taken to be a directory"
	}
	return ""
}

func isRoot(o *pb.ChownOpt) bool {
	root := func(u *pb.UserOpt) bool {
		id, ok := u.GetUser().(*pb.UserOpt_ByID)
		return ok && id.ByID == 0
	}
	return root(o.User) && root(o.Group)
}

// stage compares the image that an artifact came out of with what it is copied from
// now. Behind the image's own operations there may be such as do the work that the
// script did.
func (c *comparer) stage(a static.Artifact, now vertex) *static.Difference {
	if a.Build == nil {
		if name, ok := imageName(now); ok && sameName(name, a.Image) {
			return nil
		}
		return &static.Difference{What: a.Path + " came out of the image " + a.Image, New: now.operation()}
	}
	g, err := c.l.lower(c.ctx, a.Build)
	if err != nil {
		return &static.Difference{What: err.Error()}
	}
	diff := c.attempt(func() *static.Difference { return c.vertices(g.root, now) })
	if diff == nil {
		if len(a.Work) > 0 {
			c.verdict.Reason = "what this does to " + a.Path + " is in no graph: " + strings.Join(a.Work, "; ")
		}
		return nil
	}
	if len(a.Work) == 0 {
		return diff
	}
	var work []static.Work
	for v := now; v.op().GetExec() != nil; {
		work = append(work, static.Work{New: *v.operation(), For: a.Work})
		v = v.input(v.op().GetExec().Mounts[0].Input)
		if c.attempt(func() *static.Difference { return c.vertices(g.root, v) }) == nil {
			slices.Reverse(work)
			c.verdict.Work = append(c.verdict.Work, work...)
			return nil
		}
	}
	return diff
}
