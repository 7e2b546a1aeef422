package dockerfile

import (
	"fmt"
	"strings"
)

// JSON writes words as the JSON form of an instruction: ["a", "b"].
func JSON(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Quote(word)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// Quote writes one string of the JSON form. Only what JSON does not allow is
// escaped, so that "a && b" stays readable.
func Quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&out, "\\u%04x", r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
