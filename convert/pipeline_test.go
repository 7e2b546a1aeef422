package convert_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/shparse/pipeline"
)

// A ciRunner runs a job of a CI file on this machine, as its system would, but for
// images, services and steps that are no commands. It shares nothing with the reader
// that it is to check: the file is decoded into maps, and the shells do the rest.
type ciRunner struct {
	t    *testing.T
	dir  string            // for the scripts of the shells
	env  map[string]string // what the system sets
	text strings.Builder   // the script that runs them all
	n    int
}

// runner writes a script that runs the case's job in the repository at dir.
func (c *testCase) runner(t *testing.T, dir string) string {
	t.Helper()
	name := c.get("script", "")
	src, err := os.ReadFile(filepath.Join(dir, name))
	check(t, err)
	var file map[string]any
	check(t, yaml.Unmarshal(src, &file))
	r := &ciRunner{t: t, dir: t.TempDir(), env: map[string]string{}}
	for _, line := range c.all("env") {
		key, value, _ := strings.Cut(line, "=")
		r.env[key] = value
	}
	r.text.WriteString("#!/bin/bash\nset -e\n")
	job := c.get("job", "build")
	switch pipeline.SystemOf(name) {
	case pipeline.GitLab:
		r.gitlab(file, job)
	case pipeline.Travis:
		r.travis(file)
	case pipeline.GitHub:
		r.github(file, asMap(asMap(file["jobs"])[job]))
	case pipeline.CircleCI:
		r.circle(asMap(asMap(file["jobs"])[job]))
	case pipeline.Drone:
		r.drone(file)
	case pipeline.Azure:
		r.azure(file)
	default:
		t.Fatalf("no runner for %s", name)
	}
	if r.n == 0 {
		t.Fatalf("the job %q of %s has no commands", job, name)
	}
	script := filepath.Join(r.dir, "run")
	writeFile(t, script, r.text.String())
	return script
}

// asMap is a mapping, or none.
func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// asList is a list, or the one value.
func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var all []any
		for _, e := range v {
			all = append(all, asList(e)...)
		}
		return all
	}
	return []any{v}
}

func asLines(v any) string {
	var out strings.Builder
	for _, e := range asList(v) {
		out.WriteString(strings.TrimSuffix(fmt.Sprint(e), "\n") + "\n")
	}
	return out.String()
}

// shell adds a shell: a command line, which gets a script with the text.
func (r *ciRunner) shell(command, dir string, env map[string]any, text string) {
	r.n++
	file := filepath.Join(r.dir, fmt.Sprintf("shell%d", r.n))
	check(r.t, os.WriteFile(file, []byte(text), 0o644))
	var exports strings.Builder
	for _, name := range sortedKeys(env) {
		fmt.Fprintf(&exports, "export %s=%s; ", name, singleQuoted(fmt.Sprint(env[name])))
	}
	if dir == "" {
		dir = "."
	}
	fmt.Fprintf(&r.text, "(cd %s; %sexec %s %s)\n", singleQuoted(dir), exports.String(), command, file)
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// gitlab: the variables are expanded, before_script and script are one shell.
func (r *ciRunner) gitlab(file map[string]any, name string) {
	job, vars := map[string]any{}, []any{file["variables"]}
	var extend func(m map[string]any)
	extend = func(m map[string]any) {
		for _, base := range asList(m["extends"]) {
			extend(asMap(file[base.(string)]))
		}
		for key, value := range m {
			if key != "variables" {
				job[key] = value
			}
		}
		vars = append(vars, m["variables"])
	}
	for key, value := range asMap(file["default"]) {
		job[key] = value
	}
	for _, key := range []string{"before_script", "after_script"} {
		if file[key] != nil {
			job[key] = file[key]
		}
	}
	extend(asMap(file[name]))
	var exports strings.Builder
	// Twice, so that each may use all others.
	for _, v := range append(vars, vars...) {
		m := asMap(v)
		for _, key := range sortedKeys(m) {
			fmt.Fprintf(&exports, "export %s=\"%v\"\n", key, m[key])
		}
	}
	setup := "set -eo pipefail\nexport CI_PROJECT_DIR=\"$PWD\"\n" + exports.String()
	r.shell("bash", "", nil, setup+asLines(job["before_script"])+asLines(job["script"]))
	if job["after_script"] != nil {
		r.shell("bash", "", nil, setup+asLines(job["after_script"]))
	}
}

// travis: one shell for all, which stops where a phase in front of script fails.
func (r *ciRunner) travis(file map[string]any) {
	var out strings.Builder
	out.WriteString("result=0\nexport TRAVIS_BUILD_DIR=\"$PWD\"\n")
	env := file["env"]
	if m := asMap(env); m != nil {
		env = m["global"]
	}
	for _, row := range asList(env) {
		fmt.Fprintf(&out, "export %v\n", row)
	}
	for _, phase := range []string{"before_install", "install", "before_script", "script", "after_success", "after_script"} {
		for _, line := range asList(file[phase]) {
			command := "eval " + singleQuoted(fmt.Sprint(line))
			switch phase {
			case "script":
				command += " || result=1"
			case "after_success":
				command = "[ $result != 0 ] || " + command
			case "after_script":
			default:
				command += " || exit 2"
			}
			out.WriteString(command + "\n")
		}
	}
	out.WriteString("exit $result\n")
	r.shell("bash", "", nil, out.String())
}

var (
	githubExpression = regexp.MustCompile(`\$\{\{ *(env|github)\.(\w+) *\}\}`)
	azureMacro       = regexp.MustCompile(`\$\(([A-Za-z.]+)\)`)
	droneVariable    = regexp.MustCompile(`\$?\$\{\w+\}`)
)

// github: each step is a shell of its own.
func (r *ciRunner) github(file, job map[string]any) {
	for _, s := range asList(job["steps"]) {
		step := asMap(s)
		if step["run"] == nil {
			continue
		}
		env := map[string]any{}
		fill := func(text string) string {
			return githubExpression.ReplaceAllStringFunc(text, func(e string) string {
				m := githubExpression.FindStringSubmatch(e)
				if m[1] == "env" {
					return fmt.Sprint(env[m[2]])
				}
				return r.env["GITHUB_"+strings.ToUpper(m[2])]
			})
		}
		for _, vars := range []any{file["env"], job["env"], step["env"]} {
			for key, value := range asMap(vars) {
				env[key] = fill(fmt.Sprint(value))
			}
		}
		command := "bash -e"
		switch step["shell"] {
		case "bash":
			command = "bash --noprofile --norc -eo pipefail"
		case "sh":
			command = "sh -e"
		}
		dir, _ := step["working-directory"].(string)
		if dir == "" {
			dir, _ = asMap(asMap(job["defaults"])["run"])["working-directory"].(string)
		}
		r.shell(command, dir, env, fill(fmt.Sprint(step["run"])))
	}
}

// circle: each run is a shell of its own.
func (r *ciRunner) circle(job map[string]any) {
	for _, s := range asList(job["steps"]) {
		run := asMap(s)["run"]
		if run == nil {
			continue
		}
		step := asMap(run)
		if step == nil {
			step = map[string]any{"command": run}
		}
		env := map[string]any{}
		for _, vars := range []any{job["environment"], step["environment"]} {
			for key, value := range asMap(vars) {
				env[key] = value
			}
		}
		dir, _ := step["working_directory"].(string)
		r.shell("bash -eo pipefail", dir, env, fmt.Sprint(step["command"]))
	}
}

// drone: the commands of a step are one shell, behind the variables that Drone fills
// in.
func (r *ciRunner) drone(file map[string]any) {
	for _, s := range asList(file["steps"]) {
		step := asMap(s)
		if step["commands"] == nil {
			continue
		}
		text := droneVariable.ReplaceAllStringFunc(asLines(step["commands"]), func(v string) string {
			if strings.HasPrefix(v, "$$") {
				return v[1:]
			}
			return r.env[v[2:len(v)-1]]
		})
		r.shell("sh -e", "", asMap(step["environment"]), text)
	}
}

// azure: each script is a shell of its own, behind the macros.
func (r *ciRunner) azure(file map[string]any) {
	vars := asMap(file["variables"])
	fill := func(text string) string {
		return azureMacro.ReplaceAllStringFunc(text, func(e string) string {
			name := e[2 : len(e)-1]
			switch {
			case vars[name] != nil:
				return fmt.Sprint(vars[name])
			case strings.Contains(name, "."):
				return r.env[strings.ToUpper(strings.ReplaceAll(name, ".", "_"))]
			}
			return e
		})
	}
	env := map[string]any{}
	for key, value := range vars {
		env[strings.ToUpper(key)] = fill(fmt.Sprint(value))
	}
	for _, s := range asList(file["steps"]) {
		step := asMap(s)
		text := step["script"]
		if text == nil {
			text = step["bash"]
		}
		if text != nil {
			dir, _ := step["workingDirectory"].(string)
			r.shell("bash --noprofile --norc", dir, env, fill(fmt.Sprint(text)))
		}
	}
}
