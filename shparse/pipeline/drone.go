package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// drone reads the pipelines of Drone, one in each document. Those of old versions
// have a mapping of steps.
func (r *reader) drone() {
	for _, tree := range r.trees {
		if kind := word(get(tree, "kind")); kind != "" && kind != "pipeline" {
			continue
		}
		steps, old := get(tree, "steps"), get(tree, "pipeline")
		if steps == nil && old == nil {
			continue
		}
		name := word(get(tree, "name"))
		if name == "" {
			name = "default"
		}
		d := &droneJob{reader: r, tree: tree, Job: r.job(name, tree)}
		for _, s := range elements(steps) {
			d.step(holder{owner: deref(s), steps: steps, step: s}, word(get(s, "name")))
		}
		for _, e := range entries(old) {
			d.step(holder{owner: e.value}, e.key.Value)
		}
	}
}

// A droneJob is a pipeline of Drone.
type droneJob struct {
	*reader
	*Job
	tree *yaml.Node
}

func (d *droneJob) step(h holder, name string) {
	step := h.owner
	at := d.rangeOf(step)
	if after := find(step, "depends_on"); after.value != nil && len(elements(after.value)) > 0 {
		d.notRead(d.rangeOf(after.key), "the steps do not run in the order in which they stand here")
	}
	commands := find(step, "commands")
	if commands.value == nil {
		image := word(get(step, "image"))
		if s := d.foreign(at, image); s != nil && (strings.Contains(image, "plugins/docker") || strings.Contains(image, "drone-docker")) {
			s.Image = image
		}
		return
	}
	h = h.in(commands)
	s := Shell{Path: "/bin/sh", Options: "-e", Ignore: word(get(step, "failure")) == "ignore"}
	s.Env = d.variables(d.environment(get(d.tree, "environment")), d.environment(get(step, "environment")))
	if when := find(step, "when"); when.value != nil {
		s.Cond = &Condition{Text: "the condition of the step " + name, Range: d.rangeOf(when.key)}
	}
	s.Items = d.gather(d.Job, h, d.expand())
	d.shell(s)
}

// environment reads variables. Those from a secret are not known.
func (d *droneJob) environment(n *yaml.Node) []Variable {
	var vars []Variable
	for _, e := range entries(n) {
		if e.value.Kind == yaml.ScalarNode {
			vars = append(vars, Variable{e.key.Value, d.text(e.value, d.expand())})
		}
	}
	return vars
}

// expand finds what Drone replaces in the file itself: ${NAME}, and $${ for a plain
// ${.
func (d *droneJob) expand() expander {
	return func(text string) []substitution {
		var subs []substitution
		for at := 0; at < len(text); at++ {
			switch {
			case strings.HasPrefix(text[at:], "$${"):
				subs = append(subs, substitution{at, at + 2, Lit("$")})
				at += 2
			case strings.HasPrefix(text[at:], "${"):
				end := strings.IndexByte(text[at:], '}')
				if end < 0 {
					return subs
				}
				name := text[at+2 : at+end]
				value := Text{{Hole: &Hole{Kind: Expression, Name: name}}}
				if nameLen(name) == len(name) {
					value = outside(name)
				}
				subs = append(subs, substitution{at, at + end + 1, value})
				at += end
			}
		}
		return subs
	}
}
