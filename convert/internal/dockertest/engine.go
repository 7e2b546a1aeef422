package dockertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// RequireVar is the environment variable that, set to 1, makes a missing Docker
// Engine a failure.
const RequireVar = "STAGEFOLD_REQUIRE_DOCKER"

// A Builder is one of the two builders that an engine may have.
type Builder string

// The builders.
const (
	Legacy   Builder = "legacy"
	BuildKit Builder = "buildkit"
)

// env is what makes the docker command line use the builder.
func (b Builder) env() []string {
	if b == Legacy {
		return []string{"DOCKER_BUILDKIT=0"}
	}
	// A builder of the user's own might not leave its images in the engine.
	return []string{"DOCKER_BUILDKIT=1", "BUILDX_BUILDER=default", "BUILDKIT_PROGRESS=plain"}
}

// ErrShort is why a short test has no engine.
var ErrShort = errors.New("the test is a short one")

// Unavailable ends a test that needs an engine: it skips the test, or fails it
// where the environment says that an engine is required.
func Unavailable(t testing.TB, err error) {
	t.Helper()
	if os.Getenv(RequireVar) == "1" && !errors.Is(err, ErrShort) {
		t.Fatalf("%s=1, but there is no Docker to test with: %v", RequireVar, err)
	}
	t.Skipf("needs Docker: %v", err)
}

// commandTimeout bounds one docker command of the lab's own.
const commandTimeout = 2 * time.Minute

// An engine runs docker commands.
type engine struct{ client string }

func findEngine() (engine, error) {
	client, err := exec.LookPath("docker")
	if err != nil {
		return engine{}, err
	}
	e := engine{client}
	_, err = e.docker("version", "--format", "{{.Server.Version}}")
	return e, err
}

// docker runs one docker command and returns what it prints.
func (e engine) docker(args ...string) (string, error) {
	return e.command(command{args: args})
}

// A command is a docker command with its surroundings.
type command struct {
	args  []string
	env   []string // on top of the process's own
	stdin string
}

func (e engine) command(c command) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.client, c.args...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdin = strings.NewReader(c.stdin)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", strings.Join(c.args, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}

// builds reports whether builder b can build a Dockerfile.
func (e engine) builds(b Builder, dockerfile string) error {
	_, err := e.command(command{
		args:  []string{"build", "-q", "-t", probeImage, "-"},
		env:   b.env(),
		stdin: dockerfile,
	})
	return err
}
