package dockertest

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/distribution/reference"
)

//go:embed base
var baseFiles embed.FS

// basePaths says where the files of the base image stand in it, in the order of
// their names.
var basePaths = map[string]string{
	"Dockerfile": "Dockerfile",
	"apk":        "bin/apk",
	"go":         "bin/go",
	"group":      "etc/group",
	"passwd":     "etc/passwd",
	"tools":      "bin/tools",
}

// makeBase builds the base image from the host's static busybox.
func (l *Lab) makeBase(t *testing.T) error {
	dir := t.TempDir()
	for name, at := range basePaths {
		data, err := baseFiles.ReadFile("base/" + name)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, at), data); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".dockerignore"), []byte("Dockerfile\n.dockerignore\n"), 0o644); err != nil {
		return err
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		return fmt.Errorf("the base image is made of a static busybox: %w", err)
	}
	if err := copyFile(busybox, filepath.Join(dir, "bin/busybox")); err != nil {
		return err
	}
	return l.BuildBase(dir, baseImage)
}

// BuildBase builds the image called name from the Dockerfile in dir.
func (l *Lab) BuildBase(dir, name string) error {
	_, err := l.engine.command(command{
		args: []string{"build", "-q", "-t", name, dir},
		env:  l.builders[0].env(),
	})
	return err
}

// ErrTaken says that a name belongs to an image of the machine's own.
var ErrTaken = errors.New("the name is taken")

// Base gives the base image another name, such as that of a public image. It
// fails with ErrTaken where that would overwrite an image.
func (l *Lab) Base(name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bases[name] {
		return nil
	}
	ctx, cancel := timeout()
	defer cancel()
	owners, err := l.api.images(ctx, map[string][]string{"reference": {name}})
	if err != nil {
		return err
	}
	for _, owner := range owners {
		if owner.Labels[label] != labelValue {
			return fmt.Errorf("%w: %q is an image of this machine", ErrTaken, name)
		}
	}
	ref, err := reference.ParseDockerRef(name)
	if err != nil {
		return err
	}
	tagged, ok := ref.(reference.Tagged)
	if !ok {
		return fmt.Errorf("%q is no name with a tag", name)
	}
	if err := l.api.tag(ctx, baseImage, reference.FamiliarName(ref), tagged.Tag()); err != nil {
		return err
	}
	l.bases[name] = true
	return nil
}

// writeFile makes an executable file and the directories that it needs: what
// the base image holds are programs, and programs read its other files.
func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o755)
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
