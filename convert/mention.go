package convert

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// documents are the endings of files that people read. A mention there is worth a
// note only.
var documents = []string{".md", ".txt", ".rst", ".adoc"}

// callers are the names and endings of files that run builds.
var callers = []string{
	"Makefile", "makefile", "GNUmakefile", "Jenkinsfile", "Rakefile", "justfile", "Taskfile",
	".mk", ".sh", ".bash", ".yml", ".yaml", ".bat", ".cmd", ".ps1", ".groovy",
}

// ciDirectories hold the configuration of CI systems.
var ciDirectories = []string{".github/workflows", ".circleci", ".gitlab"}

// reportMentions lists the places that name a file which the conversion deletes, or one
// that the old build left on the host and the new one doesn't.
func (c *converter) reportMentions() {
	for _, ch := range c.changes {
		if ch.Delete {
			c.mentions(ch.Path, Mentions)
		}
	}
	if len(c.changes) > 0 {
		c.lost = c.lostHosts()
	}
	for _, lost := range c.lost {
		c.mentions(lost, LostMentions)
	}
}

// A search finds the places of the file called name that name another one.
type search func(name string, src []byte, of string) []finding.Finding

func (c *converter) mentions(of string, in search) {
	if c.opts.Mentions != nil {
		c.say(c.opts.Mentions(of)...)
		return
	}
	for _, dir := range c.neighbourhood(of) {
		c.mentionsIn(dir, of, in)
	}
}

// lostHosts are the paths of files and directories of the host that are there behind the
// old script, and not behind the new one.
func (c *converter) lostHosts() []string {
	var lost []string
	for _, p := range c.folding {
		for _, host := range p.Script.Hosts {
			f, ok := p.Way.Files.At(host)
			if _, err := fs.Stat(c.fsys, host); ok && f.Origin != shparse.Removed && f.Origin != shparse.Directory && err != nil {
				lost = append(lost, host)
			}
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

// neighbourhood are the directories where a file is likely to be named.
func (c *converter) neighbourhood(name string) []string {
	dirs := append([]string{".", path.Dir(name), path.Dir(c.opts.Script)}, ciDirectories...)
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// CentralTexts returns the files in the root and in the directories of CI systems
// that may name other files.
func CentralTexts(fsys fs.FS) []string {
	var texts []string
	for _, dir := range append([]string{"."}, ciDirectories...) {
		entries, err := fs.ReadDir(fsys, dir)
		if err != nil {
			continue // most repositories lack most of these directories
		}
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); e.Type().IsRegular() && MayMention(name) {
				texts = append(texts, name)
			}
		}
	}
	return texts
}

func (c *converter) mentionsIn(dir, of string, in search) {
	fsys := c.opts.Around
	if fsys == nil {
		fsys = c.fsys
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return // most repositories lack most of these directories
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if !e.Type().IsRegular() || !MayMention(name) || c.changed(name) {
			continue
		}
		if src, problem := readText(fsys, name, wholeFile(name)); problem == nil && !bytes.ContainsRune(src, 0) {
			if found := in(name, src, of); len(found) > 0 {
				c.say(found...)
				c.sources[name] = src
			}
		}
	}
}

func (c *converter) changed(name string) bool {
	for _, ch := range c.changes {
		if ch.Path == name {
			return true
		}
	}
	return false
}

// Mentions returns a finding for each line of the file called name that names the
// deleted one: by its name alone where both are in one directory, else by its path.
// A plain "Dockerfile" is named too often for that to mean anything.
func Mentions(name string, src []byte, deleted string) []finding.Finding {
	word := wordFor(name, deleted)
	if strings.EqualFold(word, "Dockerfile") {
		return nil
	}
	return linesThatName(name, src, word, wordIndex, "SF229", fmt.Sprintf("%q is named here, and the conversion deletes it", deleted))
}

// LostMentions returns a finding for each line of the file called name that names a file
// which the old build left on the host. A name without a point or slash may be anything:
// it counts as the path of a file, as in "./app" and "app/lib", and behind a command that
// handles files.
func LostMentions(name string, src []byte, lost string) []finding.Finding {
	word, index := wordFor(name, lost), wordIndex
	if !strings.ContainsAny(word, "./") {
		index = pathIndex
	}
	return linesThatName(name, src, word, index, "SF242", fmt.Sprintf("%q is named here, and the build leaves it on the host no more", lost))
}

// wordFor is how the file called name names another one.
func wordFor(name, of string) string {
	if path.Dir(name) == path.Dir(of) {
		return path.Base(of)
	}
	return of
}

// linesThatName makes a finding of each line in which index finds the word. In documents
// and comments it is a note.
func linesThatName(name string, src []byte, word string, index func(line, word string) int, code finding.Code, message string) []finding.Finding {
	if !bytes.Contains(src, []byte(word)) {
		return nil
	}
	var found []finding.Finding
	offset := 0
	for i, line := range strings.SplitAfter(string(src), "\n") {
		if at := index(line, word); at >= 0 {
			start := finding.At(offset+at, i+1, at+1)
			f := finding.New(code, finding.Range{File: name, Start: start, End: start.Right(len(word))}, "%s", message)
			if !isCaller(name) || strings.HasPrefix(strings.TrimSpace(line), "#") {
				f.Severity = finding.Note
			}
			found = append(found, f)
		}
		offset += len(line)
	}
	return found
}

// handlers are commands on files.
var handlers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s;&|(@])(?:cp|mv|rm|ln|scp|rsync|tar|zip|gzip|xz|upx|strip|chmod|chown|install|cat|file|ldd|stat|test|\[|\[\[|(?:sha\d+|md5|ck)sum)\s`)
})

// pathIndex is where the word stands in line as the path of a file, or -1.
func pathIndex(line, word string) int {
	for from := 0; ; {
		at := wordIndex(line[from:], word)
		if at < 0 {
			return -1
		}
		at += from
		from = at + len(word)
		begins := !strings.HasSuffix(line[:at], "/")
		if strings.HasSuffix(line[:at], "./") || begins && (strings.HasPrefix(line[from:], "/") || handlers().MatchString(line[:at])) {
			return at
		}
	}
}

// MayMention reports whether a file is of a sort that names other files for people
// or programs: a document, or what runs builds.
func MayMention(name string) bool { return isCaller(name) || isDocument(name) }

func isCaller(name string) bool {
	return slices.Contains(callers, path.Base(name)) || slices.Contains(callers, path.Ext(name))
}

func isDocument(name string) bool { return slices.Contains(documents, strings.ToLower(path.Ext(name))) }

// wordIndex is where the word stands in line without being part of a longer name,
// or -1.
func wordIndex(line, word string) int {
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return -1
		}
		at, end := from+i, from+i+len(word)
		if (at == 0 || !NameByte(line[at-1])) && endsName(line[end:]) {
			return at
		}
		from = end
	}
}

// endsName reports whether a name ends in front of rest. A point may be the end of a
// sentence.
func endsName(rest string) bool {
	rest = strings.TrimLeft(rest, ".")
	return rest == "" || !NameByte(rest[0])
}

// NameByte reports whether a byte may be part of the name of a file without being quoted.
func NameByte(b byte) bool {
	return b == '_' || b == '-' || b == '.' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
