package tree

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// openList opens a directory and nothing else.
const openList = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_DIRECTORY

var listBuffers = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// list reads the entries of an open directory. An os.File that comes from an os.Root
// asks for the status of each entry, which costs more than all the rest of a walk:
// the directory says what they are.
func (t FS) list(dir *os.File, name string) ([]fs.DirEntry, error) {
	raw, err := dir.SyscallConn()
	if err != nil {
		return nil, err
	}
	buf := listBuffers.Get().(*[16 << 10]byte)
	defer listBuffers.Put(buf)
	var entries []fs.DirEntry
	for {
		var n int
		var readErr error
		err := raw.Read(func(fd uintptr) bool {
			n, readErr = syscall.ReadDirent(int(fd), buf[:])
			return readErr != syscall.EAGAIN
		})
		switch {
		case err != nil:
			return nil, err
		case readErr == syscall.EINTR:
			continue
		case readErr != nil:
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: readErr}
		case n == 0:
			return entries, nil
		}
		entries = t.parseEntries(entries, buf[:n], name)
	}
}

// parseEntries reads what getdents64 gives: for each entry an inode and an offset of
// 8 bytes each, the length of the record in 2, the type in 1, and the name up to a
// NUL.
func (t FS) parseEntries(entries []fs.DirEntry, buf []byte, dir string) []fs.DirEntry {
	const typeAt, nameAt = 18, 19
	for len(buf) > nameAt {
		size := int(binary.NativeEndian.Uint16(buf[16:]))
		if size <= nameAt || size > len(buf) {
			break
		}
		base, _, _ := bytes.Cut(buf[nameAt:size], []byte{0})
		if s := string(base); s != "." && s != ".." {
			entries = append(entries, t.entry(dir, s, buf[typeAt]))
		}
		buf = buf[size:]
	}
	return entries
}

func (t FS) entry(dir, base string, typ byte) *entry {
	e := &entry{fsys: t, dir: dir, name: base}
	switch typ {
	case syscall.DT_REG:
	case syscall.DT_DIR:
		e.mode = fs.ModeDir
	case syscall.DT_LNK:
		e.mode = fs.ModeSymlink
	case syscall.DT_FIFO:
		e.mode = fs.ModeNamedPipe
	case syscall.DT_SOCK:
		e.mode = fs.ModeSocket
	case syscall.DT_CHR:
		e.mode = fs.ModeDevice | fs.ModeCharDevice
	case syscall.DT_BLK:
		e.mode = fs.ModeDevice
	default: // some file systems don't say
		e.mode = fs.ModeIrregular
		if info, err := e.Info(); err == nil {
			e.mode = info.Mode().Type()
		}
	}
	return e
}
