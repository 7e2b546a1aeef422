package plan

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A policy says what becomes of a flag of a builder's build in the one build that
// is left.
type policy uint8

const (
	forget policy = iota // it has no meaning for the result, or was dealt with
	carry                // the final build gets it too; it does no harm there
	agree                // it reaches every stage: both builds must have it alike
	forbid               // it can't be carried over
)

// policies are the flags of docker build, by long name. A flag that is not listed is
// forbidden too.
var policies = []struct {
	policy policy
	flags  string
}{
	{forget, "build-arg file tag target"}, // planned by themselves
	{forget, "label annotation"},          // mark the image that goes
	{forget, "quiet progress rm force-rm compress disable-content-trust iidfile metadata-file squash load"},
	{forget, "cache-from cache-to provenance sbom no-cache-filter attest debug stream"},
	{carry, "no-cache pull secret ssh"},
	{agree, "network add-host platform isolation security-opt shm-size ulimit resource memory memory-swap cpu-period cpu-quota"},
	{agree, "cpu-shares cpuset-cpus cpuset-mems cgroup-parent allow builder build-context"},
	{forbid, "output push"},                    // the builder's image is a product
	{forbid, "call check print invoke detach"}, // another thing than a build, or one that is not waited for
	{forbid, "policy root server-config"},      // of the machine that builds
}

// policyOf returns the policy for a flag.
func policyOf(name string) policy {
	for _, row := range policies {
		for flag := range strings.FieldsSeq(row.flags) {
			if flag == name {
				return row.policy
			}
		}
	}
	return forbid
}

// checkFlags refuses flags of a builder's build that would mean something else in
// the final one.
func (p *planner) checkFlags(n, final *node) {
	for _, fl := range n.part.Build.Flags {
		switch policyOf(fl.Name) {
		case agree:
			if !hasFlag(final.part.Build, fl) && final.part.File != nil && final.part.runs() {
				p.say(finding.New("SF212", fl.Range, "--%s would reach the instructions of %s too", fl.Name, final.part.File.Path))
			}
		case forbid:
			p.say(finding.New("SF212", fl.Range, "--%s of the builder's build can't be carried over", fl.Name))
		}
	}
	for _, fl := range final.part.Build.Flags {
		if policyOf(fl.Name) == agree && !hasFlag(n.part.Build, fl) && n.part.runs() {
			p.say(finding.New("SF212", fl.Range, "--%s would reach the instructions of %s too", fl.Name, n.part.File.Path))
		}
	}
}

// hasFlag reports whether the build has a flag of the same name and value.
func hasFlag(b *shparse.Build, want shparse.Flag) bool {
	for _, fl := range b.Flags {
		if fl.Name == want.Name && fl.Value.Key() == want.Value.Key() {
			return true
		}
	}
	return false
}

// carried are the flags of a builder's build that the final one must get: its
// build arguments, and what its policy says.
func carried(b, final *Part) []shparse.Flag {
	var flags []shparse.Flag
	for _, fl := range b.Build.Flags {
		pol := policyOf(fl.Name)
		if pol == carry && fl.Value.Key() != "false" || pol == agree {
			if !hasFlag(final.Build, fl) {
				flags = append(flags, fl)
			}
		}
	}
	return flags
}
