package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Shell returns the text that a RUN, CMD or ENTRYPOINT in shell form hands to the
// shell, with the here-documents of RUN; false for the exec form, for other
// instructions, and for a here-document that names its own interpreter (#!).
func (in *Instruction) Shell() (string, bool) {
	if in.JSON || !runsCommand(in.Keyword) {
		return "", false
	}
	if len(in.Heredocs) == 0 {
		return in.Text, true
	}
	if parser.MustParseHeredoc(in.Text) != nil {
		script := in.Heredocs[0].text()
		return script, !strings.HasPrefix(script, "#!")
	}
	var b strings.Builder
	b.WriteString(in.Text)
	for _, doc := range in.Heredocs {
		b.WriteString("\n" + doc.Content + doc.Name)
	}
	return b.String(), true
}

// text is the here-document without the tabs that <<- takes off.
func (h Heredoc) text() string {
	if h.Chomp {
		return parser.ChompHeredocContent(h.Content)
	}
	return h.Content
}

// Argv returns the arguments of a RUN, CMD, ENTRYPOINT or SHELL in exec form;
// false for all else.
func (in *Instruction) Argv() ([]string, bool) {
	if !in.JSON || !runsCommand(in.Keyword) && in.Keyword != "SHELL" {
		return nil, false
	}
	words := in.Operands()
	argv := make([]string, len(words))
	for i, w := range words {
		argv[i] = w.Value
	}
	return argv, true
}

func runsCommand(keyword string) bool {
	return keyword == "RUN" || keyword == "CMD" || keyword == "ENTRYPOINT"
}
