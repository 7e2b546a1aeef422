package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A Difference is one thing in which two images differ.
type Difference struct {
	// Path is a path of the file system, or empty for a field of the config.
	Path   string
	Aspect string // "mode", "owner", ... of the path, or the config's field
	Old    string // empty where the path is missing
	New    string
}

// String renders d on one line.
func (d Difference) String() string {
	subject := d.Path
	if subject == "" {
		subject = "config"
	}
	return fmt.Sprintf("%s: %s: old %s, new %s", subject, d.Aspect, orNone(d.Old), orNone(d.New))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// Diff lists the differences between two images: first the config, then the
// paths in their order.
func Diff(old, new *Image) []Difference {
	return append(diffConfig(old, new), DiffTrees(old.Tree, new.Tree)...)
}

// DiffTrees lists the differences between two file systems, in the order of
// their paths. What only one of them has is one difference, named by its kind.
func DiffTrees(old, new Tree) []Difference {
	paths := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(new))
	slices.Sort(paths)
	var diffs []Difference
	for _, p := range slices.Compact(paths) {
		diffs = append(diffs, diffPath(p, old, new)...)
	}
	return diffs
}

func diffPath(p string, old, new Tree) []Difference {
	a, inOld := old[p]
	b, inNew := new[p]
	switch {
	case !inNew:
		return []Difference{{Path: p, Aspect: "type", Old: a.Kind.String()}}
	case !inOld:
		return []Difference{{Path: p, Aspect: "type", New: b.Kind.String()}}
	}
	var diffs []Difference
	for _, aspect := range entryAspects {
		if x, y := aspect.of(a), aspect.of(b); x != y {
			diffs = append(diffs, Difference{Path: p, Aspect: aspect.name, Old: x, New: y})
		}
	}
	return diffs
}

// entryAspects are the aspects of an entry that are compared.
var entryAspects = []struct {
	name string
	of   func(Entry) string
}{
	{"type", func(e Entry) string { return e.Kind.String() }},
	{"mode", func(e Entry) string { return fmt.Sprintf("%04o", e.Mode) }},
	{"owner", func(e Entry) string { return fmt.Sprintf("%d:%d", e.UID, e.GID) }},
	{"size", func(e Entry) string { return fmt.Sprint(e.Size) }},
	{"sha256", func(e Entry) string { return fmt.Sprintf("%x", e.Sum) }},
	{"link target", func(e Entry) string { return e.Link }},
	{"extended attributes", Entry.xattrs},
	{"device", func(e Entry) string { return fmt.Sprintf("%d:%d", e.Major, e.Minor) }},
}

func diffConfig(old, new *Image) []Difference {
	var diffs []Difference
	for _, field := range configFields {
		x, y := render(field.of(old)), render(field.of(new))
		if x == y {
			continue
		}
		if field.name == "Labels" {
			names := changed(old.Config.Labels, new.Config.Labels)
			x, y = render(part(old.Config.Labels, names)), render(part(new.Config.Labels, names))
		}
		diffs = append(diffs, Difference{Aspect: field.name, Old: x, New: y})
	}
	return diffs
}

// part is what m has of names: images have many labels, and few that differ.
func part(m map[string]string, names []string) map[string]string {
	some := map[string]string{}
	for _, name := range names {
		if value, ok := m[name]; ok {
			some[name] = value
		}
	}
	return some
}

// configFields are the fields of an image's config that are compared.
var configFields = []struct {
	name string
	of   func(*Image) any
}{
	{"Platform", func(i *Image) any { return i.Platform }},
	{"User", func(i *Image) any { return i.Config.User }},
	{"ExposedPorts", func(i *Image) any { return i.Config.ExposedPorts }},
	{"Env", func(i *Image) any { return i.Config.Env }},
	{"Entrypoint", func(i *Image) any { return i.Config.Entrypoint }},
	{"Cmd", func(i *Image) any { return i.Config.Cmd }},
	{"Volumes", func(i *Image) any { return i.Config.Volumes }},
	{"WorkingDir", func(i *Image) any { return i.Config.WorkingDir }},
	{"Labels", func(i *Image) any { return i.Config.Labels }},
	{"StopSignal", func(i *Image) any { return i.Config.StopSignal }},
	{"Shell", func(i *Image) any { return i.Config.Shell }},
	{"OnBuild", func(i *Image) any { return i.Config.OnBuild }},
	{"Healthcheck", func(i *Image) any { return i.Config.Healthcheck }},
}

// render gives a field as JSON, in which map keys are sorted. An empty field and
// one that isn't there are the same: the builders differ in which they write.
func render(field any) string {
	data, err := json.Marshal(field)
	if err != nil {
		return err.Error()
	}
	switch s := string(data); s {
	case "null", "[]", "{}", `""`:
		return ""
	default:
		return s
	}
}
