package dockertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stagefold/stagefold/convert/verify/script"
)

// A Script is a script to run, or a Makefile, which make runs with Args. It runs from
// Dir, or else the directory that it is in, with no input, a umask of 022 and an environment of its
// own.
type Script struct {
	Path    string // the file
	Dir     string
	Args    []string
	Env     []string // NAME=VALUE, on top of the lab's
	Builder Builder
}

// An Outcome is what running a script came to, apart from files and images.
type Outcome struct {
	Exit   int
	Output string   // standard output and standard error
	Held   []string // the docker commands that were held back, in order
}

// scriptTimeout bounds one run of a script.
const scriptTimeout = 2 * time.Minute

// Run runs a script to its end. A script that fails is an Outcome, not an error.
func (l *Lab) Run(t testing.TB, s Script) (Outcome, error) {
	t.Helper()
	box, err := l.newSandbox(t)
	if err != nil {
		return Outcome{}, err
	}
	ctx, cancel := context.WithTimeout(t.Context(), scriptTimeout)
	defer cancel()
	var output bytes.Buffer
	exit, err := script.Run(ctx, script.Script{
		Path: s.Path, Dir: s.Dir, Args: s.Args, Env: append(box.env(s.Builder), s.Env...), Output: &output,
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("%s: %w: %s", s.Path, err, output.Bytes())
	}
	held, err := box.held()
	return Outcome{Exit: exit, Output: output.String(), Held: held}, err
}

// A sandbox is a directory with the commands that stand in front of the real
// ones, a home and a place for temporary files.
type sandbox struct{ dir string }

// shim is the docker command of a sandbox. It writes down what would leave the
// machine, keeps what would be removed as Lab.keep does, and hands on the rest.
// Containers get the host's network, of which images keep nothing: to make one of
// their own takes a third of the time of a small build.
var shim = template.Must(template.New("docker").Parse(`#!/bin/sh
keep() {
	for image; do
		case $image in
		-* | image | rm | rmi) ;;
		*)
			if id=$('{{.Client}}' image inspect --format '{{"{{"}}slice .Id 7{{"}}"}}' "$image" 2>/dev/null); then
				'{{.Client}}' tag "$image" "{{.Kept}}:$id"
			fi
			;;
		esac
	done
}

case "$1 $2" in
push\ * | pull\ * | login\ * | logout\ * | "image push" | "image pull")
	[ "$1" = login ] && cat >/dev/null
	printf '%s\n' "$*" >>'{{.Log}}'
	exit 0
	;;
rmi\ * | "image rm")
	keep "$@"
	;;
build\ * | run\ *)
	case " $*" in
	*" --net"*) ;;
	*)
		verb=$1
		shift
		set -- "$verb" --network=host "$@"
		;;
	esac
	;;
esac
exec '{{.Client}}' "$@"
`))

// sudo is the sudo command of a sandbox, since a script must not wait for a
// password.
const sudo = "#!/bin/sh\nexec \"$@\"\n"

func (l *Lab) newSandbox(t testing.TB) (sandbox, error) {
	box := sandbox{t.TempDir()}
	var docker strings.Builder
	err := shim.Execute(&docker, struct{ Client, Kept, Log string }{l.engine.client, keptImages, box.log()})
	if err != nil {
		return sandbox{}, err
	}
	files := map[string]string{"bin/docker": docker.String(), "bin/sudo": sudo}
	for name, text := range files {
		if err := writeFile(filepath.Join(box.dir, name), []byte(text)); err != nil {
			return sandbox{}, err
		}
	}
	return box, errors.Join(
		os.Mkdir(filepath.Join(box.dir, "home"), 0o755),
		os.Mkdir(filepath.Join(box.dir, "tmp"), 0o755),
	)
}

func (b sandbox) log() string { return filepath.Join(b.dir, "held") }

// env is the environment of a script: nothing of the process's own but what
// leads to the engine.
func (b sandbox) env(builder Builder) []string {
	env := append(builder.env(),
		"PATH="+filepath.Join(b.dir, "bin")+":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME="+filepath.Join(b.dir, "home"),
		"TMPDIR="+filepath.Join(b.dir, "tmp"),
		"DOCKER_CONFIG="+dockerConfig(),
	)
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// dockerConfig is the directory in which the client finds its plugins.
func dockerConfig() string {
	if dir, ok := os.LookupEnv("DOCKER_CONFIG"); ok {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".docker")
}

func (b sandbox) held() ([]string, error) {
	data, err := os.ReadFile(b.log())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), err
}
