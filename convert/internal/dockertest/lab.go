package dockertest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stagefold/stagefold/convert/verify"
)

// The images of the lab's own. Every image that is built on a base carries the
// label, so that what a script left without a name can be found.
const (
	baseImage  = "stagefold.test/base"
	probeImage = "stagefold.test/probe"
	keptImages = "stagefold.test/kept:"
	ownImages  = "stagefold.test/*"
	label      = "io.stagefold.test"
	labelValue = "base"
)

// A Lab is an engine with base images. Its methods may be called from several
// tests at a time, as long as these use different image and container names.
type Lab struct {
	engine   engine
	builders []Builder

	mu    sync.Mutex
	bases map[string]bool // names given to the base image
}

// Open finds the engine, waits until no other process has a lab, and makes the
// base image. At the end of the test it
// removes every image and container that the base image is in.
func Open(t *testing.T) (*Lab, error) {
	t.Helper()
	e, err := findEngine()
	if err != nil {
		return nil, err
	}
	if err := lock(t); err != nil {
		return nil, err
	}
	l := &Lab{engine: e, bases: make(map[string]bool)}
	t.Cleanup(func() { l.close(t) })
	if err := l.probe(); err != nil {
		return nil, err
	}
	return l, l.makeBase(t)
}

// probe finds out which builders the engine has.
func (l *Lab) probe() error {
	var reasons []error
	for _, b := range []Builder{Legacy, BuildKit} {
		err := l.engine.builds(b, "FROM scratch\nLABEL "+label+"=probe\n")
		if err != nil {
			reasons = append(reasons, err)
			continue
		}
		l.builders = append(l.builders, b)
	}
	if len(l.builders) == 0 {
		return fmt.Errorf("the engine builds nothing: %v", reasons)
	}
	return nil
}

// Builders returns the builders that the engine has.
func (l *Lab) Builders() []Builder { return slices.Clone(l.builders) }

// Supports reports whether builder b understands a Dockerfile, by building it.
func (l *Lab) Supports(b Builder, dockerfile string) bool {
	return l.engine.builds(b, dockerfile) == nil
}

// Image reads the image that ref names.
func (l *Lab) Image(ctx context.Context, ref string) (*verify.Image, error) {
	return verify.Docker{Command: []string{l.engine.client}}.Image(ctx, ref)
}

// Tags returns the images whose names match one of the patterns, in which *
// stands for any text without a slash, as name:tag in alphabetical order.
func (l *Lab) Tags(patterns []string) ([]string, error) {
	args := []string{"image", "ls", "--format", "{{.Repository}}:{{.Tag}}"}
	for _, p := range patterns {
		args = append(args, "--filter", "reference="+p)
	}
	tags, err := l.engine.lines(args...)
	slices.Sort(tags)
	return slices.Compact(tags), err
}

// Census returns the ids of all containers and images that the base image is in.
func (l *Lab) Census() ([]string, error) {
	containers, err := l.engine.lines("ps", "-aq", "--filter", "label="+label)
	images, err2 := l.engine.lines("image", "ls", "-aq", "--filter", "label="+label)
	all := append(containers, images...)
	slices.Sort(all)
	return slices.Compact(all), errors.Join(err, err2)
}

// Docker runs a docker command of the test's own and returns what it prints.
func (l *Lab) Docker(args ...string) (string, error) { return l.engine.docker(args...) }

// Clear removes the names of the images that match the patterns, and the
// containers made from these images.
func (l *Lab) Clear(patterns []string) error {
	if err := l.removeContainers(patterns); err != nil {
		return err
	}
	tags, err := l.Tags(patterns)
	if err != nil || len(tags) == 0 {
		return err
	}
	if err := l.keep(tags); err != nil {
		return err
	}
	_, err = l.engine.docker(append([]string{"image", "rm", "-f"}, tags...)...)
	return err
}

// keep gives images a name of the lab's own, under which they stay until the lab
// closes. The legacy builder fails where an image goes away while it looks for a
// layer of the same base image in its cache.
func (l *Lab) keep(tags []string) error {
	ids, err := l.engine.lines(append([]string{"image", "inspect", "--format", "{{.Id}}"}, tags...)...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := l.engine.docker("tag", id, keptImages+strings.TrimPrefix(id, "sha256:")); err != nil {
			return err
		}
	}
	return nil
}

// removeContainers removes the containers that were made from an image whose
// name matches one of the patterns.
func (l *Lab) removeContainers(patterns []string) error {
	containers, err := l.engine.lines("ps", "-a", "--format", "{{.ID}}={{.Image}}")
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range containers {
		id, image, _ := strings.Cut(c, "=")
		repository, _, _ := strings.Cut(image, ":")
		if slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, repository); return ok }) {
			ids = append(ids, id)
		}
	}
	return l.remove(ids)
}

func (l *Lab) remove(containers []string) error {
	if len(containers) == 0 {
		return nil
	}
	_, err := l.engine.docker(append([]string{"rm", "-f", "-v"}, containers...)...)
	return err
}

// close removes what the lab and the scripts have made.
func (l *Lab) close(t *testing.T) {
	must := func(_ string, err error) {
		if err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	}
	containers, err := l.engine.lines("ps", "-aq", "--filter", "label="+label)
	must("", err)
	must("", l.remove(containers))
	for name := range l.bases {
		must(l.engine.docker("image", "rm", "-f", name))
	}
	own, err := l.Tags([]string{ownImages})
	must("", err)
	for names := range slices.Chunk(own, 100) { // each start of the client takes its time
		must(l.engine.docker(append([]string{"image", "rm", "-f"}, names...)...))
	}
	must(l.engine.docker("image", "prune", "-f", "--filter", "label="+label))
}
