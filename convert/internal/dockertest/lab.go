package dockertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	keptImages = "stagefold.test/kept"
	ownImages  = "stagefold.test/*"
	label      = "io.stagefold.test"
	labelValue = "base"
)

// A Lab is an engine with base images. Its methods may be called from several
// tests at a time, as long as these use different image and container names.
type Lab struct {
	engine   engine
	api      api
	builders []Builder

	mu    sync.Mutex
	bases map[string]bool // names given to the base image
}

// Open finds the engine, waits until no other process has a lab, and makes the
// base image. At the end of the test it removes every image and container that
// the base image is in; what an earlier process could not remove, since it was
// killed, Open removes.
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
	if l.api, err = dial(e); err != nil {
		return nil, err
	}
	if err := l.sweep(); err != nil {
		return nil, err
	}
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
func (l *Lab) Image(ctx context.Context, ref string) (img *verify.Image, err error) {
	archive, err := l.api.save(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	return verify.ReadArchive(archive)
}

// Tags returns the images whose names match one of the patterns, in which *
// stands for any text without a slash, as name:tag in alphabetical order.
func (l *Lab) Tags(patterns []string) ([]string, error) {
	images, err := l.named(patterns)
	return slices.Sorted(maps.Keys(images)), err
}

// named returns the ids of the images whose names match one of the patterns, by name:tag.
func (l *Lab) named(patterns []string) (map[string]string, error) {
	ctx, cancel := timeout()
	defer cancel()
	list, err := l.api.images(ctx, map[string][]string{"reference": patterns})
	return idsByName(list), err
}

func idsByName(images []summary) map[string]string {
	ids := make(map[string]string)
	for _, image := range images {
		for _, name := range image.RepoTags {
			if !strings.Contains(name, "<none>") {
				ids[name] = image.ID
			}
		}
	}
	return ids
}

// Census returns the ids of all containers and images that the base image is in.
func (l *Lab) Census() ([]string, error) {
	ctx, cancel := timeout()
	defer cancel()
	containers, err := l.api.containers(ctx, labelled)
	images, err2 := l.api.images(ctx, labelled)
	all := make(map[string]bool)
	for _, s := range append(containers, images...) {
		all[s.ID] = true
	}
	return slices.Sorted(maps.Keys(all)), errors.Join(err, err2)
}

// labelled filters what the base image is in.
var labelled = map[string][]string{"label": {label}}

// Docker runs a docker command of the test's own and returns what it prints.
func (l *Lab) Docker(args ...string) (string, error) { return l.engine.docker(args...) }

// Clear removes the names of the images that match the patterns, and the
// containers made from these images.
func (l *Lab) Clear(patterns []string) error {
	ctx, cancel := timeout()
	defer cancel()
	if err := l.removeContainers(ctx, patterns); err != nil {
		return err
	}
	images, err := l.named(patterns)
	if err != nil {
		return err
	}
	for name, id := range images {
		if err := l.keep(ctx, id); err != nil {
			return err
		}
		if err := l.api.removeImage(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// keep gives an image a name of the lab's own, under which it stays until the lab
// closes. The legacy builder fails where an image goes away while it looks for a
// layer of the same base image in its cache.
func (l *Lab) keep(ctx context.Context, id string) error {
	return l.api.tag(ctx, id, keptImages, strings.TrimPrefix(id, "sha256:"))
}

// removeContainers removes the containers that were made from an image whose
// name matches one of the patterns.
func (l *Lab) removeContainers(ctx context.Context, patterns []string) error {
	containers, err := l.api.containers(ctx, nil)
	if err != nil {
		return err
	}
	for _, c := range containers {
		repository, _, _ := strings.Cut(c.Image, ":")
		if !slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, repository); return ok }) {
			continue
		}
		if err := l.api.removeContainer(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// close removes what the lab and the scripts have made.
func (l *Lab) close(t *testing.T) {
	if err := l.sweep(); err != nil {
		t.Errorf("cleaning up: %v", err)
	}
}

// sweep removes the containers and images that the base image of any lab is in.
func (l *Lab) sweep() error {
	ctx, cancel := timeout()
	defer cancel()
	containers, err := l.api.containers(ctx, labelled)
	if err != nil {
		return err
	}
	for _, c := range containers {
		if err := l.api.removeContainer(ctx, c.ID); err != nil {
			return err
		}
	}
	images, err := l.api.images(ctx, labelled)
	if err != nil {
		return err
	}
	own, err := l.api.images(ctx, map[string][]string{"reference": {ownImages}})
	if err != nil {
		return err
	}
	for name := range idsByName(append(images, own...)) {
		if err := l.api.removeImage(ctx, name); err != nil {
			return err
		}
	}
	return l.api.pruneImages(ctx, labelled)
}

// timeout bounds what the lab asks of the engine at one time.
func timeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), commandTimeout)
}
