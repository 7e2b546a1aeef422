package shparse

import (
	"cmp"
	"io/fs"
	"path"
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
)

// A call is a simple command that is about to run: what the evaluator hands to
// the model of a command.
type call struct {
	op        *Op      // Range, Calls, Dir, Assign, Argv, Conds, Files and Captured are set
	argv      []Arg    // op.Argv behind wrappers such as sudo, command, env, nice, time
	stdin     *Value   // the text on standard input; nil where unknown or the terminal's
	stdinFile Value    // the file that standard input is, relative to the root; empty where it is none
	doc       *Heredoc // the here-document that standard input is, as far as it is not read yet; nil where it is none
	tar       []Effect // what a tar stream on standard input holds (Pack effects); nil where there is none
	// stdout is the host path that standard output goes to, relative to the
	// root; nil for the script's own output, a pipe or a capture.
	stdout *Value
	// posix is set under a POSIX shell, whose echo may expand escapes.
	posix   bool
	docker  *docker // the images and containers made so far on this way
	exists  func(path string) existence
	readAll func(path string) (Value, bool)        // the contents of a host file, where they can be known
	list    func(dir string) ([]fs.DirEntry, bool) // a directory of the host, and whether that is all of it
}

// An existence says what is known of a path on the host.
type existence uint8

const (
	unknownExistence existence = iota // it may be there or not
	missing
	regular
	directory
	symlink
	existing     // it is there, but what it is is unknown
	maybeMissing // missing, unless a command without a model made it
)

// An outcome is what a modelled command does.
type outcome struct {
	act     Action
	effects []Effect // on the host's files; also those in act, if it is a *Host
	stdout  *Value   // what it prints; nil where that can't be known
	tar     []Effect // the tar stream that it prints, where it prints one (Pack effects)
	status  status
	problem []finding.Finding
}

// A status is what is known of how a command ends.
type status uint8

const (
	succeeds status = iota // taken to succeed: status 0
	fails                  // known to fail: status 1
	asks                   // its status is an answer that can't be known
	tells                  // like asks as a condition, otherwise taken to succeed
	falters                // fails where the script is prepared for that, otherwise taken to succeed
	errs                   // known to fail, with what status is not known
)

// A model says what a command does, given its call, which it does not keep.
type model interface {
	run(c *call) outcome
}

// An ownModel is a model that takes the words of the command apart itself.
type ownModel func(c *call) outcome

func (m ownModel) run(c *call) outcome { return m(c) }

// lookup finds the model of the command called name: the docker clients, then
// the table of host commands. Builtins that change the shell itself (cd, set,
// export, eval, ...) are the evaluator's and not here.
func lookup(name string) (model, bool) {
	if path.IsAbs(name) {
		name = path.Base(name)
	}
	switch name {
	case "docker", "docker.io", "podman":
		return ownModel(runDocker), true
	case "docker-compose", "podman-compose":
		return ownModel(runCompose), true
	case "docker-buildx":
		return ownModel(runBuildx), true
	case "buildah":
		return ownModel(runBuildah), true
	}
	i, ok := slices.BinarySearchFunc(models, name, func(m namedModel, name string) int { return cmp.Compare(m.name, name) })
	if !ok {
		return ownModel(unknown), false
	}
	return &models[i], true
}

// docker is the state of the Docker engine as the script has changed it so far
// on this way. Models change it.
type docker struct {
	images     map[string]*Image     // by Key of the name, ":latest" added where there is no tag
	containers map[string]*Container // by Key of the name
	gone       map[*Container]bool   // those that were removed
	last       *Container            // the container made last, for docker ps -lq
	made       []*Container          // all of them in order
}
