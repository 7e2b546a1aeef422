package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// gitlabGlobals are the keys of the top level that are no jobs.
var gitlabGlobals = []string{
	"image", "services", "stages", "types", "before_script", "after_script", "variables", "cache", "include", "default",
	"workflow", "spec",
}

// gitlab reads the jobs of GitLab.
func (r *reader) gitlab() {
	root := r.lastTree()
	for _, e := range entries(root) {
		if slices.Contains(gitlabGlobals, e.key.Value) || strings.HasPrefix(e.key.Value, ".") || e.value.Kind != yaml.MappingNode {
			continue
		}
		g := &gitlabJob{reader: r, root: root, Job: r.job(e.key.Value, e.key)}
		g.layers = g.extended(e.value, maxDepth)
		g.read()
	}
}

// lastTree is the tree of the last document of the file: a spec may stand in front.
func (r *reader) lastTree() *yaml.Node {
	if len(r.trees) == 0 {
		return nil
	}
	return r.trees[len(r.trees)-1]
}

// A gitlabJob is a job with the templates that it extends.
type gitlabJob struct {
	*reader
	*Job
	root   *yaml.Node
	layers []*yaml.Node // the job itself, then what it extends, the nearest first
	vars   []Variable
}

// extended follows extends: of several templates the last one counts most.
func (g *gitlabJob) extended(job *yaml.Node, depth int) []*yaml.Node {
	layers := []*yaml.Node{job}
	if depth == 0 || len(g.layers) > maxDepth {
		return layers
	}
	names := words(get(job, "extends"))
	for _, name := range slices.Backward(names) {
		base := get(g.root, name)
		if base == nil {
			g.notRead(g.rangeOf(find(job, "extends").key), "%q is extended, and not in this file", name)
			continue
		}
		if layers = append(layers, g.extended(base, depth-1)...); len(layers) > maxDepth {
			break
		}
	}
	return layers
}

// find returns a key of the job, as its templates and the defaults of the file give
// it.
func (g *gitlabJob) find(key string) entry {
	for _, l := range append(slices.Clone(g.layers), get(g.root, "default"), g.root) {
		if l == g.root && !slices.Contains([]string{"before_script", "after_script", "image", "cache"}, key) {
			continue
		}
		if e := find(l, key); e.value != nil {
			return e
		}
	}
	return entry{}
}

func (g *gitlabJob) get(key string) *yaml.Node { return g.find(key).value }

func (g *gitlabJob) read() {
	if g.get("script") == nil {
		return // a job that only triggers others
	}
	if inc := find(g.root, "include"); inc.value != nil && g.get("before_script") == nil {
		g.notRead(g.rangeOf(inc.key), "what is included may give the job commands in front of its own")
	}
	g.vars = g.variablesOf()
	shell := Shell{Path: g.shellPath(), Options: "-e -o pipefail", Env: g.vars}
	main, after := shell, shell
	main.Items = slices.Concat(g.commands("before_script"), g.commands("script"))
	after.Items, after.Ignore = g.commands("after_script"), true
	g.shell(main)
	g.shell(after)
	g.kept("artifacts")
	g.kept("cache")
}

// shellPath is the shell that the runner finds in the image: bash where there is
// one.
func (g *gitlabJob) shellPath() string {
	image := g.get("image")
	name := word(image)
	if name == "" {
		name = word(get(image, "name"))
	}
	if strings.Contains(name, "docker") || strings.Contains(name, "alpine") {
		return "/bin/sh"
	}
	return "/bin/bash"
}

func (g *gitlabJob) commands(key string) []*Item {
	return g.gather(g.Job, g.find(key).holder(), nil)
}

// referenced is the list that a !reference names.
func (r *reader) referenced(j *Job, ref *yaml.Node, expand expander, depth int) []*Item {
	keys := words(&yaml.Node{Kind: yaml.SequenceNode, Content: ref.Content})
	if r.out.System != GitLab || len(keys) < 2 || depth == 0 {
		j.notRead(r.rangeOf(ref), "the reference is not followed")
		return nil
	}
	owner := dig(r.lastTree(), keys[:len(keys)-1]...)
	e := find(owner, keys[len(keys)-1])
	if e.value == nil {
		j.notRead(r.rangeOf(ref), "what %q refers to is not in this file", strings.Join(keys, " "))
		return nil
	}
	return r.gatherWithin(j, e.holder(), e.value, expand, depth)
}

// variablesOf are the variables of the file and of the job. Those that rules or a
// matrix give several values are not known.
func (g *gitlabJob) variablesOf() []Variable {
	raw := g.rawVariables(get(g.root, "variables"))
	for _, l := range slices.Backward(g.layers) {
		raw = append(raw, g.rawVariables(get(l, "variables"))...)
	}
	for _, rules := range []*yaml.Node{g.get("rules"), dig(g.root, "workflow", "rules")} {
		for _, rule := range elements(rules) {
			raw = append(raw, several(get(rule, "variables"))...)
		}
	}
	for _, row := range elements(get(g.get("parallel"), "matrix")) {
		raw = append(raw, several(row)...)
	}
	vars := g.variables(raw)
	for i, v := range vars {
		if text, known := v.Value.Known(); known {
			vars[i].Value = g.expanded(text, vars, v.Name, 5)
		}
	}
	return vars
}

func (g *gitlabJob) rawVariables(n *yaml.Node) []Variable {
	var vars []Variable
	for _, e := range entries(n) {
		value := e.value
		if value.Kind == yaml.MappingNode {
			value = get(value, "value")
		}
		vars = append(vars, Variable{e.key.Value, Lit(word(value))})
	}
	return vars
}

// several are variables that have more than one value.
func several(n *yaml.Node) []Variable {
	var vars []Variable
	for _, e := range entries(n) {
		vars = append(vars, Variable{e.key.Value, outside(e.key.Value)})
	}
	return vars
}

// expanded puts the values of variables into the value of one, called own.
func (g *gitlabJob) expanded(text string, vars []Variable, own string, depth int) Text {
	var out Text
	for text != "" {
		i := strings.IndexByte(text, '$')
		if i < 0 || i == len(text)-1 {
			break
		}
		out = append(out, Lit(text[:i])...)
		name, size := variableName(text[i:])
		text = text[i+size:]
		if name == "" {
			out = append(out, Part{Lit: "$"})
			continue
		}
		j := slices.IndexFunc(vars, func(v Variable) bool { return v.Name == name })
		switch {
		case j < 0 || name == own || depth == 0:
			out = append(out, outside(name)...)
		default:
			value := vars[j].Value
			if inner, known := value.Known(); known {
				value = g.expanded(inner, vars, name, depth-1)
			}
			out = append(out, value...)
		}
	}
	return append(out, Lit(text)...)
}

// variableName reads $NAME or ${NAME} at the begin of text; "" is the name of $$ and
// of a $ that begins neither.
func variableName(text string) (name string, size int) {
	switch {
	case strings.HasPrefix(text, "$$"):
		return "", 2
	case strings.HasPrefix(text, "${"):
		if end := strings.IndexByte(text, '}'); end > 2 && nameLen(text[2:end]) == end-2 {
			return text[2:end], end + 1
		}
		return "", 1
	}
	n := nameLen(text[1:])
	return text[1 : 1+n], 1 + n
}

// nameLen is how many bytes at the begin of text are the name of a variable.
func nameLen(text string) int {
	for i := range len(text) {
		c := text[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(text)
}

// kept says which files are kept for later jobs.
func (g *gitlabJob) kept(key string) {
	e := g.find(key)
	for _, k := range elements(e.value) {
		g.Publishes = g.Publishes || key == "artifacts"
		var paths []Text
		for _, p := range words(get(k, "paths")) {
			paths = append(paths, g.expanded(p, g.vars, "", 5))
		}
		for _, rep := range entries(get(k, "reports")) {
			for _, p := range words(rep.value) {
				paths = append(paths, Lit(p))
			}
		}
		switch {
		case isTrue(get(k, "untracked")):
			g.foreign(g.rangeOf(get(k, "untracked")), key)
		case len(paths) > 0:
			g.foreign(g.rangeOf(e.key), key, paths...)
		}
	}
}
