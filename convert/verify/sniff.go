package verify

import (
	"bufio"
	"bytes"
)

// A format is what the first bytes of an archive's member look like.
type format uint8

const (
	other format = iota
	document
	tarball
	gzipped
)

// Where a tar header has its magic, and how long the header is.
const (
	tarBlock       = 512
	tarMagicOffset = 257
)

var (
	tarMagic  = []byte("ustar")
	gzipMagic = []byte{0x1f, 0x8b}
)

// sniff looks at the first block of br without taking it. An archive of nothing
// is a block of zeros.
func sniff(br *bufio.Reader) format {
	head, _ := br.Peek(tarBlock)
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		return gzipped
	case len(head) > 0 && (head[0] == '{' || head[0] == '['):
		return document
	case len(head) < tarBlock:
		return other
	case bytes.HasPrefix(head[tarMagicOffset:], tarMagic), len(bytes.Trim(head, "\x00")) == 0:
		return tarball
	default:
		return other
	}
}
