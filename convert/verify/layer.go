package verify

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// The names by which a layer says that something below it is gone.
const (
	whiteoutPrefix = ".wh."         // .wh.NAME hides NAME of the layers below
	whiteoutMeta   = ".wh..wh."     // the storage driver's own, no whiteout
	whiteoutOpaque = ".wh..wh..opq" // hides all that the layers below have in its directory
)

// A layer is one change of a file system.
type layer struct {
	entries map[string]Entry
	links   map[string]string // hard links to files of the layers below
	removed map[string]bool   // paths hidden by a whiteout
	opaque  map[string]bool   // directories that hide what was in them
}

// readLayer reads an uncompressed layer.
func readLayer(r io.Reader) (*layer, error) {
	l := &layer{
		entries: make(map[string]Entry),
		links:   make(map[string]string),
		removed: make(map[string]bool),
		opaque:  make(map[string]bool),
	}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("layer: %w", err)
		}
		if err := l.add(h, tr); err != nil {
			return nil, fmt.Errorf("layer: %w", err)
		}
	}
}

// add takes the member h of the layer's tar.
func (l *layer) add(h *tar.Header, body io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name := rooted(h.Name)
	dir, base := path.Split(name)
	switch {
	case base == whiteoutOpaque:
		l.opaque[rooted(dir)] = true
		return nil
	case strings.HasPrefix(base, whiteoutMeta):
		return nil
	case strings.HasPrefix(base, whiteoutPrefix):
		l.removed[path.Join(dir, strings.TrimPrefix(base, whiteoutPrefix))] = true
		return nil
	case h.Typeflag == tar.TypeLink:
		l.link(name, rooted(h.Linkname))
		return nil
	}
	e, err := readEntry(h, body)
	if err != nil {
		return err
	}
	delete(l.links, name)
	l.entries[name] = e
	return nil
}

// link gives name the file at target. A hard link is another name for a file, so
// that it has the file's contents, mode and owner.
func (l *layer) link(name, target string) {
	if e, ok := l.entries[target]; ok {
		delete(l.links, name)
		l.entries[name] = e
		return
	}
	if below, ok := l.links[target]; ok {
		target = below
	}
	delete(l.entries, name)
	l.links[name] = target
}

// hides reports whether the layer takes away what the layers below have at name.
func (l *layer) hides(name string) bool {
	if l.removed[name] {
		return true
	}
	for name != "/" {
		name = path.Dir(name)
		if l.removed[name] || l.opaque[name] || l.blocks(name) {
			return true
		}
	}
	return false
}

// blocks reports whether the layer has something at name that holds no files.
func (l *layer) blocks(name string) bool {
	if e, ok := l.entries[name]; ok {
		return e.Kind != Directory
	}
	_, ok := l.links[name]
	return ok
}

// rooted makes a member's name an absolute, clean path.
func rooted(name string) string { return path.Join("/", name) }
