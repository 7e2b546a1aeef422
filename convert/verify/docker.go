package verify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// A Docker is a docker command line to read images with. It keeps the user's
// context, credentials and engine.
type Docker struct {
	Command []string // the client, such as "docker", or "sudo", "docker"
	Env     []string // its environment; nil for the process's own
}

// Image reads the image that ref names.
func (d Docker) Image(ctx context.Context, ref string) (*Image, error) {
	var img *Image
	err := d.save(ctx, []string{ref}, func(stream io.Reader) (err error) {
		img, err = ReadArchive(stream)
		return err
	})
	return img, err
}

// Images reads the images with the tags given, each with its repository and tag
// in full, in one go: layers that they share are read once.
func (d Docker) Images(ctx context.Context, tags []string) (map[string]*Image, error) {
	var images map[string]*Image
	err := d.save(ctx, tags, func(stream io.Reader) (err error) {
		images, err = ReadArchiveTags(stream)
		return err
	})
	for _, tag := range tags {
		if err == nil && images[tag] == nil {
			err = fmt.Errorf("docker save: the archive does not hold %q", tag)
		}
	}
	return images, err
}

// save hands the archive of the images called refs to read.
func (d Docker) save(ctx context.Context, refs []string, read func(io.Reader) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args := append(append(d.Command[1:len(d.Command):len(d.Command)], "save"), refs...)
	cmd := exec.CommandContext(ctx, d.Command[0], args...)
	cmd.Env = d.Env
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err = read(stream); err != nil {
		cancel() // the client may still be writing, and nobody reads it any more
	} else {
		_, err = io.Copy(io.Discard, stream)
	}
	failure := cmd.Wait()
	what := "docker save " + strings.Join(refs, " ")
	switch {
	case failure != nil && complaint.Len() > 0:
		return fmt.Errorf("%s: %s", what, bytes.TrimSpace(complaint.Bytes()))
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case failure != nil:
		return fmt.Errorf("%s: %w", what, failure)
	}
	return nil
}
