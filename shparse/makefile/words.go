package makefile

import (
	"path"
	"strings"
)

// A pattern is a word with at most one "%", which stands for any text. A
// backslash takes the meaning from the %.
type pattern struct {
	prefix, suffix string
	wild           bool
}

func newPattern(word string) pattern {
	for i := 0; i < len(word); i++ {
		if word[i] != '%' {
			continue
		}
		slashes := i - len(strings.TrimRight(word[:i], `\`))
		before := word[:i-slashes] + strings.Repeat(`\`, slashes/2)
		if slashes%2 == 0 {
			return pattern{before, word[i+1:], true}
		}
		word = before + word[i:]
		i = len(before)
	}
	return pattern{prefix: word}
}

// stem returns what % stands for in word, and whether word matches.
func (p pattern) stem(word string) (string, bool) {
	if !p.wild {
		return "", word == p.prefix
	}
	if len(word) < len(p.prefix)+len(p.suffix) || !strings.HasPrefix(word, p.prefix) || !strings.HasSuffix(word, p.suffix) {
		return "", false
	}
	return word[len(p.prefix) : len(word)-len(p.suffix)], true
}

// fill returns the word with the stem in the place of %.
func (p pattern) fill(stem string) string {
	if !p.wild {
		return p.prefix
	}
	return p.prefix + stem + p.suffix
}

// patsubst replaces the words that match. A word with a hole can't be matched,
// but for one that a plain suffix or a lone % decides.
func (e *expander) patsubst(from, to, text Text, whole rope) Text {
	fromWord, known := from.Name()
	if !known {
		return holed(e.computed(whole))
	}
	p := newPattern(fromWord)
	var out []Text
	for _, w := range text.fields() {
		out = append(out, e.substituted(p, to, w, whole))
	}
	return join(out, " ")
}

func (e *expander) substituted(p pattern, to, word Text, whole rope) Text {
	stem, matched, known := stemOf(p, word)
	switch {
	case !known, open(word):
		return holed(e.computed(whole))
	case !matched:
		return word
	case !p.wild:
		return to
	}
	return fillText(to, stem)
}

// stemOf matches a word that may have holes.
func stemOf(p pattern, word Text) (stem Text, matched, known bool) {
	if strings.HasPrefix(p.prefix, rootMark) {
		name, known := word.Name()
		s, matched := p.stem(name)
		return Lit(s), matched, known && !path.IsAbs(name)
	}
	if text, ok := word.Known(); ok {
		s, matched := p.stem(text)
		return Lit(s), matched, true
	}
	if !p.wild {
		return nil, false, false
	}
	first, last := word[0], word[len(word)-1]
	head, tail := first.Lit, last.Lit
	if first.Hole == nil && !compatible(head, p.prefix) || last.Hole == nil && !compatibleEnd(tail, p.suffix) {
		return nil, false, true
	}
	if len(head) < len(p.prefix) || len(tail) < len(p.suffix) {
		return nil, false, false
	}
	stem = append(Text(nil), word...)
	stem[0].Lit = strings.TrimPrefix(stem[0].Lit, p.prefix)
	stem[len(stem)-1].Lit = strings.TrimSuffix(stem[len(stem)-1].Lit, p.suffix)
	return stem.trimmed(), true, true
}

// compatible reports whether one of two texts begins with the other.
func compatible(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

func compatibleEnd(a, b string) bool { return strings.HasSuffix(a, b) || strings.HasSuffix(b, a) }

// fillText puts a stem in the place of the first % of a text.
func fillText(to, stem Text) Text {
	var out Text
	for i, p := range to {
		if p.Hole != nil {
			out = append(out[:len(out):len(out)], p)
			continue
		}
		f := newPattern(p.Lit)
		if f.wild {
			out = out.plus(Lit(f.prefix)).plus(stem).plus(Lit(f.suffix))
			return out.plus(to[i+1:])
		}
		out = out.plus(Lit(p.Lit))
	}
	return out
}

// dirPart and filePart split a name at its last slash.
func dirPart(word string) string {
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		return word[:i+1]
	}
	return "./"
}

func filePart(word string) string { return word[strings.LastIndexByte(word, '/')+1:] }

// suffixPart is the ending of a name from its last dot on, in its last part.
func suffixPart(word string) string {
	if i := strings.LastIndexByte(filePart(word), '.'); i >= 0 {
		return filePart(word)[i:]
	}
	return ""
}

// openDir and openFile do so for a word with holes, where the last slash is in its
// literal end. A hole behind it may hold slashes of its own.
func openDir(word Text) (Text, bool) {
	last := word[len(word)-1]
	i := strings.LastIndexByte(last.Lit, '/')
	if last.Hole != nil || i < 0 {
		return nil, false
	}
	return word[:len(word)-1].plus(Lit(last.Lit[:i+1])), true
}

func openFile(word Text) (Text, bool) {
	last := word[len(word)-1]
	i := strings.LastIndexByte(last.Lit, '/')
	if last.Hole != nil || i < 0 {
		return nil, false
	}
	return Lit(last.Lit[i+1:]), true
}
