package pipeline

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/finding"
)

// github reads the jobs of a workflow.
func (r *reader) github() {
	root := r.lastTree()
	for _, e := range entries(get(root, "jobs")) {
		if get(e.value, "steps") == nil {
			continue
		}
		g := &githubJob{reader: r, root: root, node: e.value, Job: r.job(e.key.Value, e.key)}
		if label := strings.Join(words(get(e.value, "runs-on")), " "); strings.Contains(strings.ToLower(label), "windows") {
			g.notRead(r.rangeOf(e.key), "the job runs on Windows")
			continue
		}
		g.read()
	}
}

// A githubJob is a job of a workflow.
type githubJob struct {
	*reader
	*Job
	root, node *yaml.Node
	env        []Variable // in scope of expressions
	set        string     // commands that set variables for later steps
}

func (g *githubJob) read() {
	list := get(g.node, "steps")
	for _, s := range elements(list) {
		if text := word(get(s, "run")); strings.Contains(text, "GITHUB_ENV") {
			g.set += text + "\n"
		}
	}
	for i, s := range elements(list) {
		h := holder{owner: deref(s), steps: list, step: s}
		switch {
		case get(s, "run") != nil:
			g.run(h)
		case get(s, "uses") != nil:
			g.uses(h, i)
		}
	}
}

// run is a step with commands.
func (g *githubJob) run(h holder) {
	step := h.owner
	g.env = g.variablesFor(step)
	e := find(step, "run")
	h = h.in(e)
	s := Shell{Env: g.env, Dir: g.dirOf(step), Ignore: isTrue(get(step, "continue-on-error"))}
	if s.Cond = g.condition(step, "if"); s.Cond != nil && s.Cond.Text == "" {
		return
	}
	var ok bool
	if s.Path, s.Options, ok = githubShell(g.setting(step, "shell")); !ok {
		g.foreign(g.rangeOf(e.key), g.setting(step, "shell"))
		return
	}
	s.Items = g.gather(g.Job, h, g.expand())
	g.shell(s)
}

// setting is a setting of the step, or the default for all.
func (g *githubJob) setting(step *yaml.Node, key string) string {
	for _, n := range []*yaml.Node{get(step, key), dig(g.node, "defaults", "run", key), dig(g.root, "defaults", "run", key)} {
		if n != nil {
			return word(n)
		}
	}
	return ""
}

// githubShell reads the shell of a step.
func githubShell(name string) (path, options string, ok bool) {
	switch name {
	case "":
		return "/bin/bash", "-e", true
	case "bash":
		return "/bin/bash", "-e -o pipefail", true
	case "sh":
		return "/bin/sh", "-e", true
	}
	fields := strings.Fields(strings.TrimSuffix(name, "{0}"))
	if base := fields[0]; base == "bash" || base == "sh" {
		return "/bin/" + base, flags(fields[1:]), true
	}
	return "", "", false
}

// flags are the options among the arguments of a shell, with each letter by itself.
func flags(args []string) string {
	var out []string
	for _, a := range args {
		name, ok := strings.CutPrefix(a, "-")
		switch {
		case !ok || strings.HasPrefix(name, "-"):
			if len(out) > 0 && out[len(out)-1] == "-o" {
				out = append(out, a)
			}
			continue
		}
		for _, c := range name {
			if c == 'o' || strings.ContainsRune("eu", c) {
				out = append(out, "-"+string(c))
			}
		}
	}
	return strings.Join(out, " ")
}

// variablesFor are the variables of the workflow, the job and the step.
func (g *githubJob) variablesFor(step *yaml.Node) []Variable {
	g.env = nil
	for _, n := range []*yaml.Node{get(g.root, "env"), get(g.node, "env"), get(step, "env")} {
		var vars []Variable
		for _, e := range entries(n) {
			vars = append(vars, Variable{e.key.Value, g.text(e.value, g.expand())})
		}
		g.env = g.variables(g.env, vars)
	}
	for i, v := range g.env {
		if strings.Contains(g.set, v.Name+"=") && get(get(step, "env"), v.Name) == nil {
			g.env[i].Value = outside(v.Name)
		}
	}
	return g.env
}

// expand finds ${{ }}.
func (g *githubJob) expand() expander {
	return expression("${{", "}}", func(name string) (Text, bool) {
		if name == "github.workspace" {
			return Text{{Hole: &Hole{Kind: Root, Name: name}}}, true
		}
		if env, ok := strings.CutPrefix(name, "env."); ok {
			i := slices.IndexFunc(g.env, func(v Variable) bool { return v.Name == env })
			if i >= 0 {
				return g.env[i].Value, true
			}
			return outside(env), true
		}
		return Text{{Hole: &Hole{Kind: Expression, Name: name}}}, true
	})
}

func (g *githubJob) dirOf(step *yaml.Node) Text {
	dir := get(step, "working-directory")
	for _, n := range []*yaml.Node{dig(g.node, "defaults", "run", "working-directory"), dig(g.root, "defaults", "run", "working-directory")} {
		if dir == nil {
			dir = n
		}
	}
	return g.text(dir, g.expand())
}

// condition reads what a step hangs on: nil for a step that always runs where all
// went well, and one without text for a step that never does.
func (r *reader) condition(step *yaml.Node, key string) *Condition {
	n := get(step, key)
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(word(n), "${{"), "}}"))
	switch strings.ReplaceAll(text, " ", "") {
	case "", "always()", "success()", "succeeded()", "succeededOrFailed()", "true", "!cancelled()":
		return nil
	case "failure()", "cancelled()", "failed()", "canceled()", "false":
		return &Condition{Range: r.rangeOf(n)}
	}
	return &Condition{Text: text, Range: r.rangeOf(n)}
}

// harmless are actions that run nothing on the files of the repository.
var harmless = []string{"docker/login-action", "docker/metadata-action", "azure/docker-login", "aws-actions/amazon-ecr-login", "aws-actions/configure-aws-credentials"}

// uses is a step that is an action.
func (g *githubJob) uses(h holder, number int) {
	uses := get(h.owner, "uses")
	name, _, _ := strings.Cut(word(uses), "@")
	at := g.rangeOf(uses)
	with := get(h.owner, "with")
	switch {
	case name == "actions/checkout" && number == 0 && get(with, "path") == nil && get(with, "repository") == nil:
		return
	case name == "actions/checkout" && get(with, "path") == nil && get(with, "repository") == nil && len(g.Shells) == 0:
		return
	case strings.HasPrefix(path.Base(name), "setup-") || slices.Contains(harmless, name):
		return
	case name == "actions/upload-artifact", name == "actions/cache", name == "actions/cache/save":
		g.Publishes = g.Publishes || name == "actions/upload-artifact"
		g.names(at, name, g.text(get(with, "path"), g.expand()))
	case name == "docker/build-push-action", name == "docker/bake-action":
		if s := g.foreign(at, path.Base(name)); s != nil {
			s.Image = name
		}
	default:
		g.foreign(at, path.Base(name))
	}
}

// names is an action that reads files, one path on each line.
func (g *githubJob) names(at finding.Range, name string, paths Text) {
	var args []Text
	text, known := paths.Known()
	if !known {
		args = []Text{paths}
	}
	for _, line := range strings.Fields(text) {
		if !strings.HasPrefix(line, "!") {
			args = append(args, Lit(line))
		}
	}
	g.foreign(at, path.Base(name), args...)
}
