package shparse

import (
	"testing"
	"testing/fstest"
)

// TestHeredoc says of builds whose Dockerfile comes through standard input whether it
// is a here-document as it stands in the script.
func TestHeredoc(t *testing.T) {
	const text = "FROM alpine\nRUN a \\\\\n  b\n"
	for _, tt := range []struct {
		name, script string
		want         string // the body, "" for none
		delimiter    string
		quoted       bool
	}{
		{"quoted", "docker build - <<'EOF'\n" + text + "EOF\n", text, "'EOF'", true},
		{"plain", "docker build -f - . <<EOF\nFROM alpine\nEOF\n", "FROM alpine\n", "EOF", false},
		{"tabs", "docker build - <<-\\X\nFROM alpine\n\tX\n", "FROM alpine\n", "\\X", true},
		{"in front", "docker build - <<EOF -t a && echo\nFROM alpine\nEOF\n", "FROM alpine\n", "EOF", false},
		{"indented", "docker build - <<-EOF\n\tFROM alpine\n\tEOF\n", "", "", false},
		{"expansion", "A=alpine\ndocker build - <<EOF\nFROM $A\nEOF\n", "", "", false},
		{"escape", "docker build - <<EOF\nFROM \\$A\nEOF\n", "", "", false},
		{"continuation", "docker build - <<EOF\nRUN a \\\n  b\nEOF\n", "", "", false},
		{"read before", "{ read a; docker build -; } <<EOF\na\nFROM alpine\nEOF\n", "", "", false},
		{"not its input", "docker build - <<EOF 3<<X\nFROM alpine\nEOF\nx\nX\n", "FROM alpine\n", "EOF", false},
		{"pipe", "cat <<EOF | docker build -\nFROM alpine\nEOF\n", "", "", false},
		{"string", "docker build - <<<'FROM alpine'\n", "", "", false},
		{"eval", "eval 'docker build - <<EOF\nFROM alpine\nEOF\n'\n", "", "", false},
		{"empty", "docker build - <<EOF\nEOF\n", "", "", false},
	} {
		tr := Read(Config{FS: fstest.MapFS{"build.sh": {Data: []byte(tt.script), Mode: 0o755}}, Path: "build.sh"})
		if len(tr.Ways) == 0 {
			t.Errorf("%s: %v", tt.name, tr.Findings)
			continue
		}
		var b *Build
		for _, op := range tr.Ways[0].Ops {
			if a, ok := op.Act.(*Build); ok {
				b = a
			}
		}
		if b == nil {
			t.Errorf("%s: no build in the trace", tt.name)
			continue
		}
		if d := b.Heredoc; d == nil || tt.want == "" {
			if d != nil || tt.want != "" {
				t.Errorf("%s: got a here-document: %t", tt.name, d != nil)
			}
			continue
		}
		body := tt.script[b.Heredoc.Body.Start.Offset:b.Heredoc.Body.End.Offset]
		word := tt.script[b.Heredoc.Delimiter.Start.Offset:b.Heredoc.Delimiter.End.Offset]
		if body != tt.want || word != tt.delimiter || b.Heredoc.Quoted != tt.quoted {
			t.Errorf("%s: got %q behind %s, quoted %t, want %q behind %s, quoted %t", tt.name, body, word, b.Heredoc.Quoted, tt.want, tt.delimiter, tt.quoted)
		}
	}
}
