package makefile

import (
	"io/fs"
	"slices"
	"strings"
)

// glob returns the files of the repository that match a pattern of $(wildcard) or
// of a rule, as seen from the directory that make runs in, sorted. It is not ok
// where the pattern leaves the repository.
func (r *reader) glob(pat string) (names []string, ok bool) {
	full, ok := r.inTree(pat)
	if !ok {
		return nil, false
	}
	if !strings.ContainsAny(pat, "*?[") {
		if r.exists(pat) {
			return []string{pat}, true
		}
		return nil, true
	}
	matches, err := fs.Glob(r.conf.FS, full)
	if err != nil {
		return nil, true
	}
	for _, m := range matches {
		if !hiddenMatch(full, m) {
			names = append(names, r.named(pat, m))
		}
	}
	slices.Sort(names)
	return names, true
}

// named returns the name of a file of the repository that matches a pattern, which it
// begins like.
func (r *reader) named(pat, file string) string {
	if strings.HasPrefix(pat, rootMark) {
		return rootMark + "/" + file
	}
	name, _ := relativeTo(r.dir, file)
	if strings.HasPrefix(pat, "./") && !strings.HasPrefix(name, "./") {
		return "./" + name
	}
	return name
}

// hiddenMatch reports whether a wildcard matched a leading dot, which it must not.
func hiddenMatch(pattern, name string) bool {
	ps, ns := strings.Split(pattern, "/"), strings.Split(name, "/")
	for i := range min(len(ps), len(ns)) {
		if strings.HasPrefix(ns[i], ".") && !strings.HasPrefix(ps[i], ".") {
			return true
		}
	}
	return false
}

// exists reports whether the repository has a file, as seen from the directory that
// make runs in.
func (r *reader) exists(name string) bool {
	full, ok := r.inTree(name)
	if !ok {
		return false
	}
	_, err := fs.Stat(r.conf.FS, full)
	return err == nil
}
