package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word in the text of a logical: its bytes [start, end) and what they
// stand for.
type token struct {
	start, end int
	value      string
}

// A splitter cuts the arguments of an instruction into words in the way of the
// instruction. All positions are in text, whose part [at, end) is left to do.
type splitter struct {
	text   string
	at     int
	end    int
	escape byte
	tokens []token
}

// blanks are what BuildKit takes for white space between most words.
const blanks = "\t\v\f\r "

// newSplitter starts a splitter on the part [at, end) of text, trimmed.
func newSplitter(text string, at, end int, escape byte) splitter {
	s := splitter{text: text, at: at, end: end, escape: escape}
	s.trim()
	return s
}

func (s *splitter) trim() {
	s.end = s.at + len(strings.TrimRightFunc(s.text[s.at:s.end], unicode.IsSpace))
	s.at = s.end - len(strings.TrimLeftFunc(s.text[s.at:s.end], unicode.IsSpace))
}

// add keeps the word [start, end), which stands for itself.
func (s *splitter) add(start, end int) {
	s.tokens = append(s.tokens, token{start, end, s.text[start:end]})
}

// keyword takes one word up to a blank, and the blanks behind it.
func (s *splitter) keyword() token {
	start := s.at
	n := strings.IndexAny(s.text[s.at:s.end], blanks)
	if n < 0 {
		s.at = s.end
		return token{start, s.end, s.text[start:s.end]}
	}
	s.at += n
	word := token{start, s.at, s.text[start:s.at]}
	s.at = s.end - len(strings.TrimLeft(s.text[s.at:s.end], blanks))
	return word
}

// flags takes the words that begin with -- from the front. A word that is just --
// ends them and is no word. BuildKit looks at bytes here, not at characters.
func (s *splitter) flags() {
	for {
		for s.at < s.end && isSpaceByte(s.text[s.at]) {
			s.at++
		}
		if !strings.HasPrefix(s.text[s.at:s.end], "--") {
			break
		}
		word := s.flag()
		if word.value == "--" {
			break
		}
		s.tokens = append(s.tokens, word)
	}
	s.trim()
}

// flag takes one flag, and resolves its quotes and escapes.
func (s *splitter) flag() token {
	var value strings.Builder
	start, quote := s.at, byte(0)
	for ; s.at < s.end; s.at++ {
		ch := s.text[s.at]
		switch {
		case quote == 0 && isSpaceByte(ch):
			return token{start, s.at, value.String()}
		case quote == 0 && (ch == '\'' || ch == '"'):
			quote = ch
		case ch == quote && quote != 0:
			quote = 0
		case ch == s.escape && s.at+1 == s.end:
		case ch == s.escape:
			s.at++
			value.WriteRune(rune(s.text[s.at]))
		default:
			value.WriteRune(rune(ch))
		}
	}
	return token{start, s.at, value.String()}
}

func isSpaceByte(b byte) bool { return unicode.IsSpace(rune(b)) }

// whole takes all that is left as one word.
func (s *splitter) whole() {
	if s.at < s.end {
		s.add(s.at, s.end)
	}
}

// spaced takes the words between blanks; quotes mean nothing.
func (s *splitter) spaced() {
	for s.at < s.end {
		word := s.keyword()
		s.add(word.start, word.end)
	}
}

// quoted takes the words between white space outside of quotes.
func (s *splitter) quoted() {
	for {
		s.at = s.end - len(strings.TrimLeftFunc(s.text[s.at:s.end], unicode.IsSpace))
		if s.at == s.end {
			return
		}
		start := s.at
		if end := s.quotedWord(); end > start {
			s.add(start, end)
		}
	}
}

// quotedWord moves behind a word, and returns where it ends: an escape character
// at the very end of the text belongs to no word.
func (s *splitter) quotedWord() (end int) {
	quote := rune(0)
	for s.at < s.end {
		ch, width := utf8.DecodeRuneInString(s.text[s.at:s.end])
		switch {
		case quote == 0 && unicode.IsSpace(ch):
			return s.at
		case quote == 0 && (ch == '\'' || ch == '"'):
			quote = ch
		case ch == quote:
			quote = 0
		case ch == rune(s.escape) && quote != '\'':
			if s.at+width == s.end {
				s.at = s.end
				return s.end - width
			}
			s.at += width
			_, width = utf8.DecodeRuneInString(s.text[s.at:s.end])
		}
		s.at += width
	}
	return s.end
}

// pairs takes the words of ENV and LABEL: NAME=VALUE words, or in the old form
// one name and one value with blanks in it.
func (s *splitter) pairs() {
	old, before := *s, len(s.tokens)
	s.quoted()
	if len(s.tokens) == before || strings.Contains(s.tokens[before].value, "=") {
		return
	}
	tokens := s.tokens[:before]
	*s = old
	s.tokens = tokens
	word := s.keyword()
	s.add(word.start, word.end)
	s.whole()
}

// strings takes the strings of a JSON array that is known to be well formed. The
// values are what the strings stand for.
func (s *splitter) strings(values []string) {
	for _, value := range values {
		open := strings.IndexByte(s.text[s.at:s.end], '"')
		if open < 0 {
			return
		}
		start := s.at + open
		s.at = start + 1
		for s.at < s.end && s.text[s.at] != '"' {
			if s.text[s.at] == '\\' {
				s.at++
			}
			s.at++
		}
		s.at = min(s.at+1, s.end)
		s.tokens = append(s.tokens, token{start, s.at, value})
	}
}
