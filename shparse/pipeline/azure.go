package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// azure reads the jobs of Azure Pipelines: of stages, of a list of jobs, or the one
// of a list of steps.
func (r *reader) azure() {
	root := r.lastTree()
	if get(root, "steps") != nil {
		r.azureJob("job", root, []*yaml.Node{root})
	}
	r.azureJobs(get(root, "jobs"), []*yaml.Node{root})
	for _, s := range elements(get(root, "stages")) {
		r.azureJobs(get(s, "jobs"), []*yaml.Node{root, deref(s)})
	}
}

func (r *reader) azureJobs(list *yaml.Node, above []*yaml.Node) {
	for _, n := range elements(list) {
		name := word(get(n, "job"))
		if name == "" {
			name = word(get(n, "deployment"))
		}
		if n = deref(n); n != nil && n.Kind == yaml.MappingNode {
			r.azureJob(name, n, append(slices.Clone(above), n))
		}
	}
}

// An azureJob is a job, with the levels that give it variables, outermost first.
type azureJob struct {
	*reader
	*Job
	vars   []Variable
	groups bool // variables come from elsewhere too
}

func (r *reader) azureJob(name string, n *yaml.Node, levels []*yaml.Node) {
	steps := get(n, "steps")
	for _, strategy := range []string{"runOnce", "rolling", "canary"} {
		if steps == nil {
			steps = dig(n, "strategy", strategy, "deploy", "steps")
		}
	}
	if steps == nil {
		return
	}
	if name == "" {
		name = "job"
	}
	a := &azureJob{reader: r, Job: r.job(name, n)}
	var lists [][]Variable
	for _, l := range levels {
		lists = append(lists, a.variablesAt(get(l, "variables")))
		if pool := get(l, "pool"); strings.Contains(strings.ToLower(word(get(pool, "vmImage"))), "win") && l == levels[len(levels)-1] {
			a.notRead(r.rangeOf(pool), "the job runs on Windows")
			return
		}
	}
	for _, row := range entries(dig(n, "strategy", "matrix")) {
		lists = append(lists, several(row.value))
	}
	a.vars = r.variables(lists...)
	for _, s := range elements(steps) {
		a.step(holder{owner: deref(s), steps: steps, step: s})
	}
}

// variablesAt reads the variables of a level: a mapping, or a list of pairs.
func (a *azureJob) variablesAt(n *yaml.Node) []Variable {
	var vars []Variable
	if n != nil && n.Kind == yaml.MappingNode {
		for _, e := range entries(n) {
			vars = append(vars, Variable{e.key.Value, a.text(e.value, a.expand())})
		}
		return vars
	}
	for _, e := range elements(n) {
		if name := word(get(e, "name")); name != "" {
			vars = append(vars, Variable{name, a.text(get(e, "value"), a.expand())})
			continue
		}
		a.groups = true
	}
	return vars
}

func (a *azureJob) step(h holder) {
	for _, key := range []string{"script", "bash"} {
		if e := find(h.owner, key); e.value != nil {
			a.run(h.in(e), h.owner)
			return
		}
	}
	at := a.rangeOf(h.step)
	task, _, _ := strings.Cut(word(get(h.owner, "task")), "@")
	inputs := get(h.owner, "inputs")
	command := strings.ToLower(word(get(inputs, "command")))
	switch {
	case get(h.owner, "checkout") != nil && len(a.Shells) == 0:
	case get(h.owner, "publish") != nil:
		a.Publishes = true
		a.foreign(at, "publish", a.text(get(h.owner, "publish"), a.expand()))
	case task == "PublishBuildArtifacts" || task == "PublishPipelineArtifact":
		a.Publishes = true
		var paths []Text
		for _, key := range []string{"PathtoPublish", "pathToPublish", "targetPath", "path"} {
			if n := get(inputs, key); n != nil {
				paths = append(paths, a.text(n, a.expand()))
			}
		}
		a.foreign(at, task, paths...)
	case task == "Docker" && (command == "login" || command == "push"):
	case task == "Docker":
		if s := a.foreign(at, task); s != nil {
			s.Image = task
		}
	case task != "":
		a.foreign(at, task)
	default:
		for _, e := range entries(h.owner) {
			a.notRead(at, "the step %q is not followed", e.key.Value)
			a.foreign(at, e.key.Value)
			return
		}
	}
}

func (a *azureJob) run(h holder, step *yaml.Node) {
	s := Shell{Path: "/bin/bash", Ignore: isTrue(get(step, "continueOnError"))}
	if s.Cond = a.condition(step, "condition"); s.Cond != nil && s.Cond.Text == "" {
		return
	}
	var own []Variable
	for _, e := range entries(get(step, "env")) {
		own = append(own, Variable{e.key.Value, a.text(e.value, a.expand())})
	}
	for _, v := range a.vars {
		v.Name = strings.ToUpper(strings.NewReplacer(".", "_", " ", "_").Replace(v.Name))
		s.Env = append(s.Env, v)
	}
	s.Env = a.variables(s.Env, own)
	s.Dir = a.text(get(step, "workingDirectory"), a.expand())
	s.Items = a.gather(a.Job, h, a.expand())
	a.shell(s)
}

// azureRoots are the predefined variables that hold the directory of the checkout.
var azureRoots = []string{"Build.SourcesDirectory", "Build.Repository.LocalPath", "System.DefaultWorkingDirectory"}

// expand finds $(name), where a variable has that name; where none has, a shell
// takes it for a command. ${{ }} is an expression.
func (a *azureJob) expand() expander {
	macro := expression("$(", ")", func(name string) (Text, bool) {
		if i := slices.IndexFunc(a.vars, func(v Variable) bool { return strings.EqualFold(v.Name, name) }); i >= 0 {
			return a.vars[i].Value, true
		}
		if slices.ContainsFunc(azureRoots, func(r string) bool { return strings.EqualFold(r, name) }) {
			return Text{{Hole: &Hole{Kind: Root, Name: name}}}, true
		}
		plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
		return Text{{Hole: &Hole{Kind: Expression, Name: name}}}, plain && (strings.Contains(name, ".") || a.groups && name != "pwd")
	})
	template := expression("${{", "}}", func(name string) (Text, bool) {
		return Text{{Hole: &Hole{Kind: Expression, Name: name}}}, true
	})
	return func(text string) []substitution {
		subs := append(macro(text), template(text)...)
		slices.SortFunc(subs, func(x, y substitution) int { return x.start - y.start })
		var out []substitution
		for _, s := range subs {
			if len(out) == 0 || s.start >= out[len(out)-1].end {
				out = append(out, s)
			}
		}
		return out
	}
}
