package verify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
)

// A Docker is a docker command line to read images with. It keeps the user's
// context, credentials and engine.
type Docker struct {
	Command []string // the client, such as "docker", or "sudo", "docker"
	Env     []string // its environment; nil for the process's own
}

// Image reads the image that ref names.
func (d Docker) Image(ctx context.Context, ref string) (*Image, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args := append(d.Command[1:len(d.Command):len(d.Command)], "save", ref)
	cmd := exec.CommandContext(ctx, d.Command[0], args...)
	cmd.Env = d.Env
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	img, err := ReadArchive(stream)
	if err != nil {
		cancel() // the client may still be writing, and nobody reads it any more
	} else {
		_, err = io.Copy(io.Discard, stream)
	}
	failure := cmd.Wait()
	switch {
	case failure != nil && complaint.Len() > 0:
		return nil, fmt.Errorf("docker save %s: %s", ref, bytes.TrimSpace(complaint.Bytes()))
	case err != nil:
		return nil, fmt.Errorf("docker save %s: %w", ref, err)
	case failure != nil:
		return nil, fmt.Errorf("docker save %s: %w", ref, failure)
	}
	return img, nil
}
