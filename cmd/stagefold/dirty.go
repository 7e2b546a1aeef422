package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stagefold/stagefold/convert/journal"
)

// checkClean refuses to write into a git repository with changes that are not
// committed: there the person could not tell them from stagefold's, nor get rid of
// these alone. What the last run of stagefold wrote does not count, nor do new files
// that are aside.
//
// git itself is asked. Its answer takes the index, attributes, submodules and the
// person's settings into account, which a library would have to repeat.
func checkClean(repo *repository, asides aside) error {
	if _, err := repo.root.Lstat(".git"); err != nil {
		return nil
	}
	changes, err := uncommitted(repo.dir)
	if err != nil {
		return fmt.Errorf("can't tell whether %q has changes that are not committed: %w; --allow-dirty writes all the same", repo.display("."), err)
	}
	last, err := journal.At(repo.root).Last()
	if err != nil {
		return err
	}
	hidden := asides.in(repo)
	var dirty []string
	for _, c := range changes {
		if last != nil && last.Left(repo.root, c.name) || c.status == untracked && hidden(c.name) {
			continue
		}
		dirty = append(dirty, c.name)
	}
	if len(dirty) == 0 {
		return nil
	}
	return fmt.Errorf("%q has changes that are not committed: %s; commit or stash them, or write all the same with --allow-dirty", repo.display("."), some(dirty))
}

// some lists a few names.
func some(names []string) string {
	const most = 3
	var list []string
	for _, n := range names[:min(most, len(names))] {
		list = append(list, fmt.Sprintf("%q", n))
	}
	text := strings.Join(list, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// A dirt is a line of "git status".
type dirt struct{ status, name string }

// untracked is the status of a new file.
const untracked = "??"

// uncommitted returns what "git status" says of the repository at dir. Nothing that
// the repository's own settings name is run for it.
func uncommitted(dir string) ([]dirt, error) {
	args := []string{"-C", dir, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull}
	filters, err := git(dir, "-C", dir, "config", "--local", "--name-only", "--get-regexp", `^filter\..*\.(clean|process|required)$`)
	if err != nil && !noSuchSetting(err) {
		return nil, err
	}
	for name := range strings.Lines(string(filters)) {
		args = append(args, "-c", strings.TrimSpace(name)+"=")
	}
	out, err := git(dir, append(args, "status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=dirty")...)
	if err != nil {
		return nil, err
	}
	var all []dirt
	for entry := range bytes.SplitSeq(out, []byte{0}) {
		if len(entry) > 3 {
			all = append(all, dirt{string(entry[:2]), string(entry[3:])})
		}
	}
	return all, nil
}

// git runs git on the repository at dir and none above it.
func git(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "GIT_") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C", "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, fmt.Errorf("%s", bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// noSuchSetting reports whether "git config" found nothing.
func noSuchSetting(err error) bool {
	exit := (*exec.ExitError)(nil)
	return errors.As(err, &exit) && exit.ExitCode() == 1
}
