package proof_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/convert/verify/front"
	"github.com/stagefold/stagefold/convert/verify/proof"
	"github.com/stagefold/stagefold/convert/verify/static"
	"github.com/stagefold/stagefold/shparse"
)

// TestGraphs proves units on a BuildKit daemon, on a machine whose Docker Engine does
// not answer.
func TestGraphs(t *testing.T) {
	if testing.Short() {
		dockertest.Unavailable(t, dockertest.ErrShort)
	}
	program, err := exec.LookPath("buildkitd")
	if err != nil {
		dockertest.Unavailable(t, err)
	}
	if out, err := exec.Command("docker", "buildx", "version").CombinedOutput(); err != nil {
		dockertest.Unavailable(t, because(out, err))
	}
	t.Setenv("DOCKER_HOST", "unix:///nosuch/engine")
	if front.EngineAnswers(t.Context()) {
		t.Fatal("an engine answers at a place where there is none")
	}
	d := startDaemon(t, program)
	prove := func(u proof.Unit, repeat int) *proof.Proof {
		t.Helper()
		pairs := pairsOf(t, u)
		must(t, proof.Buildable(pairs))
		p, err := proof.ProveGraphs(t.Context(), u, pairs, proof.Options{Program: []string{os.Args[0]}, Repeat: repeat, BuildKit: d.address})
		must(t, err)
		return p
	}

	u := selfMade(t, "graphs")
	expect(t, prove(u, 1), proof.Same, "image example/proof-graphs:latest: same")

	// A conversion that is wrong in a mode, and one that does not build.
	wrong := u
	wrong.Changes = changed(u.Changes, "COPY --from=builder /out/app /app", "COPY --chmod=700 --from=builder /out/app /app")
	expect(t, prove(wrong, 1), proof.Differs, "/app")
	wrong.Changes = changed(u.Changes, "/out/app /app", "/out/nosuch /app")
	expect(t, prove(wrong, 1), proof.Failed, "the new way", "nosuch")

	// What no two builds have in common is no fault of the new way.
	noisy := selfMade(t, "noise")
	replace(t, filepath.Join(noisy.Old, "Dockerfile.build"), "echo noise", "/bin/busybox head -c 9 /dev/urandom")
	noisy.Changes = changed(noisy.Changes, "echo noise", "/bin/busybox head -c 9 /dev/urandom")
	expect(t, prove(noisy, 2), proof.Irreproduced, "not reproducible before either")

	// What needs the script, or an engine.
	replace(t, filepath.Join(u.Old, "build.sh"), "docker build -t example/proof-graphs:latest", "date >stamp\ndocker build -t example/proof-graphs:latest")
	if err := proof.Buildable(pairsOf(t, u)); err == nil || !strings.Contains(err.Error(), "the script makes stamp") {
		t.Errorf("with a file that the script makes: %v", err)
	}
}

func because(out []byte, err error) error {
	return &exec.Error{Name: "docker buildx version: " + string(bytes.TrimSpace(out)), Err: err}
}

// pairsOf reads what a unit builds, both ways.
func pairsOf(t *testing.T, u proof.Unit) []static.Pair {
	t.Helper()
	root, err := os.OpenRoot(u.Old)
	must(t, err)
	defer root.Close()
	fsys := tree.New(root)
	after := tree.After(fsys, u.Changes)
	read := func(fsys fs.FS) *shparse.Trace { return shparse.Read(shparse.Config{FS: fsys, Path: u.Script}) }
	pairs, err := static.Pairs(fsys, after, read(fsys), read(after))
	must(t, err)
	return pairs
}

// changed returns changes with another text in the files.
func changed(changes []edit.Change, old, now string) []edit.Change {
	var out []edit.Change
	for _, ch := range changes {
		ch.Old, ch.New = bytes.ReplaceAll(ch.Old, []byte(old), []byte(now)), bytes.ReplaceAll(ch.New, []byte(old), []byte(now))
		out = append(out, ch)
	}
	return out
}

func replace(t *testing.T, file, old, now string) {
	t.Helper()
	src, err := os.ReadFile(file)
	must(t, err)
	text := strings.ReplaceAll(string(src), old, now)
	if text == string(src) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	must(t, os.WriteFile(file, []byte(text), 0o644))
}
