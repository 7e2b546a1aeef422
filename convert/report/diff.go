package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stagefold/stagefold/convert/edit"
)

// Diff writes changes as a unified diff with the names a/PATH and b/PATH, and
// /dev/null for the missing side of a file that comes or goes. In the style Exact
// "git apply" and "patch -p1" take it, and yield the bytes of Change.New.
func Diff(w io.Writer, changes []edit.Change, s Style) error {
	for _, c := range changes {
		if err := diffFile(w, c, s); err != nil {
			return err
		}
	}
	return nil
}

func diffFile(w io.Writer, c edit.Change, s Style) error {
	body := hunks(string(c.Old), string(c.New))
	if body == "" {
		return nil
	}
	from, to := sides(c)
	header := s.paint(bold, s.fit("--- "+from)) + "\n" + s.paint(bold, s.fit("+++ "+to)) + "\n"
	if _, err := io.WriteString(w, header); err != nil {
		return err
	}
	for line := range strings.Lines(body) {
		if _, err := io.WriteString(w, diffLine(line, s)); err != nil {
			return err
		}
	}
	return nil
}

// hunks returns the unified diff of two texts without its two header lines, whose
// names the library would not quote.
func hunks(before, after string) string {
	_, rest, _ := strings.Cut(udiff.Unified("", "", before, after), "\n")
	_, rest, _ = strings.Cut(rest, "\n")
	return rest
}

// sides returns the two names of a changed file in the header of its diff.
func sides(c edit.Change) (from, to string) {
	from, to = quoteName("a/"+c.Path), quoteName("b/"+c.Path)
	if c.Old == nil {
		from = "/dev/null"
	}
	if c.Delete {
		to = "/dev/null"
	}
	return from, to
}

// quoteName writes a file name as git does in a diff: quoted as in C where it has
// a quote, a backslash or a control character, and with a tab behind it where a
// space would make its end unclear.
func quoteName(name string) string {
	special := func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' }
	if !strings.ContainsFunc(name, special) {
		if strings.Contains(name, " ") {
			return name + "\t"
		}
		return name
	}
	var out strings.Builder
	for i := range len(name) {
		switch b := name[i]; {
		case b == '"' || b == '\\':
			out.WriteString(`\` + string(b))
		case b < ' ' || b == 0x7f:
			fmt.Fprintf(&out, `\%03o`, b)
		default:
			out.WriteByte(b)
		}
	}
	return `"` + out.String() + `"`
}

// diffLine styles a line of the body of a diff, line end included. Its first
// byte says what it is.
func diffLine(line string, s Style) string {
	text := strings.TrimSuffix(line, "\n")
	end := line[len(text):]
	switch fitted := s.fit(text); line[0] {
	case '@':
		return s.paint(cyan, fitted) + end
	case '-':
		return s.paint(red, fitted) + end
	case '+':
		return s.paint(green, fitted) + end
	default:
		return fitted + end
	}
}

// A Hunk is a run of lines of a diff.
type Hunk struct {
	Old, New int // the first line in each file, from 1; 0 in front of the first

	// Kinds has a byte for each line: a space for one of both files, '-' and '+' for
	// one of the old and of the new file.
	Kinds string
}

// Hunks are the hunks of a change, as Diff writes them.
func Hunks(c edit.Change) []Hunk {
	var list []Hunk
	for line := range strings.Lines(hunks(string(c.Old), string(c.New))) {
		switch line[0] {
		case '@':
			list = append(list, Hunk{Old: firstLine(line, "-"), New: firstLine(line, "+")})
		case ' ', '-', '+':
			list[len(list)-1].Kinds += line[:1]
		}
	}
	return list
}

// firstLine reads the number behind a sign in the header of a hunk, such as
// "@@ -1,4 +1,6 @@".
func firstLine(header, sign string) int {
	_, rest, _ := strings.Cut(header, " "+sign)
	digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, _ := strconv.Atoi(rest[:max(digits, 0)])
	return n
}
