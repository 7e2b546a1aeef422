package front

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Word is the first argument by which the program knows that it is to be the
// front: the session's file, the program it stands for and its arguments follow.
const Word = "verify-front"

// nowhere is the DOCKER_HOST of the script.
const nowhere = "unix:///stagefold/verify/only-the-docker-on-PATH-is-let-through.sock"

// engineVariables lead the client to an engine.
var engineVariables = []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"}

// A Session is what the front knows: where the real client is and how names are
// made private. It lives in a directory of its own.
type Session struct {
	Dir     string            // holds the session's file, its log, and bin
	ID      string            // the suffix of private names
	Client  string            // the real docker
	Path    string            // the PATH without the front
	Engine  map[string]string // the engine variables as the user has them
	Builder string            // a buildx builder to use, or ""
	Buildx  string            // the directory of buildx's configuration, where it is the session's own
	Run     int               // which run of a script it is
	NoCache bool              // build anew what this run has not built yet
}

// New makes a session in dir, which must exist, for the docker on PATH. Program is
// the executable that serves the front (see Main), with leading arguments.
func New(dir string, program []string) (*Session, error) {
	client, err := exec.LookPath("docker")
	if err != nil {
		return nil, err
	}
	id := make([]byte, 5)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	s := &Session{Dir: dir, ID: "sf" + hex.EncodeToString(id), Client: client, Path: os.Getenv("PATH"), Engine: map[string]string{}}
	for _, name := range engineVariables {
		if value, ok := os.LookupEnv(name); ok {
			s.Engine[name] = value
		}
	}
	if err := s.Save(); err != nil {
		return nil, err
	}
	return s, s.install(program)
}

// Save writes the session where the front reads it.
func (s *Session) Save() error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(s.file(), data, 0o600)
}

func load(file string) (*Session, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &Session{}
	return s, json.Unmarshal(data, s)
}

// Output is the file that the script's output goes to. The front knows by it
// whether a command prints for a person or into something else.
func (s *Session) Output() string { return filepath.Join(s.Dir, "output") }

func (s *Session) file() string { return filepath.Join(s.Dir, "session.json") }
func (s *Session) log() string  { return filepath.Join(s.Dir, "log") }
func (s *Session) bin() string  { return filepath.Join(s.Dir, "bin") }

// install puts the front in place of docker and of each program of the table that
// the machine has.
func (s *Session) install(program []string) error {
	if err := os.Mkdir(s.bin(), 0o755); err != nil {
		return err
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p.name); err != nil && p.name != "docker" {
			continue
		}
		var text strings.Builder
		text.WriteString("#!/bin/sh\nexec")
		for _, word := range append(slices.Clone(program), Word, s.file(), p.name) {
			text.WriteString(" " + quote(word))
		}
		text.WriteString(" \"$@\"\n")
		if err := os.WriteFile(filepath.Join(s.bin(), p.name), []byte(text.String()), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// quote makes one word of text for the shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// Env is the environment of the script: env with the front first on PATH, and
// without a way to the engine but through it.
func (s *Session) Env(env []string) []string {
	own := slices.DeleteFunc(slices.Clone(env), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return name == "PATH" || slices.Contains(engineVariables, name)
	})
	return append(own, "PATH="+s.bin()+string(os.PathListSeparator)+s.Path, "DOCKER_HOST="+nowhere)
}

// engineEnv is the environment of the real client, from that of the script.
func (s *Session) engineEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return slices.Contains(engineVariables, name) || name == "PATH"
	})
	for _, name := range engineVariables {
		if value, ok := s.Engine[name]; ok {
			env = append(env, name+"="+value)
		}
	}
	if s.Buildx != "" {
		env = append(env, "BUILDX_CONFIG="+s.Buildx)
	}
	return append(env, "PATH="+s.Path)
}

// Join makes the session build on the BuildKit daemon at address, by a builder that
// only the session knows.
func (s *Session) Join(address string) error {
	s.Buildx, s.Builder = filepath.Join(s.Dir, "buildx"), s.ID
	if _, err := s.docker("buildx", "create", "--name", s.Builder, "--driver", "remote", address); err != nil {
		return err
	}
	return s.Save()
}

// Answers reports whether the session's builder does.
func (s *Session) Answers() bool {
	_, err := s.docker("buildx", "inspect", "--bootstrap", "--timeout", "10s", s.Builder)
	return err == nil
}

// Docker is a command of the real client, with the session's builders.
func (s *Session) Docker(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Client, args...)
	cmd.Env = s.engineEnv()
	return cmd
}

// EngineAnswers reports whether there is a docker on PATH, and an engine behind it.
func EngineAnswers(ctx context.Context) bool {
	return exec.CommandContext(ctx, "docker", "version", "--format", "{{.Server.Version}}").Run() == nil
}

// docker runs the real client and returns what it prints, where it fails too.
func (s *Session) docker(args ...string) (string, error) {
	cmd := s.Docker(context.Background(), args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return strings.TrimSpace(out.String()), fmt.Errorf("docker %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}

// A Kind says what an Event is about.
type Kind string

// The kinds of events.
const (
	Image     Kind = "image"     // the name of an image that was made, without the suffix
	ImageID   Kind = "id"        // the id of such an image, or of a layer of one
	Container Kind = "container" // the name of a container, without the suffix
	Step      Kind = "step"      // the id of a container that the legacy builder works in
	Volume    Kind = "volume"    // likewise a volume
	Network   Kind = "network"   // and a network
	Stage     Kind = "stage"     // what tells a stage that was built from others
	Source    Kind = "source"    // the name of an image that files came out of
	Command   Kind = "command"   // a docker command line that was run
	Leaves    Kind = "leaves"    // one held back, since it leaves the machine
	Foreign   Kind = "foreign"   // one held back, since it reaches things of others
	Refused   Kind = "refused"   // one that failed, since the front does not let it through
)

// An Event is a line of a session's log.
type Event struct {
	Kind    Kind
	Text    string  // the name or id, or the command line
	Reason  string  `json:",omitempty"` // of what was held back or refused
	Exit    int     `json:",omitempty"` // of a command
	Seconds float64 `json:",omitempty"` // that a command took
}

// note appends an event. One write of a line is not torn apart by another.
func (s *Session) note(e Event) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.log(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// Events returns what the session's log holds so far.
func (s *Session) Events() ([]Event, error) {
	f, err := os.Open(s.log())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var events []Event
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%s: %w", s.log(), err)
		}
		events = append(events, e)
	}
	return events, lines.Err()
}

// names returns the texts of the events of a kind, each once.
func (s *Session) names(k Kind) ([]string, error) {
	events, err := s.Events()
	var names []string
	for _, e := range events {
		if e.Kind == k && !slices.Contains(names, e.Text) {
			names = append(names, e.Text)
		}
	}
	return names, err
}
