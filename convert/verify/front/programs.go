package front

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A program is one that the front stands for.
type program struct {
	name  string
	serve func(*call) int
}

// programs are what the front stands for, where the machine has it.
var programs = []program{
	{"docker", (*call).serveDocker},
	{"docker-buildx", (*call).serveBuildx},
	{"docker-compose", (*call).holdProgram},
	{"sudo", (*call).serveSudo},
	{"git", (*call).serveGit},
	{"podman", (*call).refuseClient},
	{"buildah", (*call).refuseClient},
	{"nerdctl", (*call).refuseClient},
	{"aws", (*call).holdProgram},
	{"az", (*call).holdProgram},
	{"cosign", (*call).holdProgram},
	{"crane", (*call).holdProgram},
	{"gcloud", (*call).holdProgram},
	{"gh", (*call).holdProgram},
	{"helm", (*call).holdProgram},
	{"heroku", (*call).holdProgram},
	{"kubectl", (*call).holdProgram},
	{"oc", (*call).holdProgram},
	{"scp", (*call).holdProgram},
	{"sftp", (*call).holdProgram},
	{"skopeo", (*call).holdProgram},
	{"ssh", (*call).holdProgram},
}

func (c *call) holdProgram() int { return c.hold(Leaves, "it leaves the machine") }

func (c *call) refuseClient() int {
	return c.refuse("only docker can be stood in front of")
}

// serveBuildx is the plugin called by its own name.
func (c *call) serveBuildx() int {
	c.words = append([]string{"docker", "buildx"}, c.words[1:]...)
	return c.serveDocker()
}

// sudoValues are the flags of sudo that take a value.
const sudoValues = "CDRTUghprtu"

// serveSudo runs the command as the user: a docker behind sudo would not be the
// front, since sudo has a PATH of its own.
func (c *call) serveSudo() int {
	rest := c.words[1:]
	for len(rest) > 0 {
		word := rest[0]
		takes := len(word) == 2 && word[0] == '-' && strings.Contains(sudoValues, word[1:])
		switch {
		case word == "--":
			return c.become(rest[1:], nil)
		case takes && len(rest) > 1:
			rest = rest[2:]
		case strings.HasPrefix(word, "-"):
			rest = rest[1:]
		default:
			return c.becomeWithSettings(rest)
		}
	}
	return 0
}

// becomeWithSettings runs a command with NAME=VALUE in front of it.
func (c *call) becomeWithSettings(words []string) int {
	i := slices.IndexFunc(words, func(w string) bool { return !strings.Contains(w, "=") })
	if i < 0 {
		return 0
	}
	return c.become(words[i:], words[:i])
}

// become runs a command of the script's PATH.
func (c *call) become(words, settings []string) int {
	if len(words) == 0 {
		return 0
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), settings...)
	return c.attached(cmd)
}

// attached runs cmd with the streams of the script.
func (c *call) attached(cmd *exec.Cmd) int {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	switch {
	case cmd.ProcessState != nil:
		return max(cmd.ProcessState.ExitCode(), 0)
	case err != nil:
		fmt.Fprintln(os.Stderr, "stagefold verify:", err)
	}
	return exitMissing
}

// gitValues are the flags in front of git's subcommand that take a value.
var gitValues = []string{"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix", "--config-env"}

// serveGit is git without "git push".
func (c *call) serveGit() int {
	rest := c.words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		if slices.Contains(gitValues, rest[0]) && len(rest) > 1 {
			rest = rest[1:]
		}
		rest = rest[1:]
	}
	if len(rest) > 0 && rest[0] == "push" {
		return c.holdProgram()
	}
	git, ok := c.find("git")
	if !ok {
		return exitMissing
	}
	return c.attached(exec.Command(git, c.words[1:]...))
}
