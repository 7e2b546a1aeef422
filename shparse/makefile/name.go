package makefile

import (
	"io/fs"
	"path"
	"strings"
)

// rootMark begins the names that are absolute paths below the repository's root, of
// which only make knows how they begin. To make $(CURDIR)/app is another target than
// app, though both are the same file.
const rootMark = "$(CURDIR)"

// Name returns the name that a word of a rule has as a target, and whether it is
// known. Names below the repository's root begin with $(CURDIR), which stands for the
// path of that root.
func (t Text) Name() (string, bool) {
	if text, known := t.Known(); known {
		return text, !strings.HasPrefix(text, rootMark)
	}
	if t[0].Hole == nil || t[0].Hole.Kind != Root {
		return "", false
	}
	rest, known := t[1:].Known()
	return rootMark + rest, known && strings.HasPrefix(rest, "/")
}

// nameText is the text that a name stands for.
func nameText(name string) Text {
	rest, ok := strings.CutPrefix(name, rootMark)
	if !ok {
		return Lit(name)
	}
	return holed(&Hole{Kind: Root, Name: "CURDIR"}).plus(Lit(rest))
}

func nameTexts(names []string) []Text {
	out := make([]Text, len(names))
	for i, name := range names {
		out[i] = nameText(name)
	}
	return out
}

// inTree returns the path that a name has in the repository, and whether it is in it.
func (r *reader) inTree(name string) (string, bool) {
	full := path.Join(r.dir, name)
	if rest, ok := strings.CutPrefix(name, rootMark); ok {
		full = path.Join(".", rest)
	}
	return full, !path.IsAbs(name) && fs.ValidPath(full)
}

// PathOf returns the path that a target's name has in the repository, and whether it is
// in it.
func (m *Makefile) PathOf(name string) (string, bool) { return m.r.inTree(name) }
