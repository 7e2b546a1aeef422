package front

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fake stands for the real client: it writes its command line down, and knows a
// container, an image, a volume and a network of the user's, all called foreign.
const fake = `#!/bin/sh
case "$*" in
*inspect*missing*) echo "No such thing" >&2; exit 1 ;;
"image inspect"*) echo "sha256:0123456789ab foreign:latest"; exit ;;
*inspect*) echo; exit ;;
esac
echo "$*" >>"${0%/*}/calls"
[ "$1" != build ] || [ -z "$OUT" ] || cat "$OUT"
`

// newSession makes a session with the fake client, of the ID "sf0", in a scratch
// directory that is the working directory too.
func newSession(t *testing.T) *Session {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("DOCKER_HOST", nowhere)
	s := &Session{Dir: dir, ID: "sf0", Client: filepath.Join(dir, "docker"), Path: os.Getenv("PATH")}
	if err := os.WriteFile(s.Client, []byte(fake), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs command lines, and returns what the real client got to run, and what
// the log has of the kinds given.
func run(t *testing.T, s *Session, lines string, kinds ...Kind) (calls, notes []string, status int) {
	t.Helper()
	for line := range strings.Lines(lines) {
		c := &call{Session: s, words: strings.Fields(line)}
		status = c.serve()
		if c.err != nil {
			t.Fatal(c.err)
		}
	}
	data, err := os.ReadFile(filepath.Join(s.Dir, "calls"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	events, err := s.Events()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if slices.Contains(kinds, e.Kind) {
			notes = append(notes, string(e.Kind)+": "+e.Text)
		}
	}
	text := strings.ReplaceAll(string(data), s.Dir+"/", "")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), notes, status
}

func TestFrontNames(t *testing.T) {
	const make = "docker build --iidfile i -t app .\ndocker create --name box app\n"
	const made = "build --iidfile=i --tag=app:latest-sf0 --force-rm=true .\n" +
		"create --name=box-sf0 --label=io.stagefold.verify=sf0 app:latest-sf0\n"
	for _, tt := range []struct{ lines, want string }{
		{make + "docker cp box:/a a", made + "cp box-sf0:/a a"},
		{make + "docker cp box.1:/a a", made + "cp box.1:/a a"},
		{make + "docker tag docker.io/library/app:latest reg:5000/app", made + "tag app:latest-sf0 reg:5000/app:latest-sf0"},
		{make + "docker rm -f box", made + "rm --force=true box-sf0"},
		{make + "docker rmi app", made + "rmi app:latest-sf0"},
		{make + "docker rmi app-sf0", made + "rmi app-sf0"},
		{make + "docker images -q app", made + "images --quiet=true app:latest-sf0"},
		{make + "docker ps -q --filter name=^/box$ -f ancestor=app", made + "ps --quiet=true --filter=name=^/box-sf0$ --filter=ancestor=app:latest-sf0"},
		{make + "docker history app\ndocker logs box", made + "history app:latest-sf0\nlogs box-sf0"},
		{make + "docker exec box ls -l", made + "exec box-sf0 ls -l"},
		{make + "docker rename box other\ndocker start other", made + "rename box-sf0 other-sf0\nstart other-sf0"},
		{make + "docker commit box app:2", made + "commit box-sf0 app:2-sf0"},
		{make + "docker save app other", made + "save app:latest-sf0 other"},
		{make + "docker run --rm --volumes-from box:ro --network container:box --link box app x --name box",
			made + "run --rm=true --volumes-from=box-sf0:ro --network=container:box-sf0 --link=box-sf0:box --label=io.stagefold.verify=sf0 app:latest-sf0 x --name box"},
		{"docker run -v data:/d -v /host:/h -v ./x:/x app", "run --volume=data-sf0:/d --volume=/host:/h --volume=./x:/x --label=io.stagefold.verify=sf0 app"},
		{"docker run --mount type=volume,src=data,dst=/d app", "run --mount=type=volume,src=data-sf0,dst=/d --label=io.stagefold.verify=sf0 app"},
		{"docker network create net\ndocker run --name a --net net app",
			"network create --label=io.stagefold.verify=sf0 net-sf0\n" +
				"run --name=a-sf0 --network=net-sf0 --label=io.stagefold.verify=sf0 --network-alias=a app"},
		{"docker buildx build --iidfile i --builder b --load -t app .", "buildx build --iidfile=i --builder=b --load=true --tag=app:latest-sf0 --force-rm=true ."},
		{"docker pull missing", "pull missing"},
		{"docker rm -f missing", "rm --force=true missing"},
		{"docker info", "info"},
		{"docker --help", "--help=true"},
	} {
		got, _, status := run(t, newSession(t), tt.lines)
		if diff := cmp.Diff(strings.Split(tt.want, "\n"), got); diff != "" || status != 0 {
			t.Errorf("%q has status %d, and (-want +got):\n%s", tt.lines, status, diff)
		}
	}
}

// TestFrontHolds has what must not reach the real client.
func TestFrontHolds(t *testing.T) {
	for _, tt := range []struct {
		line   string
		kind   Kind
		status int
	}{
		{"docker push app", Leaves, 0},
		{"docker login example.com", Leaves, 0},
		{"docker manifest push app", Leaves, 0},
		{"docker stack deploy -c f s", Leaves, 0},
		{"docker system prune -af", Foreign, 0},
		{"docker image prune", Foreign, 0},
		{"docker builder prune", Foreign, 0},
		{"docker compose up -d", Foreign, 0},
		{"docker swarm leave --force", Foreign, 0},
		{"docker context use other", Foreign, 0},
		{"docker rm -f foreign", Foreign, 0},
		{"docker stop foreign", Foreign, 0},
		{"docker exec foreign rm x", Foreign, 0},
		{"docker rename foreign other", Foreign, 0},
		{"docker cp a foreign:/a", Foreign, 0},
		{"docker rmi foreign", Foreign, 0},
		{"docker rmi 0123456789ab", Foreign, 0},
		{"docker volume rm foreign", Foreign, 0},
		{"docker network rm foreign", Foreign, 0},
		{"docker pull foreign", Foreign, 0},
		{"docker load -i x", Refused, exitRefused},
		{"docker buildx bake", Refused, exitRefused},
		{"docker run -v /var/run/docker.sock:/s app", Refused, exitRefused},
		{"docker -H tcp://x ps", Refused, exitRefused},
		{"docker --context x ps", Refused, exitRefused},
		{"docker build --nosuch .", Refused, exitRefused},
		{"docker nosuch", Refused, exitRefused},
		{"podman ps", Refused, exitRefused},
		{"kubectl apply -f x", Leaves, 0},
		{"docker-compose up", Leaves, 0},
		{"git -C x push origin main", Leaves, 0},
	} {
		calls, notes, status := run(t, newSession(t), tt.line, Leaves, Foreign, Refused)
		if status != tt.status || len(notes) != 1 || !strings.HasPrefix(notes[0], string(tt.kind)+": ") || calls[0] != "" {
			t.Errorf("%q: status %d, notes %q, and the real client runs %q", tt.line, status, notes, calls)
		}
	}
}

// TestFrontPushes takes pushes out of builds.
func TestFrontPushes(t *testing.T) {
	for _, line := range []string{
		"docker buildx build --iidfile i --push -t app .",
		"docker buildx build --iidfile i -o type=registry -t app .",
	} {
		calls, notes, _ := run(t, newSession(t), line, Leaves)
		if !slices.Equal(notes, []string{"leaves: docker push app"}) ||
			!slices.Equal(calls, []string{"buildx build --iidfile=i --tag=app:latest-sf0 --load=true --force-rm=true ."}) {
			t.Errorf("%q: the real client runs %q, noted is %q", line, calls, notes)
		}
	}
}

// TestFrontDockerfile makes the names private that a Dockerfile has for images of
// the script's, for as long as the build runs.
func TestFrontDockerfile(t *testing.T) {
	s := newSession(t)
	const text = "ARG BASE=app\nFROM $BASE AS one\nFROM app:latest\nFROM other\nCOPY --from=app /a /\nCOPY --from=one /a /\nRUN --mount=type=bind,from=app,target=/m true\n"
	const want = "ARG BASE=app\nFROM app:latest-sf0 AS one\nFROM app:latest-sf0\nFROM other\nCOPY --from=app:latest-sf0 /a /\nCOPY --from=one /a /\nRUN --mount=type=bind,from=app:latest-sf0,target=/m true\n"
	if err := os.WriteFile("Dockerfile", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OUT", "Dockerfile")
	_, _, _ = run(t, s, "docker tag foreign app")
	c := &call{Session: s, words: strings.Fields("docker build .")}
	l, err := parseLine(c.words)
	if err != nil {
		t.Fatal(err)
	}
	c.line = l
	file, err := c.privateDockerfile()
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile("Dockerfile"); string(got) != want {
		t.Errorf("the build sees %q, want %q", got, want)
	}
	if err := file.restore(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile("Dockerfile"); string(got) != text {
		t.Errorf("after the build there is %q", got)
	}
}

// TestFrontLegacySteps reads the layers and containers of a legacy build.
func TestFrontLegacySteps(t *testing.T) {
	s := newSession(t)
	const output = `Sending build context to Docker daemon  2.048kB
Step 1/4 : FROM base
 ---> aaaaaaaaaaaa
Step 2/4 : RUN one
 ---> Using cache
 ---> bbbbbbbbbbbb
Step 3/4 : RUN two
 ---> Running in cccccccccccc
Removing intermediate container cccccccccccc
 ---> dddddddddddd
Step 4/4 : LABEL a=b
 ---> eeeeeeeeeeee
Successfully built eeeeeeeeeeee
`
	if err := os.WriteFile("out", []byte(output), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OUT", "out")
	_, notes, _ := run(t, s, "docker build -t app .", Step, ImageID)
	if want := []string{"step: cccccccccccc", "id: dddddddddddd", "id: eeeeeeeeeeee"}; !slices.Equal(notes, want) {
		t.Errorf("noted are %q, want %q", notes, want)
	}
}

// TestPrivateImage keeps the tag within what Docker takes.
func TestPrivateImage(t *testing.T) {
	s := &Session{ID: "sf0"}
	long := "a:" + strings.Repeat("x", 128)
	for name, want := range map[string]string{
		"a": "a:latest-sf0", "docker.io/library/a:1": "a:1-sf0", "r:5000/a": "r:5000/a:latest-sf0",
		long: long[:len("a:")+maxTag-len("-sf0")] + "-sf0",
	} {
		if got := s.PrivateImage(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// TestFrontBuilder sends each build to the builder of the session, without its
// cache.
func TestFrontBuilder(t *testing.T) {
	s := newSession(t)
	s.Builder, s.NoCache = "b", true
	calls, _, _ := run(t, s, "docker build --iidfile i --rm -t app .")
	if want := "buildx build --iidfile=i --tag=app:latest-sf0 --force-rm=true --builder=b --load=true --no-cache=true ."; calls[0] != want {
		t.Errorf("the real client runs %q, want %q", calls[0], want)
	}
}

// TestFrontCache builds, in a session without the cache, what the run has not built
// yet without it, and the rest with it.
func TestFrontCache(t *testing.T) {
	s := newSession(t)
	s.NoCache = true
	const builder = "FROM base AS builder\nCOPY . .\nRUN make\n"
	for name, text := range map[string]string{
		"builder": builder,
		"plain":   builder + "FROM base\nCOPY --from=builder /app /\n",
		"again":   builder + "FROM base\nCOPY --from=0 /app /app\nCMD /app\n",
		"runs":    builder + "FROM builder AS more\nRUN more\nFROM base\nCOPY --from=more /app /\n",
		"aside":   builder + "FROM builder AS more\nRUN more\nFROM base\nCOPY --from=builder /app /\n",
		"other":   "FROM base\nRUN make\n",
		"adds":    "FROM base\nADD file /\n",
		"broken":  "FROM\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		line string
		cold bool
	}{
		{"-f plain .", true},
		{"-f plain .", false},
		{"-f again .", false},
		{"-f builder .", false},
		{"-f aside .", false}, // makes no stage called more
		{"-f runs .", true},
		{"-f runs .", false},
		{"-f runs --target builder .", false},
		{"-f runs --target nosuch .", false},
		{"-f plain ..", true},
		{"-f plain --build-arg a=b .", true},
		{"-f plain --build-arg a=b .", false},
		{"-f plain --build-arg a=c .", true},
		{"-f other .", true},
		{"-f adds .", true},
		{"-f adds .", false},
		{"-f broken .", true},
		{"-f broken .", true},
		{"git@host:x", true},
		{"git@host:x", true},
	} {
		calls, _, _ := run(t, s, "docker build --iidfile i "+tt.line)
		last := calls[len(calls)-1]
		if got := strings.Contains(last, "--no-cache"); got != tt.cold {
			t.Errorf("docker build %s: without the cache is %t, want %t", tt.line, got, tt.cold)
		}
	}
	s.Run++
	calls, _, _ := run(t, s, "docker build --iidfile i -f plain .")
	if last := calls[len(calls)-1]; !strings.Contains(last, "--no-cache") {
		t.Errorf("the next run uses what the one before has built: %q", last)
	}
}

// TestFrontSudo runs what is behind sudo, as the user.
func TestFrontSudo(t *testing.T) {
	for line, want := range map[string]int{
		"sudo -E -u root A=3 sh ./exit":    3,
		"sudo --preserve-env=X sh ./exit":  0,
		"sudo -n -- sh ./exit":             0,
		"sudo -v":                          0,
		"sudo nosuch-program":              exitMissing,
		"git -c a.b=c --no-pager version":  0,
		"git -c a.b=c rev-parse --nosuch=": 128,
	} {
		s := newSession(t)
		if err := os.WriteFile("exit", []byte("exit ${A:-0}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, status := run(t, s, line); status != want {
			t.Errorf("%q has status %d, want %d", line, status, want)
		}
	}
}
