package scan

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A hearsay is what the text of a script says of the files that it uses, where
// nothing more is known: the names in it. The zero value says nothing.
type hearsay struct {
	dir   string          // where the script is
	names map[string]bool // elements of paths
	heads []string        // beginnings of names that a variable goes on
}

// pathElement is what may be an element of a path, and whether a variable follows.
var pathElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([\w.@+-]+)(\$?)`) })

// listen returns the hearsay of a result of which the operations are not known, or
// not all of them: those of a Makefile or CI file are those of one of its targets.
func listen(r *convert.Result) hearsay {
	unfollowed := len(r.Trace.Ways) == 0 && finding.Refused(r.Trace.Findings)
	if !unfollowed && !(hosts(r.Script) && len(r.Changes) == 0) {
		return hearsay{}
	}
	h := hearsay{dir: path.Dir(r.Script), names: map[string]bool{}}
	for _, texts := range []map[string][]byte{r.Trace.Sources, r.Trace.Hosts} {
		for _, src := range texts {
			h.add(src)
		}
	}
	return h
}

// hosts reports whether a file holds several scripts.
func hosts(name string) bool { return shparse.IsMakefile(name) || shparse.IsPipeline(name) }

func (h *hearsay) add(src []byte) {
	for _, m := range pathElement().FindAllSubmatch(src, -1) {
		if len(m[2]) > 0 {
			h.heads = append(h.heads, string(m[1]))
		} else {
			h.names[string(m[1])] = true
		}
	}
}

// speaksOf reports whether a script may use a file: it has the name of the file in its
// text, or may do without as it is a plain Dockerfile; and the file is beside the script,
// above it, or in a directory that the text names.
func (h hearsay) speaksOf(file string) bool {
	if h.names == nil {
		return false
	}
	base, dir := path.Base(file), path.Dir(file)
	near := dir == h.dir || dir == "." || strings.HasPrefix(h.dir, dir+"/") || h.names[path.Base(dir)]
	if !near {
		return false
	}
	named := h.names[base] || slices.ContainsFunc(h.heads, func(head string) bool { return strings.HasPrefix(base, head) })
	if !named && base != "Dockerfile" {
		return false
	}
	above := dir == "." || strings.HasPrefix(h.dir, dir+"/")
	return dir == h.dir || above && (named || h.names[".."]) || h.names[path.Base(dir)]
}
