package llb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stagefold/stagefold/convert/verify/static"
)

// A graph is what a build is lowered to.
type graph struct {
	build  *static.Build
	lines  []string // of the Dockerfile
	ops    map[digest.Digest]*pb.Op
	places map[string]*pb.Locations // by digest
	root   vertex
	image  dockerspec.DockerOCIImage
}

// A vertex is one output of an operation of a graph. The zero digest is the empty
// file system.
type vertex struct {
	g      *graph
	digest digest.Digest
	output int64
}

// op is the operation of a vertex, nil for the empty file system.
func (v vertex) op() *pb.Op { return v.g.ops[v.digest] }

// input is the vertex that an input of its operation is.
func (v vertex) input(i int64) vertex {
	if i < 0 {
		return vertex{g: v.g}
	}
	in := v.op().Inputs[i]
	return vertex{v.g, digest.Digest(in.Digest), in.Index}
}

// operation describes the operation of a vertex by the instruction it comes from.
func (v vertex) operation() *static.Operation {
	out := &static.Operation{Text: "nothing"}
	if op := v.op(); op != nil {
		out.Text = op.String()
	}
	if l := v.g.places[v.digest.String()]; l != nil && len(l.Locations) > 0 && len(l.Locations[0].Ranges) > 0 {
		r := l.Locations[0].Ranges[0]
		first, last := int(r.Start.Line), int(r.End.Line)
		if 1 <= first && first <= last && last <= len(v.g.lines) {
			out.Place = fmt.Sprintf("%s:%d", v.g.build.Path, first)
			out.Text = strings.TrimSpace(strings.Join(v.g.lines[first-1:last], "\n"))
		}
	}
	return out
}

// A lowerer lowers builds, with one assumption about the images that no build of
// the request makes.
type lowerer struct {
	config dockerspec.DockerOCIImageConfig

	mu     sync.Mutex // BuildKit asks for several base images at once
	graphs map[*static.Build]*graph
}

// known returns the graph that a build was lowered to, or nil.
func (l *lowerer) known(b *static.Build) *graph {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.graphs[b]
}

// keep keeps the graph of a build, and returns the one that was kept first.
func (l *lowerer) keep(b *static.Build, g *graph) *graph {
	l.mu.Lock()
	defer l.mu.Unlock()
	if first := l.graphs[b]; first != nil {
		return first
	}
	l.graphs[b] = g
	return g
}

func newLowerer(config dockerspec.DockerOCIImageConfig) *lowerer {
	return &lowerer{config: config, graphs: map[*static.Build]*graph{}}
}

func (l *lowerer) lower(ctx context.Context, b *static.Build) (*graph, error) {
	if g := l.known(b); g != nil {
		return g, nil
	}
	platform, err := platforms.Parse(cmp.Or(b.Platform, "linux/amd64"))
	if err != nil {
		return nil, err
	}
	local := llb.Local(contextName)
	r, err := dockerfile2llb.Dockerfile2LLB(ctx, []byte(b.Dockerfile), dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildArgs: b.Args, Target: b.Target},
		MainContext:    &local,
		SourceMap:      llb.NewSourceMap(nil, b.Path, "Dockerfile", []byte(b.Dockerfile)),
		TargetPlatform: &platform,
		MetaResolver:   &resolver{l, b},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Path, err)
	}
	def, err := r.State.Marshal(ctx, llb.Platform(platform))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Path, err)
	}
	g := &graph{build: b, lines: strings.Split(b.Dockerfile, "\n"), ops: map[digest.Digest]*pb.Op{}, image: *r.Image}
	if def.Source != nil {
		g.places = def.Source.Locations
	}
	g.root = vertex{g: g}
	for _, data := range def.Def {
		op := new(pb.Op)
		if err := op.UnmarshalVT(data); err != nil {
			return nil, err
		}
		g.ops[digest.FromBytes(data)] = op
		if op.Op == nil { // the last one, which only says what the result is
			g.root.digest, g.root.output = digest.Digest(op.Inputs[0].Digest), op.Inputs[0].Index
		}
	}
	return l.keep(b, g), nil
}

// contextName is the build context's in a graph.
const contextName = "context"

// A resolver answers what the config of a base image is.
type resolver struct {
	l     *lowerer
	build *static.Build
}

// ResolveImageConfig returns the config of an image of the request, or what is
// assumed of all others.
func (r *resolver) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := dockerspec.DockerOCIImage{Config: r.l.config}
	image.OS, image.Architecture = "linux", "amd64"
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		image.Platform = *opt.ImageOpt.Platform
	}
	if b := baseOf(r.build, ref); b != nil {
		g, err := r.l.lower(ctx, b)
		if err != nil {
			return "", "", nil, err
		}
		image.Config = g.image.Config
	}
	// An image without layers would be the empty file system.
	image.RootFS = ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}}
	config, err := json.Marshal(image)
	return ref, "", config, err
}

// baseOf returns the build of the request that makes an image, or nil.
func baseOf(b *static.Build, ref string) *static.Build {
	for name, base := range b.Bases {
		if sameName(name, ref) {
			return base
		}
	}
	return nil
}

// sameName reports whether two names mean one image.
func sameName(a, b string) bool {
	x, errX := reference.ParseNormalizedNamed(a)
	y, errY := reference.ParseNormalizedNamed(b)
	if errX != nil || errY != nil {
		return a == b
	}
	return reference.TagNameOnly(x).String() == reference.TagNameOnly(y).String()
}
