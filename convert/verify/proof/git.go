package proof

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// gitDir is what git keeps in a repository.
const gitDir = ".git"

// hasGitFile reports whether what git keeps of a repository is elsewhere, as in a
// worktree. What a script does with git in a copy of it would not stay there.
func hasGitFile(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, gitDir))
	return err == nil && info.Mode().IsRegular()
}

// cloneGit makes to the directory that git keeps in a clone of the repository from.
func cloneGit(from, to string) error {
	clone := to + ".clone"
	if _, err := git(from, "clone", "--quiet", "--no-checkout", "--no-hardlinks", from, clone); err != nil {
		return err
	}
	if _, err := git(clone, "reset", "--quiet"); err != nil {
		return err
	}
	return errors.Join(os.Rename(filepath.Join(clone, gitDir), to), os.RemoveAll(clone))
}

// replaceGit puts a copy of clone in the place of .git.
func replaceGit(dir, clone string) error {
	if err := os.Remove(filepath.Join(dir, gitDir)); err != nil {
		return err
	}
	return copyTree(clone, filepath.Join(dir, gitDir))
}

// Before makes to a copy of the repository root in which the files that git tracks
// are those of the revision rev. Files that git does not track stay.
func Before(root, rev, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := copyTree(root, to); err != nil {
		return err
	}
	if hasGitFile(to) {
		clone := to + ".git"
		if err := cloneGit(root, clone); err != nil {
			return err
		}
		if err := errors.Join(replaceGit(to, clone), os.RemoveAll(clone)); err != nil {
			return err
		}
	}
	if _, err := git(to, "restore", "--source="+rev, "--worktree", "--", ":/"); err != nil {
		return fmt.Errorf("the files of %q: %w", rev, err)
	}
	return nil
}

// git runs git in dir.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}
