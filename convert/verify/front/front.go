package front

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Exit statuses of the front's own.
const (
	exitHeld    = 0
	exitRefused = 125 // docker's own for a command that could not be begun
	exitMissing = 127 // the shell's for a command that is not there
)

// A call is one run of a program that the front stands for.
type call struct {
	*Session
	words []string // the command line, with the program's name in front
	*line          // of docker, or nil
	err   error    // the first trouble with the session's own files
}

// Main is the front: args are the words behind Word. It returns the exit status.
func Main(args []string) int {
	if len(args) < 2 {
		fmt.Fprintln(os.Stderr, "stagefold verify: the front needs a session and a program")
		return exitRefused
	}
	s, err := load(args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, "stagefold verify:", err)
		return exitRefused
	}
	// The script's whole process group is told to end; the front still writes down
	// what the real client says, and ends with it.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	c := &call{Session: s, words: args[1:]}
	status := c.serve()
	if c.err != nil {
		fmt.Fprintln(os.Stderr, "stagefold verify:", c.err)
		return exitRefused
	}
	return status
}

// serve runs the program.
func (c *call) serve() int {
	i := slices.IndexFunc(programs, func(p program) bool { return p.name == c.words[0] })
	if i < 0 {
		return c.refuse("no program of this name is known")
	}
	return programs[i].serve(c)
}

// serveDocker is the docker command line.
func (c *call) serveDocker() int {
	if why := c.otherEngine(); why != "" {
		return c.refuse(why)
	}
	l, err := parseLine(c.words)
	if err != nil {
		return c.refuse(err.Error())
	}
	c.line = l
	if l.name == "" || l.value("help") != "" {
		return c.pass(named)
	}
	for _, v := range verbs {
		if slices.Contains(strings.Split(v.names, "|"), l.name) {
			return v.serve(c)
		}
	}
	return c.hold(Foreign, "it reaches what the script did not make")
}

// otherEngine says how the script chooses an engine of its own, or "".
func (c *call) otherEngine() string {
	if got := os.Getenv("DOCKER_HOST"); got != nowhere {
		return fmt.Sprintf("the script sets DOCKER_HOST to %q", got)
	}
	if got := os.Getenv("DOCKER_CONTEXT"); got != "" {
		return fmt.Sprintf("the script sets DOCKER_CONTEXT to %q", got)
	}
	l, err := parseLine(c.words)
	if err != nil {
		return ""
	}
	for _, f := range l.group {
		if f.name == "host" || f.name == "context" {
			return fmt.Sprintf("the command chooses the engine with --%s", f.name)
		}
	}
	return ""
}

// hold writes the command down in place of running it.
func (c *call) hold(k Kind, reason string) int {
	c.note(Event{Kind: k, Text: c.text(), Reason: reason})
	if c.line != nil && c.on("password-stdin") {
		_, err := io.Copy(io.Discard, os.Stdin)
		c.trouble(err)
	}
	return exitHeld
}

// refuse writes the command down and fails.
func (c *call) refuse(reason string) int {
	c.note(Event{Kind: Refused, Text: c.text(), Reason: reason})
	fmt.Fprintf(os.Stderr, "stagefold verify: %q is not let through: %s\n", c.text(), reason)
	return exitRefused
}

// text is the command line as the script wrote it.
func (c *call) text() string { return c.Public(strings.Join(c.words, " ")) }

// trouble keeps the first error of the front's own.
func (c *call) trouble(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *call) note(e Event) { c.trouble(c.Session.note(e)) }

// An output says what is done with what the real client prints.
type output uint8

const (
	raw   output = iota // nothing: it may be binary, or of a program in a container
	named               // private names are shown without their suffix
)

// pass runs the line with the real client.
func (c *call) pass(o output) int {
	cmd := c.real()
	cmd.Stdin = os.Stdin
	if o == raw {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return c.run(cmd)
	}
	out, complaint := newPublic(c.Session, os.Stdout), newPublic(c.Session, os.Stderr)
	cmd.Stdout, cmd.Stderr = out, complaint
	status := c.run(cmd)
	c.trouble(errors.Join(out.flush(), complaint.flush()))
	return status
}

// real is the real client with the line.
func (c *call) real() *exec.Cmd {
	cmd := exec.Command(c.Client, c.line.words()...)
	cmd.Env = c.engineEnv()
	return cmd
}

// run runs cmd and writes down how it went.
func (c *call) run(cmd *exec.Cmd) int {
	if c.err != nil {
		return exitRefused
	}
	begin := time.Now()
	err := cmd.Run()
	status := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		status = max(exit.ExitCode(), 1)
	} else if err != nil {
		fmt.Fprintln(os.Stderr, "stagefold verify:", err)
		status = exitMissing
	}
	c.note(Event{Kind: Command, Text: c.text(), Exit: status, Seconds: time.Since(begin).Seconds()})
	return status
}

// find returns the program called name that the script would run without the front.
func (c *call) find(name string) (string, bool) {
	for _, dir := range filepath.SplitList(c.Path) {
		if full := filepath.Join(dir, name); isProgram(full) {
			return full, true
		}
	}
	return "", false
}

func isProgram(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
