package convert

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
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

// reportMentions lists the places that name a file which the conversion deletes.
func (c *converter) reportMentions() {
	for _, ch := range c.changes {
		switch {
		case !ch.Delete:
		case c.opts.Mentions != nil:
			c.say(c.opts.Mentions(ch.Path)...)
		default:
			for _, dir := range c.neighbourhood(ch.Path) {
				c.mentionsIn(dir, ch.Path)
			}
		}
	}
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

func (c *converter) mentionsIn(dir, deleted string) {
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
			if found := Mentions(name, src, deleted); len(found) > 0 {
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
	word := deleted
	if path.Dir(name) == path.Dir(deleted) {
		word = path.Base(deleted)
	}
	if strings.EqualFold(word, "Dockerfile") || !bytes.Contains(src, []byte(word)) {
		return nil
	}
	var found []finding.Finding
	offset := 0
	for i, line := range strings.SplitAfter(string(src), "\n") {
		if at := wordIndex(line, word); at >= 0 {
			pos := finding.Pos{Offset: offset + at, Line: i + 1, Column: at + 1}
			end := finding.Pos{Offset: pos.Offset + len(word), Line: pos.Line, Column: pos.Column + len(word)}
			f := finding.New("SF229", finding.Range{File: name, Start: pos, End: end}, "%q is named here, and the conversion deletes it", deleted)
			if !isCaller(name) || strings.HasPrefix(strings.TrimSpace(line), "#") {
				f.Severity = finding.Note
			}
			found = append(found, f)
		}
		offset += len(line)
	}
	return found
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
