// Package script runs build scripts: with the interpreter that their first line
// names, no input, a umask of 022, and in a process group of their own, of which
// nothing is left when Run returns.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stagefold/stagefold/shparse"
)

// A Script is a script to run, or a Makefile, of which Args are the goals.
type Script struct {
	Path   string // the file
	Dir    string // the directory to run it from; its own where empty
	Args   []string
	Env    []string  // its whole environment
	Output io.Writer // for standard output and standard error; best an *os.File
}

// grace is how long the processes of a script have to end when they are told to.
const grace = 15 * time.Second

// Run runs a script to its end and returns its exit status. It fails where the
// script can't be begun, or is ended because ctx is.
func Run(ctx context.Context, s Script) (int, error) {
	words, err := s.command()
	if err != nil {
		return 0, err
	}
	words = append(words, s.Args...)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `umask 022; exec "$0" "$@"`}, words...)...)
	cmd.Dir = s.dir()
	cmd.Env = s.Env
	cmd.Stdout, cmd.Stderr = s.Output, s.Output
	cmd.WaitDelay = grace
	g := group{cmd}
	g.prepare()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = cmd.Wait()
	cause := context.Cause(ctx)
	g.end(grace)
	exit := (*exec.ExitError)(nil)
	switch {
	case cause != nil:
		return 0, cause
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		return 0, fmt.Errorf("%s: %w", s.Path, err)
	}
	return cmd.ProcessState.ExitCode(), nil
}

// command runs the script, or has make read it.
func (s Script) command() ([]string, error) {
	name, err := s.name()
	if err != nil {
		return nil, err
	}
	if shparse.IsMakefile(s.Path) {
		return []string{"make", "-f", name}, nil
	}
	words, err := interpreter(s.Path)
	return append(words, name), err
}

func (s Script) dir() string {
	if s.Dir == "" {
		return filepath.Dir(s.Path)
	}
	return s.Dir
}

// name is the script as a person in its directory would call it, $0.
func (s Script) name() (string, error) {
	rel, err := filepath.Rel(s.dir(), s.Path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return rel, err
	}
	return "./" + rel, nil
}

// interpreter returns the words of a script's first line behind "#!", and the
// POSIX shell where there is none.
func interpreter(script string) ([]string, error) {
	data, err := os.ReadFile(script)
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(data), "\n")
	line, ok := strings.CutPrefix(first, "#!")
	if words := strings.Fields(line); ok && len(words) > 0 {
		return words, nil
	}
	return []string{"/bin/sh"}, nil
}
