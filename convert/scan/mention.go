package scan

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/internal/share"
)

// maxText is the size in bytes up to which a file is searched.
const maxText = 1 << 20

// NoMentions stands for convert.Options.Mentions where Mention is called later.
func NoMentions(string) []finding.Finding { return nil }

// Mention looks through the texts of one repository for the names of files that its
// units delete or leave on the host no more, and adds what it finds to their findings. It
// reads each text once, up to jobs of them at a time; 0 is one for each processor.
func Mention(fsys fs.FS, units []*Unit, texts []string, jobs int) {
	m := mentioner{deleted: map[string][]*Unit{}, lost: map[string][]*Unit{}, changed: map[string]bool{}}
	for _, u := range units {
		for _, c := range u.Changes {
			m.changed[c.Path] = true
			if c.Delete {
				m.deleted[c.Path] = append(m.deleted[c.Path], u)
				m.bases = append(m.bases, path.Base(c.Path))
			}
		}
		for _, lost := range u.Lost {
			m.lost[lost] = append(m.lost[lost], u)
			m.bases = append(m.bases, path.Base(lost))
		}
	}
	slices.Sort(m.bases)
	m.bases = slices.Compact(m.bases)
	if len(m.bases) == 0 {
		return
	}
	_ = share.Out(context.Background(), len(texts), 64, jobs, func(i int) { // which does not end
		if !m.changed[texts[i]] {
			m.text(fsys, texts[i])
		}
	})
}

type mentioner struct {
	deleted map[string][]*Unit
	lost    map[string][]*Unit
	changed map[string]bool
	bases   []string // the base names of both

	one sync.Mutex // of the units
}

func (m *mentioner) text(fsys fs.FS, name string) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil || len(src) > maxText || bytes.IndexByte(src, 0) >= 0 {
		return
	}
	for _, p := range m.candidates(name, src) {
		m.say(m.deleted[p], name, src, convert.Mentions(name, src, p))
		m.say(m.lost[p], name, src, convert.LostMentions(name, src, p))
	}
}

func (m *mentioner) say(units []*Unit, name string, src []byte, found []finding.Finding) {
	if len(found) == 0 {
		return
	}
	m.one.Lock()
	defer m.one.Unlock()
	for _, u := range units {
		u.say(found...)
		u.Sources[name] = src
	}
}

// candidates returns the files that a text may name: those beside it, and those whose
// whole path it holds.
func (m *mentioner) candidates(name string, src []byte) []string {
	var found []string
	add := func(p string) {
		if (m.deleted[p] != nil || m.lost[p] != nil) && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	for _, base := range m.bases {
		for at := 0; ; at += len(base) {
			i := bytes.Index(src[at:], []byte(base))
			if i < 0 {
				break
			}
			at += i
			add(path.Join(path.Dir(name), base))
			add(path.Clean(string(src[pathStart(src, at):at]) + base))
		}
	}
	return found
}

// pathStart is where the path that goes on at the byte at begins.
func pathStart(src []byte, at int) int {
	for at > 0 && (src[at-1] == '/' || convert.NameByte(src[at-1])) {
		at--
	}
	return at
}
