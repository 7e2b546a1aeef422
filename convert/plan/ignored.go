package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// assumeSeen says that no file below an artifact is taken to be ignored, where a
// pattern of the ignore file may mean one: COPY --from is not filtered. A pattern
// that was written for files of the artifact is a refusal.
func (r *rewriter) assumeSeen() {
	if r.n.ignore == nil {
		return
	}
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			pattern := patternBelow(r.n.ignore.Patterns, relative(r.n.dir, a.host))
			if pattern == "" || r.p.kindOf(a) == fileKind {
				continue
			}
			if strings.HasPrefix(pattern, "**") {
				r.p.say(finding.New("SF224", it.word.Range, "no file below %q is taken to match %q of %s", a.host, pattern, r.n.ignore.Path))
			} else {
				r.refuse("%q of %s leaves out files below %q, and COPY --from is not filtered", pattern, r.n.ignore.Path, a.host)
			}
		}
	}
}

// showsOnly reports whether the ignore file lets nothing into the context but the
// artifacts: it hides all, and takes back these by name.
func (r *resolver) showsOnly(artifacts []artifact) bool {
	if r.n.ignore == nil || len(r.n.ignore.Patterns) == 0 || len(artifacts) == 0 || !slices.Contains([]string{"*", "**"}, r.n.ignore.Patterns[0]) {
		return false
	}
	return !slices.ContainsFunc(r.n.ignore.Patterns, func(pattern string) bool {
		name, not := strings.CutPrefix(pattern, "!")
		return not && !slices.ContainsFunc(artifacts, func(a artifact) bool {
			return a.host == path.Join(r.n.dir, name) && !a.file.Contents && !r.onDisk(a.host)
		})
	})
}

// patternBelow returns the first pattern that may match something below name, or
// "".
func patternBelow(patterns []string, name string) string {
	for _, pattern := range patterns {
		if !strings.HasPrefix(pattern, "!") && mayMatchBelow(strings.Split(pattern, "/"), strings.Split(name, "/")) {
			return pattern
		}
	}
	return ""
}

func mayMatchBelow(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return false // matches name itself or a directory above it
	case pattern[0] == "**" || len(name) == 0:
		return true
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && mayMatchBelow(pattern[1:], name[1:])
}
