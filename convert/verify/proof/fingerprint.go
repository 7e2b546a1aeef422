package proof

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Fingerprint stands for the state of a repository on disk: the names, sizes, modes
// and times of its files. What git keeps is not part of it.
func Fingerprint(dir string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == gitDir && d.IsDir():
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%q %d %v %d\n", rel, info.Size(), info.Mode(), info.ModTime().UnixNano())
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// Commit is the commit that the revision rev of a repository names.
func Commit(dir, rev string) (string, error) { return git(dir, "rev-parse", rev+"^{commit}") }
