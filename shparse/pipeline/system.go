package pipeline

import (
	"path"
	"strings"
)

// A System is a CI system.
type System uint8

// The systems. None stands for a file that is of no CI system.
const (
	None System = iota
	GitLab
	Travis
	GitHub
	CircleCI
	Drone
	Azure
	Jenkins
)

// String returns the name of the system.
func (s System) String() string {
	return [...]string{"", "GitLab", "Travis CI", "GitHub Actions", "CircleCI", "Drone", "Azure Pipelines", "Jenkins"}[s]
}

// SystemOf tells by its path, relative to the root of the repository, whose file a
// file is.
func SystemOf(name string) System {
	base := path.Base(name)
	if strings.HasPrefix(strings.ToLower(base), "jenkinsfile") && path.Ext(base) != ".md" || path.Ext(base) == ".jenkinsfile" {
		return Jenkins
	}
	stem, ok := strings.CutSuffix(base, ".yml")
	if !ok {
		if stem, ok = strings.CutSuffix(base, ".yaml"); !ok {
			return None
		}
	}
	dir := path.Dir(name)
	switch {
	case stem == ".gitlab-ci" || strings.HasSuffix(stem, ".gitlab-ci"):
		return GitLab
	case stem == ".travis":
		return Travis
	case stem == ".drone":
		return Drone
	case stem == "config" && path.Base(dir) == ".circleci":
		return CircleCI
	case path.Base(dir) == "workflows" && strings.HasPrefix(path.Base(path.Dir(dir)), ".git"):
		return GitHub
	case strings.HasPrefix(strings.TrimPrefix(stem, "."), "azure-pipelines"), path.Base(dir) == ".azure-pipelines":
		return Azure
	}
	return None
}

// Depth is how many directories below the root of its repository a file of the
// system lies by its name.
func (s System) Depth() int { return [...]int{0, 0, 0, 2, 1, 0, 0, 0}[s] }

// roots are the variables that hold the directory of the checkout.
var roots = map[System][]string{
	GitLab:  {"CI_PROJECT_DIR"},
	Travis:  {"TRAVIS_BUILD_DIR"},
	GitHub:  {"GITHUB_WORKSPACE"},
	Drone:   {"DRONE_WORKSPACE", "CI_WORKSPACE"},
	Azure:   {"BUILD_SOURCESDIRECTORY", "BUILD_REPOSITORY_LOCALPATH", "SYSTEM_DEFAULTWORKINGDIRECTORY"},
	Jenkins: {"WORKSPACE"},
}

// presets are variables that have one value in every job.
func (s System) presets() []Variable {
	var vars []Variable
	for _, name := range roots[s] {
		vars = append(vars, Variable{name, Text{{Hole: &Hole{Kind: Root, Name: name}}}})
	}
	switch s {
	case GitLab, Travis, GitHub, CircleCI, Drone:
		vars = append(vars, Variable{"CI", Lit("true")})
	case Azure:
		vars = append(vars, Variable{"TF_BUILD", Lit("True")})
	}
	return vars
}
