package dockerfile

import (
	"sort"
	"strings"
	"unicode"
)

// A logical is the text of an instruction with its continued lines joined, as
// BuildKit joins them, and the way back from there to the source.
type logical struct {
	text   string
	pieces []piece // none where the text is empty
	start  int     // of the first line, in the source
}

// A piece is a run of the text that stands in one line of the source.
type piece struct {
	at     int // in the text
	offset int // in the source
}

// offset is the place in the source of the byte at i.
func (l *logical) offset(i int) int {
	n := sort.Search(len(l.pieces), func(k int) bool { return l.pieces[k].at > i })
	if n == 0 {
		return l.start
	}
	p := l.pieces[n-1]
	return p.offset + i - p.at
}

// span is the place in the source of the bytes [i, j).
func (l *logical) span(i, j int) (start, end int) {
	if i >= j {
		return l.offset(i), l.offset(i)
	}
	return l.offset(i), l.offset(j-1) + 1
}

// join reads the instruction that begins in the given line (from 1) into l, and
// returns its last line, which is in front of any heredoc. It keeps the pieces
// only: the text is BuildKit's.
func (l *logical) join(src string, x lineIndex, line int, escape byte) (last int) {
	l.pieces, l.start = l.pieces[:0], x.start(line)
	size := 0
	first := true
	for n := line; n <= len(x.starts); n++ {
		text := strings.TrimRight(src[x.start(n):x.end(n)], "\r\n")
		if !first && (isBlank(text) || isComment(text)) {
			continue
		}
		skipped := 0
		if first {
			skipped = len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
		}
		body, more := cutContinuation(text[skipped:], escape)
		if body != "" {
			l.pieces = append(l.pieces, piece{at: size, offset: x.start(n) + skipped})
			size += len(body)
		}
		if !more {
			return n
		}
		first = false
	}
	return len(x.starts)
}

// cutContinuation takes the continuation off a line, and reports whether there
// was one: the escape character, not escaped itself, as the last character but
// for blanks.
func cutContinuation(line string, escape byte) (body string, found bool) {
	text := strings.TrimRight(line, " \t")
	if text == "" || text[len(text)-1] != escape {
		return line, false
	}
	body = text[:len(text)-1]
	if body != "" && body[len(body)-1] == escape {
		return line, false
	}
	return body, true
}

func isBlank(line string) bool { return strings.TrimLeftFunc(line, unicode.IsSpace) == "" }

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "#")
}
