package front

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// build is docker build, also through buildx.
func (c *call) build() int {
	c.holdOutputs()
	c.change("tag", c.newImage)
	c.change("cache-from", func(v string) string { return c.image(v) })
	c.change("build-context", func(v string) string {
		if name, ref, ok := strings.Cut(v, "=docker-image://"); ok {
			return name + "=docker-image://" + c.image(ref)
		}
		return v
	})
	c.drop("rm", "force-rm")
	c.add("force-rm", "true") // nothing is left where the build is ended
	if c.Builder != "" {
		c.path = []string{"buildx", "build"}
		c.drop("builder", "load")
		c.add("builder", c.Builder)
		c.add("load", "true")
	}
	file, err := c.privateDockerfile()
	if err != nil {
		return c.refuse(err.Error())
	}
	defer func() { c.trouble(file.restore()) }()
	if c.cold(file) {
		c.drop("no-cache")
		c.add("no-cache", "true")
	}
	status := c.runBuild(file.stdin)
	if status == 0 && c.NoCache {
		c.noteStages(file)
	}
	return status
}

// holdOutputs takes out what would change the base images of the machine, or
// leave it.
func (c *call) holdOutputs() {
	if c.on("pull") {
		c.note(Event{Kind: Foreign, Text: c.text(), Reason: "without --pull: the base images of the machine might become others"})
	}
	c.drop("pull")
	pushes := c.on("push")
	for _, v := range c.values("output") {
		pushes = pushes || strings.Contains(v, "type=registry") || strings.Contains(v, "push=true")
	}
	if pushes {
		for _, tag := range c.values("tag") {
			c.note(Event{Kind: Leaves, Text: "docker push " + tag, Reason: "it leaves the machine"})
		}
		c.drop("push", "output")
		c.add("load", "true")
	}
	for _, to := range c.values("cache-to") {
		c.note(Event{Kind: Leaves, Text: "docker build --cache-to=" + to, Reason: "it leaves the machine"})
	}
	c.drop("cache-to")
}

// runBuild runs the build and writes down the images and containers that it makes.
// The legacy builder tells them in its output only, so that a quiet build is not
// quiet here.
func (c *call) runBuild(stdin io.Reader) int {
	quiet := c.drop("quiet")
	file := c.value("iidfile")
	if file == "" {
		file = filepath.Join(c.Dir, fmt.Sprintf("iid.%d", os.Getpid()))
		c.add("iidfile", file)
		defer func() { c.trouble(ignoreMissing(os.Remove(file))) }()
	}
	cmd := c.real()
	cmd.Stdin = os.Stdin
	if stdin != nil {
		cmd.Stdin = stdin
	}
	var log bytes.Buffer
	var stdout, stderr io.Writer = os.Stdout, os.Stderr
	if quiet {
		stdout, stderr = &log, &log
	}
	out, complaint := newPublic(c.Session, stdout), newPublic(c.Session, stderr)
	steps := &stepReader{note: c.note}
	cmd.Stdout, cmd.Stderr = io.MultiWriter(steps, out), complaint
	status := c.run(cmd)
	c.trouble(errors.Join(steps.flush(), out.flush(), complaint.flush()))

	id, err := os.ReadFile(file)
	c.trouble(ignoreMissing(err))
	if len(id) > 0 && status == 0 && !steps.cached {
		c.note(Event{Kind: ImageID, Text: string(id)})
	}
	if quiet {
		c.trouble(tellQuiet(status, id, log.Bytes()))
	}
	return status
}

// tellQuiet prints what a quiet build prints: the id, or what went wrong.
func tellQuiet(status int, id, log []byte) error {
	if status != 0 {
		_, err := os.Stderr.Write(log)
		return err
	}
	_, err := fmt.Println(string(id))
	return err
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// passID passes a command that prints the id of the image it makes.
func (c *call) passID() int {
	cmd := c.real()
	cmd.Stdin = os.Stdin
	var id bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(os.Stdout, &id), os.Stderr
	status := c.run(cmd)
	if text := strings.TrimSpace(id.String()); text != "" {
		c.note(Event{Kind: ImageID, Text: text})
	}
	return status
}

// A stepReader reads what the legacy builder prints.
type stepReader struct {
	lineWriter
	note   func(Event)
	from   bool // the step is a FROM
	cached bool // its result was there before
}

func (r *stepReader) Write(p []byte) (int, error) { return r.write(p, r.line) }

func (r *stepReader) flush() error { return r.end(r.line) }

func (r *stepReader) line(text string) error {
	const running = " ---> Running in "
	text = strings.TrimRight(text, "\r\n")
	switch id, isResult := strings.CutPrefix(text, " ---> "); {
	case strings.HasPrefix(text, "Step "):
		_, instruction, _ := strings.Cut(text, " : ")
		r.from, r.cached = strings.HasPrefix(strings.ToUpper(instruction), "FROM"), false
	case strings.HasPrefix(text, running):
		r.note(Event{Kind: Step, Text: strings.TrimPrefix(text, running)})
	case text == " ---> Using cache":
		r.cached = true
	case isResult && !r.from && !r.cached && !strings.ContainsAny(id, " []"):
		r.note(Event{Kind: ImageID, Text: id})
	}
	return nil
}

// A lineWriter cuts what is written to it into lines.
type lineWriter struct{ rest []byte }

func (w *lineWriter) write(p []byte, line func(string) error) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		if err := line(string(w.rest[:i+1])); err != nil {
			return 0, err
		}
		w.rest = w.rest[i+1:]
	}
}

func (w *lineWriter) end(line func(string) error) error {
	if len(w.rest) == 0 {
		return nil
	}
	text := string(w.rest)
	w.rest = nil
	return line(text)
}

// A public shows private names without their suffix.
type public struct {
	lineWriter
	session *Session
	to      *bufio.Writer
}

func newPublic(s *Session, to io.Writer) *public { return &public{session: s, to: bufio.NewWriter(to)} }

func (p *public) Write(text []byte) (int, error) { return p.write(text, p.line) }

func (p *public) flush() error { return p.end(p.line) }

func (p *public) line(text string) error {
	if _, err := p.to.WriteString(p.session.Public(text)); err != nil {
		return err
	}
	return p.to.Flush()
}
