package verify

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A Kind is the type of a file in an image.
type Kind byte

// The kinds, with the letters that "ls -l" has for them.
const (
	File        Kind = '-'
	Directory   Kind = 'd'
	Symlink     Kind = 'l'
	CharDevice  Kind = 'c'
	BlockDevice Kind = 'b'
	FIFO        Kind = 'p'
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case File:
		return "file"
	case Directory:
		return "directory"
	case Symlink:
		return "symbolic link"
	case CharDevice:
		return "character device"
	case BlockDevice:
		return "block device"
	case FIFO:
		return "named pipe"
	default:
		return "unknown type"
	}
}

// An Entry is what an image holds at one path, without its times.
type Entry struct {
	Kind     Kind
	Mode     int64 // permission, setuid, setgid and sticky bits
	UID, GID int
	Size     int64             // bytes of a file
	Sum      [sha256.Size]byte // SHA-256 of a file's contents
	Link     string            // target of a symbolic link, as written
	Xattrs   map[string]string // extended attributes, by name
	Major    int64             // device number
	Minor    int64
}

// xattrPrefix is what the names of PAX records for extended attributes begin
// with.
const xattrPrefix = "SCHILY.xattr."

// permissions are the bits of a tar header's mode that are no file type.
const permissions = 0o7777

var kinds = map[byte]Kind{
	tar.TypeReg:     File,
	tar.TypeDir:     Directory,
	tar.TypeSymlink: Symlink,
	tar.TypeChar:    CharDevice,
	tar.TypeBlock:   BlockDevice,
	tar.TypeFifo:    FIFO,
}

// readEntry takes the entry of h, hashing what body holds of it.
func readEntry(h *tar.Header, body io.Reader) (Entry, error) {
	kind, ok := kinds[h.Typeflag]
	if !ok {
		return Entry{}, fmt.Errorf("%q has the unknown tar type %q", h.Name, h.Typeflag)
	}
	e := Entry{
		Kind: kind,
		Mode: h.Mode & permissions,
		UID:  h.Uid,
		GID:  h.Gid,
	}
	for name, value := range h.PAXRecords {
		if attr, ok := strings.CutPrefix(name, xattrPrefix); ok {
			e.setXattr(attr, value)
		}
	}
	switch kind {
	case File:
		return e, e.hash(body)
	case Symlink:
		e.Link = h.Linkname
	case CharDevice, BlockDevice:
		e.Major, e.Minor = h.Devmajor, h.Devminor
	}
	return e, nil
}

func (e *Entry) setXattr(name, value string) {
	if e.Xattrs == nil {
		e.Xattrs = make(map[string]string)
	}
	e.Xattrs[name] = value
}

func (e *Entry) hash(body io.Reader) error {
	sum := sha256.New()
	size, err := io.Copy(sum, body)
	if err != nil {
		return err
	}
	e.Size = size
	sum.Sum(e.Sum[:0])
	return nil
}

// xattrs renders the extended attributes in the order of their names.
func (e Entry) xattrs() string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(e.Xattrs)) {
		list = append(list, fmt.Sprintf("%s=%x", name, e.Xattrs[name]))
	}
	return strings.Join(list, " ")
}
