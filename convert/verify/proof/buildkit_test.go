package proof_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/verify/proof"
)

// A daemon is a BuildKit daemon of the test's own.
type daemon struct {
	address string
	cmd     *exec.Cmd
	log     string
}

// startDaemon starts a daemon in a directory of its own, and waits until it
// listens. It runs in namespaces of processes and mounts that end with it: a killed
// daemon leaves no container running, and none of its mounts.
func startDaemon(t *testing.T, program string) *daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "bk") // a socket's path is short
	must(t, err)
	t.Cleanup(func() { must(t, removeSoon(dir)) })
	socket := filepath.Join(dir, "s")
	d := &daemon{address: "unix://" + socket, log: filepath.Join(dir, "log")}
	out, err := os.Create(d.log)
	must(t, err)
	defer out.Close()
	d.cmd = exec.Command("unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", program, "--addr", d.address, "--root", filepath.Join(dir, "root"),
		"--oci-worker-snapshotter", "native", "--containerd-worker=false")
	d.cmd.Stdout, d.cmd.Stderr = out, out
	must(t, d.cmd.Start())
	t.Cleanup(d.kill)
	for range 300 {
		if _, err := os.Stat(socket); err == nil {
			return d
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(d.log)
	t.Fatalf("the BuildKit daemon does not listen:\n%s", text)
	return nil
}

// removeSoon removes a directory in which processes may still write that have just
// been killed: the kernel ends those of a namespace after its first one.
func removeSoon(dir string) error {
	var err error
	for range 100 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// kill ends the daemon at once. A second time it does nothing.
func (d *daemon) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// selfMade is a builder pattern that needs no base image, which the daemons could
// not get at.
func selfMade(t *testing.T, name string) proof.Unit {
	t.Helper()
	const base = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox mkdir /out && echo %s >/out/app && /bin/busybox sleep 1"]
LABEL io.stagefold.test=base
`
	busybox, err := exec.LookPath("busybox")
	must(t, err)
	data, err := os.ReadFile(busybox)
	must(t, err)
	u := unit(t, map[string]string{
		"Dockerfile.build": fmt.Sprintf(base, name),
		"Dockerfile":       "FROM scratch\nCOPY app /app\nLABEL io.stagefold.test=base\n",
		"build.sh": strings.NewReplacer("proof", "proof-"+name, "/src/app out", "/out/app app", "example/proof:build\n",
			"example/proof-"+name+":build none\n").Replace(repository["build.sh"]),
	})
	must(t, os.WriteFile(filepath.Join(u.Old, "busybox"), data, 0o755))
	return u
}

// TestFleet spreads units over two BuildKit daemons, of which one is killed in the
// middle. Its work goes to the other one: each unit is proved once. When no daemon
// is left, this is said.
func TestFleet(t *testing.T) {
	b := open(t)
	program, err := exec.LookPath("buildkitd")
	if err != nil {
		dockertest.Unavailable(t, err)
	}
	t.Setenv("DOCKER_BUILDKIT", "1")
	daemons := []*daemon{startDaemon(t, program), startDaemon(t, program)}
	addresses := []string{daemons[0].address, daemons[1].address}
	units := make([]proof.Unit, 6)
	for i := range units {
		units[i] = selfMade(t, fmt.Sprintf("fleet%d", i))
	}

	var mu sync.Mutex
	proofs := map[int][]*proof.Proof{}
	moved := 0
	prove := func(ctx context.Context, address string, i int) error {
		p, err := proof.Prove(ctx, units[i], proof.Options{Program: []string{os.Args[0]}, Repeat: 1, BuildKit: address,
			Progress: func(what string) {
				if i == 3 && strings.Contains(what, "building the new way") {
					daemons[1].kill()
				}
			}})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, proof.ErrGone):
			moved++
		case err == nil:
			proofs[i] = append(proofs[i], p)
		}
		return err
	}
	must(t, proof.Spread(t.Context(), len(units), addresses, prove))
	if moved != 1 {
		t.Errorf("%d units went from one daemon to the other, want the one that the killed daemon had", moved)
	}
	for i := range units {
		if len(proofs[i]) != 1 {
			t.Fatalf("unit %d is proved %d times", i, len(proofs[i]))
		}
		expect(t, proofs[i][0], proof.Same, fmt.Sprintf("image example/proof-fleet%d:latest: same", i))
	}

	daemons[0].kill()
	err = proof.Spread(t.Context(), len(units), addresses, prove)
	if err == nil || !strings.Contains(err.Error(), "no BuildKit daemon is left; 6 of 6 units are not verified") {
		t.Errorf("without daemons: got %v", err)
	}
	after, err := b.Census()
	must(t, err)
	if strings.Join(after, " ") != strings.Join(b.before, " ") {
		t.Errorf("the engine holds %q, and held %q before", after, b.before)
	}
}
