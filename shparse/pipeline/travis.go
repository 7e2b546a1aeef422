package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// travisPhases are the phases in which a job of Travis runs commands, in order, for
// a job that succeeds.
var travisPhases = []string{
	"before_install", "install", "before_script", "script", "after_success", "before_deploy", "deploy", "after_deploy",
	"after_script",
}

// travis reads the jobs of Travis: those that are listed, and the one of the top
// level where none are or where a matrix makes more.
func (r *reader) travis() {
	root := r.lastTree()
	if root == nil {
		return
	}
	var listed []*yaml.Node
	for _, key := range []string{"jobs", "matrix"} {
		include := get(root, key)
		if include != nil && include.Kind == yaml.MappingNode {
			include = get(include, "include")
		}
		listed = append(listed, elements(include)...)
	}
	if len(listed) == 0 || len(r.matrixOf(root)) > 1 {
		t := &travisJob{reader: r, layers: []*yaml.Node{root}, Job: r.job("job", root)}
		t.read()
	}
	for i, n := range listed {
		name := word(get(n, "name"))
		if name == "" {
			name = word(get(n, "stage"))
		}
		if name == "" {
			name = fmt.Sprintf("job %d", i+1)
		}
		t := &travisJob{reader: r, layers: []*yaml.Node{deref(n), root}, Job: r.job(name, n)}
		t.read()
	}
}

// A travisJob is a job with the keys of the top level behind its own.
type travisJob struct {
	*reader
	*Job
	layers []*yaml.Node
}

func (t *travisJob) find(key string) entry {
	for _, l := range t.layers {
		if e := find(l, key); e.value != nil {
			return e
		}
	}
	return entry{}
}

func (t *travisJob) read() {
	s := Shell{Path: "/bin/bash", Env: t.variables(t.globals(), t.own())}
	for _, phase := range travisPhases {
		s.Items = append(s.Items, t.phase(phase)...)
	}
	t.shell(s)
	cache := t.find("cache")
	if dirs := words(get(cache.value, "directories")); len(dirs) > 0 {
		t.foreign(t.rangeOf(cache.key), "cache", texts(dirs)...)
	}
}

// phase are the commands of a phase. Without any, most languages have one of
// their own for install and for script.
func (t *travisJob) phase(name string) []*Item {
	e := t.find(name)
	switch {
	case name == "deploy":
		return t.deploy(e)
	case name == "install" && (isTrue(e.value) || word(e.value) == "skip"):
		return nil
	case e.value != nil:
		return t.gather(t.Job, e.holder(), nil)
	case name != "install" && name != "script":
		return nil
	}
	lang := t.find("language")
	if slices.Contains([]string{"", "generic", "minimal", "shell", "bash", "sh", "c", "cpp", "c++"}, strings.ToLower(word(lang.value))) {
		return nil
	}
	return []*Item{foreignItem(t.rangeOf(lang.value), word(lang.value)+"-"+name, nil)}
}

// deploy are the providers, each a command that names the files that it uploads.
func (t *travisJob) deploy(e entry) []*Item {
	var items []*Item
	for _, d := range elements(e.value) {
		provider := word(get(d, "provider"))
		if provider == "" {
			provider = word(d)
		}
		if script := find(d, "script"); provider == "script" && script.value != nil {
			items = append(items, t.gather(t.Job, script.holder(), nil)...)
			continue
		}
		files := append(words(get(d, "file")), words(get(d, "local_dir"))...)
		items = append(items, foreignItem(t.rangeOf(e.key), "deploy-"+provider, texts(files)))
	}
	return items
}

func texts(list []string) []Text {
	var all []Text
	for _, s := range list {
		all = append(all, Lit(s))
	}
	return all
}

// globals are the variables of all jobs.
func (t *travisJob) globals() []Variable {
	env := get(t.layers[len(t.layers)-1], "env")
	if env == nil || env.Kind != yaml.MappingNode {
		return nil
	}
	if g := get(env, "global"); g != nil {
		return assignments(elements(g))
	}
	if get(env, "jobs") == nil && get(env, "matrix") == nil {
		return assignments([]*yaml.Node{env})
	}
	return nil
}

// own are the variables of the job: those of its row, where there is one row. Of
// several each variable has several values.
func (t *travisJob) own() []Variable {
	if len(t.layers) > 1 {
		if env := get(t.layers[0], "env"); env != nil {
			return assignments(elements(env))
		}
	}
	rows := t.matrixOf(t.layers[len(t.layers)-1])
	vars := assignments(rows)
	if len(rows) == 1 {
		return vars
	}
	for i, v := range vars {
		vars[i].Value = outside(v.Name)
	}
	return vars
}

// matrixOf are the rows of variables that each make a job.
func (r *reader) matrixOf(root *yaml.Node) []*yaml.Node {
	env := get(root, "env")
	switch {
	case env == nil:
		return nil
	case env.Kind != yaml.MappingNode:
		return elements(env)
	case get(env, "jobs") != nil:
		return elements(get(env, "jobs"))
	}
	return elements(get(env, "matrix"))
}

// assignments reads rows of the form "A=1 B=2", or of mappings.
func assignments(rows []*yaml.Node) []Variable {
	var vars []Variable
	for _, row := range rows {
		row = deref(row)
		for _, e := range entries(row) {
			if e.key.Value != "secure" {
				vars = append(vars, Variable{e.key.Value, Lit(word(e.value))})
			}
		}
		for _, w := range shellWords(word(row)) {
			name, value, ok := strings.Cut(w, "=")
			if !ok || nameLen(name) != len(name) {
				continue
			}
			vars = append(vars, Variable{name, assigned(name, value)})
		}
	}
	return vars
}

// assigned is the value of an assignment as Travis's shell makes it: known where it
// is plain.
func assigned(name, value string) Text {
	plain := strings.Trim(value, `"'`)
	if strings.ContainsAny(plain, "$`\\\"'") {
		return outside(name)
	}
	return Lit(plain)
}

// shellWords splits at spaces outside of quotes.
func shellWords(text string) []string {
	var all []string
	var cur strings.Builder
	var quote rune
	for _, c := range text + " " {
		switch {
		case quote == 0 && c == ' ':
			if cur.Len() > 0 {
				all = append(all, cur.String())
				cur.Reset()
			}
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
		cur.WriteRune(c)
	}
	return all
}
