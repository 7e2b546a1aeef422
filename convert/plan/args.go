package plan

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// foldArgs makes the build arguments of all parts mean in one build what they
// meant in their own. One value that is passed reaches every stage that declares
// the name, and the default of a global ARG reaches every stage that redeclares it
// plainly; a builder whose argument would change gets another name for it.
func (p *planner) foldArgs(f *Fold) {
	for _, name := range argNames(f) {
		if proxyArg(name) {
			p.foldProxy(f, name)
			continue
		}
		for i, b := range f.Builders() {
			if others := f.Parts[i+1:]; b.clashes(name, others) {
				p.renameArg(f, b, name)
			}
		}
	}
	foldGlobals(f)
}

// argNames are the names of all build arguments that some build is given or some
// part declares, each once, in order.
func argNames(f *Fold) []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, part := range f.Parts {
		for _, a := range part.Build.BuildArgs {
			if name, ok := a.Name.Known(); ok {
				add(name)
			}
		}
		for _, in := range part.File.Instructions {
			for _, d := range declared(in) {
				add(d.name)
			}
		}
	}
	return names
}

// A declaration is one name in an ARG instruction.
type declaration struct {
	name, value string
	hasDefault  bool
}

// declared are the names that an instruction declares; none unless it is an ARG.
func declared(in *dockerfile.Instruction) []declaration {
	if in.Keyword != "ARG" {
		return nil
	}
	var list []declaration
	for _, w := range in.Operands() {
		name, value, hasDefault := strings.Cut(w.Value, "=")
		list = append(list, declaration{name, value, hasDefault})
	}
	return list
}

// clashes reports whether an argument of the part would change where it is built
// together with the others, or would change in them.
func (part *Part) clashes(name string, others []*Part) bool {
	return slices.ContainsFunc(others, func(o *Part) bool {
		mine, theirs := part.declares(name), o.declares(name)
		return mine && theirs && part.argKey(name) != o.argKey(name) ||
			mine && !theirs && o.argKey(name) != "" && part.argKey(name) != o.argKey(name) ||
			mine && theirs && part.argKey(name) == "" && part.globalText(name) != o.globalText(name)
	})
}

// declares reports whether some ARG of the part declares the name.
func (part *Part) declares(name string) bool { return len(part.declarations(name)) > 0 }

// declarations are the ARG instructions of the part that declare the name.
func (part *Part) declarations(name string) []*dockerfile.Instruction {
	return slices.DeleteFunc(slices.Clone(part.File.Instructions), func(in *dockerfile.Instruction) bool {
		return !slices.ContainsFunc(declared(in), func(d declaration) bool { return d.name == name })
	})
}

// globalText is the global ARG of that name as written, "" where there is none.
// Parts with the same one can share it.
func (part *Part) globalText(name string) string {
	for _, in := range part.File.Args {
		if slices.ContainsFunc(declared(in), func(d declaration) bool { return d.name == name }) {
			return in.Text
		}
	}
	return ""
}

// buildArg returns the last --build-arg called name, or nil.
func (part *Part) buildArg(name string) *shparse.BuildArg {
	args := part.Build.BuildArgs
	for i := len(args) - 1; i >= 0; i-- {
		if n, ok := args[i].Name.Known(); ok && n == name {
			return &args[i]
		}
	}
	return nil
}

// argKey tells values of an argument apart. It is "" where it is not passed.
func (part *Part) argKey(name string) string {
	switch a := part.buildArg(name); {
	case a == nil:
		return ""
	case a.Value == nil:
		return "from the environment"
	default:
		return "=" + a.Value.Key()
	}
}

// runs reports whether the part has a RUN.
func (part *Part) runs() bool {
	return slices.ContainsFunc(part.File.Instructions, func(in *dockerfile.Instruction) bool { return in.Keyword == "RUN" })
}

// proxyArgs are the arguments that reach every RUN without an ARG (Docker's
// reference, "Predefined ARGs"), in lower case.
var proxyArgs = []string{"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}

func proxyArg(name string) bool { return slices.Contains(proxyArgs, strings.ToLower(name)) }

// foldProxy says where a proxy setting reaches instructions that it did not reach
// before, and refuses two settings of one name.
func (p *planner) foldProxy(f *Fold, name string) {
	var giver *Part
	for _, part := range slices.Backward(f.Parts) {
		if part.buildArg(name) != nil && giver == nil {
			giver = part
		}
	}
	for _, part := range f.Parts {
		switch {
		case giver == nil || part.argKey(name) == giver.argKey(name) || !part.runs() && !part.declares(name):
		case part.argKey(name) == "":
			p.say(finding.New("SF221", giver.buildArg(name).Flag.Range, "%s is passed to the instructions of %s too", name, part.File.Path))
		default:
			p.say(finding.New("SF210", part.buildArg(name).Flag.Range, "the builds of %s and %s have different values of %s",
				part.File.Path, giver.File.Path, name).WithHint("give both builds the same %s", name))
		}
	}
}

// foldGlobals drops a global ARG that an earlier part has in the same words.
func foldGlobals(f *Fold) {
	for i, part := range f.Parts {
		for _, in := range part.File.Args {
			if slices.ContainsFunc(f.Parts[:i], func(before *Part) bool { return before.hasGlobal(in) }) && !part.Shared {
				part.Drops = append(part.Drops, in)
			}
		}
	}
}

// hasGlobal reports whether the part has the same global ARG, under the same name.
func (part *Part) hasGlobal(in *dockerfile.Instruction) bool {
	if slices.ContainsFunc(declared(in), func(d declaration) bool { return part.ArgNames[d.name] != "" }) {
		return false
	}
	return slices.ContainsFunc(part.File.Args, func(o *dockerfile.Instruction) bool { return o.Text == in.Text })
}
