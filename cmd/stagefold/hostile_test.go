//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	hostileDepth = 10_000
	hostileTime  = time.Minute // for one command
	hostileSpace = 200 << 10   // in KiB
)

// goodUnit are the files of a unit that is converted, hostile neighbours or not.
var goodUnit = map[string]string{
	"build.sh":         "docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/out/app app\ndocker rm x\ndocker build -t app .\n",
	"Dockerfile.build": "FROM golang:1.7.3\nRUN go build -o /out/app\n",
	"Dockerfile":       "FROM alpine\nCOPY app /\n",
}

// TestHostileTree runs the program on a tree that is made to keep it waiting, to use
// up the machine, to lead it elsewhere, or to act on the terminal.
func TestHostileTree(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	h := &hostile{t: t, dir: t.TempDir()}
	h.program = filepath.Join(h.dir, "stagefold")
	if out, err := exec.Command("go", "build", "-o", h.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	h.plant()
	outside := files(t, filepath.Join(h.dir, "outside"))
	for _, args := range [][]string{
		{"scan"}, {"scan", "-f", "json"}, {"scan", "-f", "markdown"}, {"check"},
		{"convert"}, {"convert", "-f", "html", "-o", "../review.html"}, {"convert", "-f", "sarif"}, {"convert", "-f", "github"},
		{"explain", "good/build.sh", "fifo/build.sh", "link/build.sh"},
		{"convert", "pipe.sh"}, {"convert", "huge.sh"}, {"convert", "passwd.sh"}, {"convert", "loop.sh"},
		{"convert", "--plan", "../plan.json"},
		{"convert", "-w"}, {"undo"}, {"apply", "../plan.json"},
	} {
		h.run(args...)
	}
	for name, want := range map[string]string{"good/Dockerfile.build": "", "good/Dockerfile": "COPY --from=builder /out/app /"} {
		text, err := os.ReadFile(h.path(name))
		if want == "" && !errors.Is(err, os.ErrNotExist) || want != "" && !strings.Contains(string(text), want) {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	for name, text := range files(t, filepath.Join(h.dir, "outside")) {
		if text != outside[name] {
			t.Errorf("outside of the tree, %s is %q", name, text)
		}
	}
}

type hostile struct {
	t       *testing.T
	dir     string
	program string
}

func (h *hostile) path(name string) string {
	return filepath.Join(h.dir, "tree", filepath.FromSlash(name))
}

// run runs a command in the tree. It must end by itself and in time, crash nowhere,
// need little space, and print neither control characters nor what is outside.
func (h *hostile) run(args ...string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), hostileTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, h.program, args...)
	cmd.Dir = h.path(".")
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	h.t.Logf("%q: %v", args, time.Since(begin))
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() > exitTrouble || exit.ExitCode() < 0) {
		h.t.Errorf("%q: %v in %.2000s", args, err, out)
	}
	if i := bytes.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }); i >= 0 {
		h.t.Errorf("%q prints a control character in %q", args, out[max(0, i-80):min(len(out), i+80)])
	}
	for _, secret := range []string{"root:", "goroutine ", "secret"} {
		if bytes.Contains(out, []byte(secret)) {
			h.t.Errorf("%q prints %q", args, secret)
		}
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); !ok || usage.Maxrss > hostileSpace {
		h.t.Errorf("%q needs %d KiB", args, usage.Maxrss)
	}
}

// plant makes the tree, and a directory beside it that nobody may touch.
func (h *hostile) plant() {
	h.t.Helper()
	for name, text := range goodUnit {
		for _, dir := range []string{"good", "fifo", "link", "ignored", "sealed", "\x1b]0;owned\a", "new\nline", "../outside"} {
			h.write(dir+"/"+name, text)
		}
	}
	h.write("../outside/Dockerfile.secret", "FROM secret\nRUN make\n")
	h.write("\x1b[2J.sh", "#!/bin/sh\ndocker build \x1b[31m -t x . && (\ndocker cp x:/a a\n")
	h.write("huge.sh", "#!/bin/sh\ndocker build -t x .\ndocker create x\ndocker cp x:/a a\n")
	h.must(os.Truncate(h.path("huge.sh"), 1<<30))
	for name, target := range map[string]string{
		"passwd.sh": "/etc/passwd", "etc": "/etc", "up": "..", "loop.sh": "loop.sh", "round": "good/../round", "self": ".",
		"out.sh": "../outside/build.sh", "good/link": "../../outside",
	} {
		h.must(os.Symlink(target, h.path(name)))
	}
	for name, target := range map[string]string{"link/Dockerfile.build": "../../outside/Dockerfile.secret", "link/Dockerfile": "/etc/passwd"} {
		h.must(os.Remove(h.path(name)))
		h.must(os.Symlink(target, h.path(name)))
	}
	h.must(os.Remove(h.path("fifo/Dockerfile.build")))
	for _, name := range []string{"pipe.sh", "pipe", "fifo/Dockerfile.build", "fifo/.dockerignore", "good/.gitignore", "ignored/.dockerignore", "README.md"} {
		h.must(syscall.Mkfifo(h.path(name), 0o666))
	}
	for _, name := range []string{"zero.sh", "zero", "Dockerfile.zero"} {
		const charDevice, zero = syscall.S_IFCHR, 1<<8 | 5
		if err := syscall.Mknod(h.path(name), charDevice|0o666, zero); err != nil && !errors.Is(err, os.ErrPermission) {
			h.t.Fatal(err)
		}
	}
	h.must(os.Chmod(h.path("sealed"), 0))
	h.t.Cleanup(func() { os.Chmod(h.path("sealed"), 0o777) })
	h.dig()
}

func (h *hostile) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hostile) write(name, text string) {
	h.t.Helper()
	full := h.path(name)
	h.must(os.MkdirAll(filepath.Dir(full), 0o777))
	h.must(os.WriteFile(full, []byte(text), 0o666))
}

// dig makes directories one below the other, deeper than any path can name, with a
// script in the last one. They are gone when the test ends.
func (h *hostile) dig() {
	h.t.Helper()
	at, err := os.OpenRoot(h.path("."))
	h.must(err)
	for range hostileDepth {
		h.must(at.Mkdir("d", 0o777))
		below, err := at.OpenRoot("d")
		h.must(err)
		h.must(at.Close())
		at = below
	}
	h.must(at.WriteFile("build.sh", []byte(goodUnit["build.sh"]), 0o666))
	h.must(at.Close())
	h.t.Cleanup(h.fill)
}

// fill removes what dig made, from above: to go down to its end would take more open
// files than a process may have.
func (h *hostile) fill() {
	for {
		top, next := h.path("d"), h.path("next")
		if err := os.Rename(filepath.Join(top, "d"), next); err != nil {
			return // the last one, which RemoveAll can do
		}
		h.must(os.Remove(top))
		h.must(os.Rename(next, top))
	}
}
