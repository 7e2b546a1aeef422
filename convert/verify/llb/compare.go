package llb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stagefold/stagefold/convert/verify/static"
)

// The two assumptions about base images. The second one differs from the first in
// everything that an instruction can depend on.
var assumptions = []struct {
	about  string
	config dockerspec.DockerOCIImageConfig
}{
	{"", dockerspec.DockerOCIImageConfig{}},
	{", with base images that have a user, a working directory and an environment of their own",
		dockerspec.DockerOCIImageConfig{ImageConfig: ocispecs.ImageConfig{
			User: "base:base", WorkingDir: "/base", Env: []string{"PATH=/base/bin", "BASE=base"},
			Entrypoint: []string{"/base/entrypoint"}, Cmd: []string{"base"}, Labels: map[string]string{"base": "base"},
			Volumes: map[string]struct{}{"/base/volume": {}}, ExposedPorts: map[string]struct{}{"1/tcp": {}}, StopSignal: "SIGUSR1",
		}}},
}

// Compare answers a request. It fails where the request is of another version, or
// ctx ends.
func Compare(ctx context.Context, r static.Request) (static.Answer, error) {
	answer := static.Answer{Version: static.Version}
	if r.Version != static.Version {
		return answer, fmt.Errorf("the request has version %d, expected %d: the two programs are not of one release", r.Version, static.Version)
	}
	for _, pair := range r.Pairs {
		answer.Verdicts = append(answer.Verdicts, comparePair(ctx, pair))
		if err := ctx.Err(); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

func comparePair(ctx context.Context, pair static.Pair) static.Verdict {
	var first static.Verdict
	for i, a := range assumptions {
		c := &comparer{ctx: ctx, l: newLowerer(a.config), same: map[[2]vertex]bool{}}
		v := c.images(pair)
		if i == 0 {
			first = v
		}
		if v.Reason != "" {
			return v
		}
		if v.Difference != nil {
			v.Difference.What += a.about
			return v
		}
	}
	return first
}

// A comparer compares the graphs of one image.
type comparer struct {
	ctx     context.Context
	l       *lowerer
	verdict static.Verdict
	same    map[[2]vertex]bool // found to be the same
}

func (c *comparer) images(pair static.Pair) static.Verdict {
	c.verdict.Image = pair.Image
	old, err := c.l.lower(c.ctx, pair.Old)
	if err != nil {
		return static.Verdict{Image: pair.Image, Reason: "the old Dockerfile can't be lowered: " + err.Error()}
	}
	now, err := c.l.lower(c.ctx, pair.New)
	if err != nil {
		return static.Verdict{Image: pair.Image, Reason: "the new Dockerfile can't be lowered: " + err.Error()}
	}
	diff := c.vertices(old.root, now.root)
	if diff == nil {
		diff = compareConfigs(old.image.Config, now.image.Config)
	}
	if diff == nil {
		diff = c.flags(pair.Old, pair.New)
	}
	switch {
	case diff != nil:
		return static.Verdict{Image: pair.Image, Difference: diff}
	case c.verdict.Reason != "":
		return static.Verdict{Image: pair.Image, Reason: c.verdict.Reason}
	}
	if pair.Old.Ignore != pair.New.Ignore {
		c.assume("the ignore files of the two build contexts differ, and what they hide is not compared")
	}
	return c.verdict
}

func (c *comparer) assume(text string) {
	if !slices.Contains(c.verdict.Assumed, text) {
		c.verdict.Assumed = append(c.verdict.Assumed, text)
	}
}

// flags compares the flags of the builds. The new one may have one of a builder's
// build as well.
func (c *comparer) flags(old, now *static.Build) *static.Difference {
	for _, f := range old.Flags {
		if !slices.Contains(now.Flags, f) {
			return &static.Difference{What: "the build has one flag less", Old: &static.Operation{Text: f}}
		}
	}
	for _, f := range now.Flags {
		switch {
		case slices.Contains(old.Flags, f):
		case slices.ContainsFunc(old.Artifacts, func(a static.Artifact) bool { return a.Build != nil && slices.Contains(a.Build.Flags, f) }):
			c.assume("the whole build has the flag " + f + ", which only a builder's build had")
		default:
			return &static.Difference{What: "the build has one flag more", New: &static.Operation{Text: f}}
		}
	}
	return nil
}

// attempt runs a comparison, and forgets what it listed where it fails.
func (c *comparer) attempt(compare func() *static.Difference) *static.Difference {
	verdict, same := c.verdict, maps.Clone(c.same)
	diff := compare()
	if diff != nil {
		c.verdict, c.same = verdict, same
	}
	return diff
}

// vertices compares two file systems, from what they start with on, so that the
// difference is the first one of the build.
func (c *comparer) vertices(old, now vertex) *static.Difference {
	key := [2]vertex{old, now}
	if c.same[key] {
		return nil
	}
	oldSteps, err := c.steps(old)
	if err != nil {
		return &static.Difference{What: err.Error()}
	}
	newSteps, err := c.steps(now)
	if err != nil {
		return &static.Difference{What: err.Error()}
	}
	for _, s := range oldSteps {
		var diff *static.Difference
		if newSteps, diff = c.step(s, newSteps); diff != nil {
			return diff
		}
	}
	if len(newSteps) > 0 {
		return &static.Difference{What: "there is one operation more", New: newSteps[0].operation()}
	}
	c.same[key] = true
	return nil
}

// sameOperation compares two operations that are no actions on files, and what they
// take in besides the file system that they work on.
func (c *comparer) sameOperation(old, now vertex) *static.Difference {
	a, b := old.op(), now.op()
	if len(a.Inputs) != len(b.Inputs) || old.output != now.output {
		return differ("the operations differ", old, now)
	}
	for i := range int64(len(a.Inputs)) {
		if on, ok := worksOn(a); ok && on == i {
			continue
		}
		if diff := c.vertices(old.input(i), now.input(i)); diff != nil {
			return diff
		}
	}
	x, y := c.bare(old), c.bare(now)
	added := addedEnv(x, y)
	if !proto.Equal(x, y) {
		return differ("the operations differ", old, now)
	}
	if len(added) > 0 {
		c.assume(fmt.Sprintf("%s: this RUN sees %s besides what it saw", now.operation().Place, strings.Join(added, ", ")))
	}
	c.proxies(a, now)
	return nil
}

// built follows the name of an image to the graph of the build that makes it.
func (c *comparer) built(v vertex) (vertex, error) {
	for {
		name, ok := imageName(v)
		if !ok {
			return v, nil
		}
		b := baseOf(v.g.build, name)
		if b == nil {
			return v, nil
		}
		g, err := c.l.lower(c.ctx, b)
		if err != nil {
			return v, err
		}
		v = g.root
	}
}

// imageName returns the name of the image that a vertex is, if it is one.
func imageName(v vertex) (string, bool) {
	return strings.CutPrefix(v.op().GetSource().GetIdentifier(), "docker-image://")
}

// fromContext reports whether a vertex is the build context.
func fromContext(v vertex) bool {
	return v.op().GetSource().GetIdentifier() == "local://"+contextName
}

// bare is an operation without what does not decide what it does.
func (c *comparer) bare(v vertex) *pb.Op {
	op := proto.CloneOf(v.op())
	op.Inputs = nil
	if s := op.GetSource(); s != nil {
		maps.DeleteFunc(s.Attrs, func(name, _ string) bool { return strings.HasPrefix(name, "local.") })
		if fromContext(v) {
			s.Identifier += ":" + v.g.build.Context
		}
	}
	if e := op.GetExec(); e != nil {
		e.Meta.ProxyEnv = nil
	}
	return op
}

// addedEnv returns the variables that a RUN sees and did not see before, and takes
// them out of it. A build argument that two stages have for different things gets
// another name in one of them, which such variables come from.
func addedEnv(old, now *pb.Op) []string {
	a, b := old.GetExec(), now.GetExec()
	if a == nil || b == nil {
		return nil
	}
	var added, kept []string
	for _, v := range b.Meta.Env {
		if slices.Contains(a.Meta.Env, v) {
			kept = append(kept, v)
		} else {
			name, _, _ := strings.Cut(v, "=")
			added = append(added, name)
		}
	}
	b.Meta.Env = kept
	return added
}

// proxies lists a RUN that gets other proxies than before.
func (c *comparer) proxies(old *pb.Op, now vertex) {
	if a, b := old.GetExec(), now.op().GetExec(); a != nil && !proto.Equal(a.Meta.ProxyEnv, b.Meta.ProxyEnv) {
		o := now.operation()
		c.assume(fmt.Sprintf("%s: the proxy arguments that this RUN gets are others than before, and leave nothing in the image", o.Place))
	}
}

func differ(what string, old, now vertex) *static.Difference {
	return &static.Difference{What: what, Old: old.operation(), New: now.operation()}
}

// compareConfigs compares what the images say besides their files.
func compareConfigs(old, now dockerspec.DockerOCIImageConfig) *static.Difference {
	a, b := fields(old), fields(now)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if a[name] != b[name] {
			return &static.Difference{
				What: "the config's " + name + " differs",
				Old:  &static.Operation{Text: a[name]}, New: &static.Operation{Text: b[name]},
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			return &static.Difference{What: "the config has " + name, New: &static.Operation{Text: b[name]}}
		}
	}
	return nil
}

// fields are the fields of a config, as JSON.
func fields(c dockerspec.DockerOCIImageConfig) map[string]string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // a config has nothing that JSON does not know
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		panic(err)
	}
	delete(raw, "ArgsEscaped") // BuildKit's own, without a meaning on Linux
	out := map[string]string{}
	for name, value := range raw {
		out[name] = string(value)
	}
	return out
}
