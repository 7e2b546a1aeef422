package plan

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A unit is a repository as the tests write it: paths and texts.
type unit map[string]string

// usual is the script of most tests: one builder, one file, one final image.
const usual = `docker build -t app-build -f Dockerfile.build .
docker create --name extract app-build
docker cp extract:/out/app app
docker build -t app .
`

// withBuilder is the usual unit with another Dockerfile.build.
func withBuilder(text string) unit {
	return unit{"build.sh": usual, "Dockerfile.build": text, "Dockerfile": "FROM alpine:3\nCOPY app /usr/bin/\n"}
}

// planner returns the planner of the one way through a unit's script, with its
// builds read and their copies resolved.
func (u unit) planner(t *testing.T) *planner {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range u {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	tr := shparse.Read(shparse.Config{FS: fsys, Path: "build.sh", Args: []string{}})
	if len(tr.Ways) != 1 {
		t.Fatalf("the script has %d ways, want one: %v", len(tr.Ways), tr.Findings)
	}
	load := func(path string, from finding.Range) (*dockerfile.File, []finding.Finding) {
		src, err := fsys.ReadFile(path)
		if err != nil {
			return nil, []finding.Finding{finding.New("SF301", from, "%v", err)}
		}
		return dockerfile.Parse(path, src)
	}
	p := &planner{in: &Input{FS: fsys, Trace: tr, Load: load}, way: tr.Ways[0]}
	p.scan()
	p.extracts()
	p.readAll()
	return p
}

// artifact is the first one that the last build takes.
func (u unit) artifact(t *testing.T) (*planner, artifact) {
	t.Helper()
	p := u.planner(t)
	for _, in := range p.nodes[len(p.nodes)-1].takes {
		for _, it := range in.items {
			if len(it.artifacts) > 0 {
				return p, it.artifacts[0]
			}
		}
	}
	t.Fatalf("the last build takes no artifact: %v", p.findings)
	return nil, artifact{}
}

// fold plans the one final image of a unit.
func (u unit) fold(t *testing.T) (*planner, *Fold) {
	t.Helper()
	p := u.planner(t)
	folds := p.foldAll()
	if len(folds) != 1 {
		t.Fatalf("%d folds, want one: %v", len(folds), p.findings)
	}
	return p, folds[0]
}

// codes are the codes of what a planner has said, sorted.
func codes(p *planner) string {
	var list []string
	for _, f := range p.findings {
		list = append(list, string(f.Code))
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

func parse(t *testing.T, text string) *dockerfile.File {
	t.Helper()
	f, findings := dockerfile.Parse("Dockerfile", []byte(text))
	if f == nil {
		t.Fatalf("%q: %v", text, findings)
	}
	return f
}
