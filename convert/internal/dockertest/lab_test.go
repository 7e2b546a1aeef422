package dockertest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/verify"
)

// buildScript builds two images that differ in one owner, and does what a lab has to
// hold back.
const buildScript = `#!/bin/sh -e
echo 'FROM example/lab-base:1
ARG OWNER
RUN touch /file && chown $OWNER /file' >Dockerfile
docker build --build-arg OWNER=0 -t example/lab:root .
docker build --build-arg OWNER=7 -t example/lab:seven .
docker create --name lab example/lab:root
echo secret | docker login --password-stdin registry.example.com
docker push example/lab:root
docker rmi example/lab:seven
sudo touch sudo
exit $1
`

func TestLab(t *testing.T) {
	if testing.Short() {
		Unavailable(t, ErrShort)
	}
	lab, err := Open(t)
	if err != nil {
		Unavailable(t, err)
	}
	if err := lab.Base("example/lab-base:1"); err != nil {
		t.Fatal(err)
	}
	for _, b := range lab.Builders() {
		t.Run(string(b), func(t *testing.T) { testRun(t, lab, b) })
	}
}

func testRun(t *testing.T, lab *Lab, b Builder) {
	name := filepath.Join(t.TempDir(), "build.sh")
	must(t, os.WriteFile(name, []byte(buildScript), 0o600))
	out, err := lab.Run(t, Script{Path: name, Args: []string{"3"}, Builder: b})
	must(t, err)
	if out.Exit != 3 {
		t.Fatalf("the script exits with %d, want 3:\n%s", out.Exit, out.Output)
	}
	want := []string{"login --password-stdin registry.example.com", "push example/lab:root"}
	if !slices.Equal(out.Held, want) {
		t.Errorf("held back %q, want %q", out.Held, want)
	}
	tags, err := lab.Tags([]string{"example/lab"})
	must(t, err)
	if !slices.Equal(tags, []string{"example/lab:root"}) {
		t.Errorf("images are %q", tags)
	}
	checkOwner(t, lab)
	must(t, lab.Clear([]string{"example/lab"}))
	left, err := lab.engine.docker("ps", "-aq", "--filter", "name=^/lab$")
	must(t, err)
	if tags, err := lab.Tags([]string{"example/lab"}); err != nil || len(tags) > 0 || left != "" {
		t.Errorf("left after Clear: images %q, container %q (%v)", tags, left, err)
	}
}

// checkOwner compares the image that the script left with the base image.
func checkOwner(t *testing.T, lab *Lab) {
	t.Helper()
	base, err := lab.Image(t.Context(), "example/lab-base:1")
	must(t, err)
	image, err := lab.Image(t.Context(), "example/lab:root")
	must(t, err)
	added := verify.Difference{Path: "/file", Aspect: "type", New: verify.File.String()}
	if diffs := verify.DiffTrees(base.Tree, image.Tree); !slices.Contains(diffs, added) {
		t.Fatalf("the image differs from its base in %v, want %v among these", diffs, added)
	}
	if owner := image.Tree["/file"].UID; owner != 0 {
		t.Errorf("the owner is %d, want 0", owner)
	}
}

func TestBaseRefusesForeignImage(t *testing.T) {
	if testing.Short() {
		Unavailable(t, ErrShort)
	}
	lab, err := Open(t)
	if err != nil {
		Unavailable(t, err)
	}
	const foreign = "stagefold.test/foreign:1"
	_, err = lab.engine.command(command{
		args:  []string{"build", "-q", "-t", foreign, "-"},
		env:   lab.builders[0].env(),
		stdin: "FROM scratch\nLABEL other=1\n",
	})
	must(t, err)
	if err := lab.Base(foreign); err == nil || !strings.Contains(err.Error(), foreign) {
		t.Errorf("got %v, want a refusal that names %q", err, foreign)
	}
}

// TestLeftovers leaves a container behind as a process that is killed does, and
// looks for it as the next one.
func TestLeftovers(t *testing.T) {
	if testing.Short() {
		Unavailable(t, ErrShort)
	}
	lab, err := Open(t)
	if err != nil {
		Unavailable(t, err)
	}
	const base, container = "example/lab-leftover:1", "lab-leftover"
	must(t, lab.Base(base))
	_, err = lab.Docker("create", "--name", container, base)
	must(t, err)
	must(t, (&Lab{api: lab.api}).sweep())
	if left, err := lab.Census(); err != nil || len(left) > 0 {
		t.Errorf("left are %q (%v)", left, err)
	}
}

func TestMissingImage(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	lab := &Lab{api: api{gone.Client(), gone.URL}}
	if _, err := lab.Image(t.Context(), "example/missing"); err == nil || !strings.Contains(err.Error(), "example/missing") {
		t.Errorf("got %v, want an error that names the image", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
