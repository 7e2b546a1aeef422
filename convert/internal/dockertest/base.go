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
	owner, err := l.engine.docker("image", "ls", "--format", "{{.ID}}", "--filter", "reference="+name)
	if err != nil {
		return err
	}
	ours, err := l.engine.docker("image", "ls", "-q", "--filter", "reference="+name, "--filter", "label="+label+"="+labelValue)
	if err != nil {
		return err
	}
	if owner != ours {
		return fmt.Errorf("%w: %q is an image of this machine", ErrTaken, name)
	}
	if _, err := l.engine.docker("tag", baseImage, name); err != nil {
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
