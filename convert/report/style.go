package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Style says how text is made fit for its reader.
type Style uint8

const (
	// Exact leaves every byte of a diff as it is: for pipes and files.
	Exact Style = iota
	// Visible shows what would act on a terminal as an escape, such as \x1b.
	Visible
	// Colour is Visible, in colours.
	Colour
)

// A colour is a parameter of the terminal's "select graphic rendition".
type colour string

const (
	bold   colour = "1"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	cyan   colour = "36"
	grey   colour = "90"
)

// paint colours text where s has colours.
func (s Style) paint(c colour, text string) string {
	if s != Colour || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// fit makes a line of a file fit for s. Tabs and the line's end stay.
func (s Style) fit(line string) string {
	if s == Exact {
		return line
	}
	body := strings.TrimRight(line, "\r\n")
	var out strings.Builder
	for len(body) > 0 {
		r, size := utf8.DecodeRuneInString(body)
		if r == '\t' {
			out.WriteByte('\t')
		} else {
			out.WriteString(visible(body[:size]))
		}
		body = body[size:]
	}
	return out.String() + line[len(strings.TrimRight(line, "\r\n")):]
}

// Text returns text without a character that acts on a terminal: such are shown
// as Go writes them in a string, line ends too.
func Text(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		_, size := utf8.DecodeRuneInString(text)
		out.WriteString(visible(text[:size]))
		text = text[size:]
	}
	return out.String()
}

// visible returns one encoded character as it may stand on a terminal. A byte
// that is no UTF-8 is shown as \xNN.
func visible(char string) string {
	r, size := utf8.DecodeRuneInString(char)
	if unicode.IsPrint(r) && (r != utf8.RuneError || size > 1) {
		return char
	}
	quoted := strconv.QuoteToASCII(char)
	return quoted[1 : len(quoted)-1]
}
