package discover

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/stagefold/stagefold/convert/internal/share"
)

// maxScript is the size in bytes up to which a file is taken for a script.
const maxScript = 1 << 20

// firstRead is how much is read to see whether a file is a script.
const firstRead = 128

// A script is a file that may drive a build.
type script struct {
	path  string
	is    bool // a script, by its name or its first line
	talk  talk
	calls []string // the base names of what it may run
	err   error    // why it was not read
}

// read looks into all files that may be scripts.
func (w *walker) read(ctx context.Context) error {
	return share.Out(ctx, len(w.scripts), 64, w.opts.Jobs, func(i int) { w.scripts[i].read(w.fsys) })
}

func (s *script) read(fsys fs.FS) {
	k := named(s.path)
	s.is = k != nil
	if !s.is {
		head, _, err := readHead(fsys, s.path, firstRead)
		s.is = err == nil && interpreted(head) != nil
	}
	if !s.is {
		return
	}
	src, whole, err := readHead(fsys, s.path, maxScript)
	switch {
	case err != nil:
		s.err = err
	case !whole:
		s.err = fmt.Errorf("more than %d bytes", maxScript)
	case k != nil && k.pipeline:
		s.talk = commandsOf(src)
	default:
		if s.talk = talkOf(src); s.talk != extracts {
			s.calls = calls(src)
		}
	}
}

func readHead(fsys fs.FS, name string, limit int64) (head []byte, whole bool, err error) {
	if h, ok := fsys.(HeadFS); ok {
		return h.ReadHead(name, limit)
	}
	src, err := fs.ReadFile(fsys, name)
	if int64(len(src)) > limit {
		return src[:limit], false, err
	}
	return src, true, err
}
