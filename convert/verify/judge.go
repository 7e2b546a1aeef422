package verify

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A Judgement says how a new image stands against several builds of the old one.
type Judgement struct {
	Differences []Difference // what no old build explains
	// Noise is what differs between two old builds, and what that explains of
	// the new one: it was not reproducible before either.
	Noise   []Difference
	Ignored []Difference // what a pattern sets aside
}

// Same reports whether the images are the same but for what is set aside.
func (j Judgement) Same() bool { return len(j.Differences) == 0 }

// Judge compares the new image with the last of the old ones. A path, or a
// variable or label of the config, in which two old builds differ is set aside,
// aspect by aspect: where just the contents vary, a new owner is a difference. In
// a directory in which each old build has a file with a name of its own, the new
// one may have another name, for a file of the same type, mode and owner. ignore
// holds patterns of paths in the images, such as /var/log/**; they must be valid.
//
// olds holds at least one image.
func Judge(olds []*Image, new *Image, ignore []string) Judgement {
	last := olds[len(olds)-1]
	var noise noise
	for _, other := range olds[:len(olds)-1] {
		noise.learn(last, other)
	}
	names := noise.names(last, new)
	var j Judgement
	for _, d := range Diff(last, new) {
		switch {
		case ignored(d.Path, ignore):
			j.Ignored = append(j.Ignored, d)
		case d.Path == "" && noise.explainsConfig(d.Aspect, last, new), d.Path != "" && (noise.aspects[keyOf(d)] || names[d.Path]):
			j.Noise = append(j.Noise, d)
		default:
			j.Differences = append(j.Differences, d)
		}
	}
	for _, d := range noise.between {
		if !ignored(d.Path, ignore) && !slices.ContainsFunc(j.Noise, func(o Difference) bool { return keyOf(o) == keyOf(d) }) {
			j.Noise = append(j.Noise, d)
		}
	}
	slices.SortStableFunc(j.Noise, func(a, b Difference) int { return cmp.Compare(a.Path, b.Path) })
	return j
}

func ignored(name string, patterns []string) bool {
	return name != "" && slices.ContainsFunc(patterns, func(p string) bool {
		return doublestar.MatchUnvalidated(p, name)
	})
}

// A key is an aspect of a path, or of the config.
type key struct{ path, aspect string }

// keyOf is the key of d. A file of another size has other contents as well.
func keyOf(d Difference) key {
	if d.Aspect == "size" {
		return key{d.Path, "sha256"}
	}
	return key{d.Path, d.Aspect}
}

// noise is what differs among the old builds.
type noise struct {
	between []Difference
	aspects map[key]bool
	pairs   []pair
}

// A pair are the paths that only one of two old builds has.
type pair struct{ one, other []string }

// learn takes in what differs between two old builds.
func (n *noise) learn(a, b *Image) {
	if n.aspects == nil {
		n.aspects = map[key]bool{}
	}
	for _, d := range Diff(a, b) {
		n.between = append(n.between, d)
		n.aspects[keyOf(d)] = true
	}
	for _, field := range keyedFields {
		for _, name := range changed(field.of(a), field.of(b)) {
			n.aspects[key{aspect: field.name + " " + name}] = true
		}
	}
	n.pairs = append(n.pairs, pair{only(a.Tree, b.Tree), only(b.Tree, a.Tree)})
}

// keyedFields are the fields of the config of which each part is set by itself.
var keyedFields = []struct {
	name string
	of   func(*Image) map[string]string
}{
	{"Labels", func(i *Image) map[string]string { return i.Config.Labels }},
	{"Env", func(i *Image) map[string]string { return variables(i.Config.Env) }},
}

// variables are the settings of an environment. The order of the names counts as
// a setting too.
func variables(env []string) map[string]string {
	vars := map[string]string{}
	var order []string
	for _, setting := range env {
		name, value, _ := strings.Cut(setting, "=")
		vars[name] = value
		order = append(order, name)
	}
	vars[""] = strings.Join(order, " ")
	return vars
}

// changed returns the keys that differ between two maps.
func changed(a, b map[string]string) []string {
	var names []string
	for name, value := range a {
		if other, ok := b[name]; !ok || other != value {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// explainsConfig reports whether all of a difference in a field of the config is
// noise.
func (n *noise) explainsConfig(aspect string, last, new *Image) bool {
	for _, field := range keyedFields {
		if field.name == aspect {
			return !slices.ContainsFunc(changed(field.of(last), field.of(new)), func(name string) bool {
				return !n.aspects[key{aspect: aspect + " " + name}]
			})
		}
	}
	return n.aspects[key{aspect: aspect}]
}

// only returns the topmost paths that a has and b lacks.
func only(a, b Tree) []string {
	var tops []string
	for _, p := range slices.Sorted(maps.Keys(a)) {
		if _, ok := b[p]; ok {
			continue
		}
		if _, ok := b[path.Dir(p)]; ok {
			tops = append(tops, p)
		}
	}
	return tops
}

// names returns the paths of new, and what lies below them, that stand for paths
// of the old builds whose names vary.
func (n *noise) names(last, new *Image) map[string]bool {
	explained := map[string]bool{}
	gone, come := only(last.Tree, new.Tree), only(new.Tree, last.Tree)
	for _, p := range n.pairs {
		free := slices.Clone(p.one)
		for _, name := range come {
			i := slices.IndexFunc(free, func(old string) bool {
				return slices.Contains(gone, old) && hasTwin(p.other, old) && alike(last.Tree, old, new.Tree, name)
			})
			if i >= 0 {
				free = slices.Delete(free, i, i+1)
				explained[name] = true
			}
		}
	}
	for name := range new.Tree {
		for dir := name; dir != "/"; dir = path.Dir(dir) {
			if explained[dir] {
				explained[name] = true
			}
		}
	}
	return explained
}

// hasTwin reports whether paths has one in the directory of name.
func hasTwin(paths []string, name string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return path.Dir(p) == path.Dir(name) })
}

// alike reports whether two paths of one directory could be the same file under
// another name.
func alike(old Tree, a string, new Tree, b string) bool {
	x, y := old[a], new[b]
	return path.Dir(a) == path.Dir(b) && x.Kind == y.Kind && x.Mode == y.Mode && x.UID == y.UID && x.GID == y.GID
}
