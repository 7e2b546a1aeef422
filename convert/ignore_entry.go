package convert

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// ignoreFiles are the names of the files whose entries are looked at.
var ignoreFiles = []string{".gitignore", ".dockerignore"}

// reportIgnoreEntries lists the entries of ignore files that name a file which the
// script extracted and extracts no more. They are left alone: they do no harm, and
// somebody may still make that file by hand.
func (c *converter) reportIgnoreEntries() {
	if len(c.changes) == 0 {
		return
	}
	hosts := c.formerHosts()
	for _, dir := range directoriesOf(hosts) {
		for _, name := range ignoreFiles {
			c.ignoreEntriesIn(path.Join(dir, name), hosts)
		}
	}
}

// formerHosts are the paths on the host that no script makes any more.
func (c *converter) formerHosts() []string {
	var hosts []string
	for _, p := range c.folding {
		hosts = append(hosts, p.Script.Hosts...)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// directoriesOf are the directories that an ignore file with an entry for one of
// the paths can be in, each once.
func directoriesOf(paths []string) []string {
	var dirs []string
	for _, p := range paths {
		for dir := path.Dir(p); ; dir = path.Dir(dir) {
			dirs = append(dirs, dir)
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func (c *converter) ignoreEntriesIn(name string, hosts []string) {
	src, problem := readText(c.fsys, name, wholeFile(name))
	if problem != nil || c.changed(name) {
		return // most directories have none, and a new text has no such entry
	}
	offset := 0
	for i, line := range strings.SplitAfter(string(src), "\n") {
		entry := strings.TrimSpace(line)
		if host, ok := entryFor(name, entry, hosts); ok {
			at := strings.Index(line, entry)
			start := finding.At(offset+at, i+1, at+1)
			c.say(finding.New("SF250", finding.Range{File: name, Start: start, End: start.Right(len(entry))}, "%q is for %q, which the script makes no more", entry, host))
			c.sources[name] = src
		}
		offset += len(line)
	}
}

// entryFor returns the one of the paths that an entry of an ignore file names
// outright. Wildcards mean more than one file, and say nothing of this one.
func entryFor(file, entry string, hosts []string) (string, bool) {
	word := strings.Trim(strings.TrimPrefix(entry, "!"), "/")
	if word == "" || strings.HasPrefix(word, "#") || strings.ContainsAny(word, `*?[\`) {
		return "", false
	}
	anywhere := path.Base(file) == ".gitignore" && !strings.Contains(strings.TrimSuffix(entry, "/"), "/")
	for _, host := range hosts {
		if host == path.Join(path.Dir(file), word) || anywhere && path.Base(host) == word {
			return host, true
		}
	}
	return "", false
}
