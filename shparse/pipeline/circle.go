package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// circle reads the jobs of CircleCI.
func (r *reader) circle() {
	root := r.lastTree()
	for _, e := range entries(get(root, "jobs")) {
		if get(e.value, "steps") == nil {
			continue
		}
		c := &circleJob{reader: r, root: root, node: e.value, Job: r.job(e.key.Value, e.key)}
		c.steps(get(e.value, "steps"), maxDepth)
	}
}

// A circleJob is a job of CircleCI.
type circleJob struct {
	*reader
	*Job
	root, node *yaml.Node
}

// harmlessSteps run nothing on the files of the repository.
var harmlessSteps = []string{"checkout", "setup_remote_docker", "add_ssh_keys"}

func (c *circleJob) steps(list *yaml.Node, depth int) {
	for _, s := range elements(list) {
		h := holder{owner: deref(s), steps: list, step: s}
		if w := word(s); w != "" {
			c.step(h, w, nil, depth)
		}
		for _, e := range entries(s) {
			if e.key.Value == "run" {
				c.run(h, e)
				continue
			}
			c.step(h, e.key.Value, e.value, depth)
		}
	}
}

// step is a step that is no run.
func (c *circleJob) step(h holder, name string, with *yaml.Node, depth int) {
	at := c.rangeOf(h.step)
	command := dig(c.root, "commands", name)
	switch {
	case slices.Contains(harmlessSteps, name):
	case name == "when" || name == "unless":
		c.notRead(at, "steps under a condition are not followed")
		c.foreign(at, name)
	case command != nil && depth > 0:
		c.steps(get(command, "steps"), depth-1)
	case name == "store_artifacts" || name == "store_test_results" || name == "attach_workspace":
		paths := append(words(get(with, "path")), words(get(with, "at"))...)
		c.Publishes = c.Publishes || name == "store_artifacts"
		c.foreign(at, name, texts(paths)...)
	case name == "persist_to_workspace" || name == "save_cache":
		c.Publishes = c.Publishes || name == "persist_to_workspace"
		c.foreign(at, name, texts(within(word(get(with, "root")), words(get(with, "paths"))))...)
	case strings.HasPrefix(name, "docker/"):
		if s := c.foreign(at, name); s != nil {
			s.Image = name
		}
	default:
		c.foreign(at, name)
	}
}

// within puts a directory in front of paths.
func within(root string, paths []string) []string {
	if root == "" || root == "." {
		return paths
	}
	var all []string
	for _, p := range paths {
		all = append(all, strings.TrimSuffix(root, "/")+"/"+p)
	}
	return all
}

// run is a step with commands.
func (c *circleJob) run(h holder, e entry) {
	step := e.value
	h = h.in(e)
	if step.Kind == yaml.MappingNode {
		command := find(step, "command")
		h = h.in(command)
		if word(get(step, "when")) == "on_fail" {
			return
		}
	}
	if h.value == nil {
		return
	}
	var image, own []Variable
	if docker := elements(get(c.node, "docker")); len(docker) > 0 {
		image = c.environment(get(docker[0], "environment"))
	}
	own = c.environment(get(c.node, "environment"))
	s := Shell{Path: "/bin/bash", Options: "-e -o pipefail", Env: c.variables(image, own, c.environment(get(step, "environment")))}
	shell := word(get(step, "shell"))
	if shell == "" {
		shell = word(get(c.node, "shell"))
	}
	if words := strings.Fields(shell); len(words) > 0 {
		if !strings.HasSuffix(words[0], "bash") && !strings.HasSuffix(words[0], "/sh") && words[0] != "sh" {
			c.foreign(c.rangeOf(h.key), words[0])
			return
		}
		s.Path, s.Options = "/bin/"+words[0][strings.LastIndexByte(words[0], '/')+1:], flags(words[1:])
	}
	s.Dir = c.text(get(step, "working_directory"), c.expand())
	s.Items = c.gather(c.Job, h, c.expand())
	c.shell(s)
}

func (c *circleJob) environment(n *yaml.Node) []Variable {
	var vars []Variable
	for _, e := range entries(n) {
		vars = append(vars, Variable{e.key.Value, c.text(e.value, c.expand())})
	}
	return vars
}

// expand finds << >>.
func (c *circleJob) expand() expander {
	return expression("<<", ">>", func(name string) (Text, bool) {
		if !strings.HasPrefix(name, "parameters.") && !strings.HasPrefix(name, "pipeline.") {
			return nil, false // a here-document
		}
		return Text{{Hole: &Hole{Kind: Expression, Name: name}}}, true
	})
}
