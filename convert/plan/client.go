package plan

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// checkClient compares how the two builds are called. Builds by different clients,
// or on different engines, can't be one; one that only one of them asks BuildKit
// for is taken not to care.
func (p *planner) checkClient(n, final *node) {
	a, b := n.part.Build, final.part.Build
	switch {
	case a.Client.Key() != b.Client.Key():
		p.say(finding.New("SF212", a.Client.Word, "the builder is built by %q, and %s by %q", a.Client.String(), final.part.File.Path, b.Client.String()).
			WithHint("use one client for both builds"))
	case globalKey(a) != globalKey(b):
		p.say(finding.New("SF212", n.part.Op.Range, "the two builds have different flags in front of %q", strings.Join(a.Path, " ")))
	case n.part.Made:
	case subcommand(a) != subcommand(b) || assignKey(n.part.Op) != assignKey(final.part.Op):
		p.say(finding.New("SF225", n.part.Op.Range, "the builder is built as %s is from now on", final.part.File.Path))
	}
	if fl := a.Flag("pull"); fl != nil && b.Flag("pull") == nil && p.localBase(final) {
		p.say(finding.New("SF212", fl.Range, "--pull would reach %s, whose base image is built by the script", final.part.File.Path))
	}
}

func globalKey(b *shparse.Build) string {
	var keys []string
	for _, fl := range b.Global {
		keys = append(keys, fl.Name+"="+fl.Value.Key())
	}
	return strings.Join(keys, "\x00")
}

// subcommand tells buildx from the plain build, which are two builders.
func subcommand(b *shparse.Build) bool { return slices.Contains(b.Path, "buildx") }

// assignKey tells the assignments in front of a command apart.
func assignKey(op *shparse.Op) string {
	var keys []string
	for _, a := range op.Assign {
		keys = append(keys, a.Name+"="+a.Value.Key())
	}
	return strings.Join(keys, "\x00")
}

// localBase reports whether a stage of the build stands on an image that the script
// builds.
func (p *planner) localBase(n *node) bool {
	for _, s := range n.stages() {
		if s.BaseStage == nil && slices.ContainsFunc(p.nodes, func(o *node) bool { return o != n && o.tagged(s.Base) }) {
			return true
		}
	}
	return false
}
