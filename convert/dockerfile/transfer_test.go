package dockerfile

import (
	"slices"
	"testing"
)

func TestTransfer(t *testing.T) {
	f := mustParse(t, `FROM golang AS builder
FROM alpine
ARG D=/usr/bin
ENV O=1000
WORKDIR /root
COPY --from=BUILDER --chown=$O:$O --chmod=755 --link --exclude=*.md --parents $D/a ${X}b "$D"/
COPY --from=0 a .
COPY --from=busybox a $X
ADD --checksum=$D --unpack=false --keep-git-dir=true https://example.com/$D.tar git@h:r . sub/.
COPY ["a b", "../c/"]
COPY <<EOF <<'Q' /etc/
$D
EOF
Q
RUN true
`)
	s := f.Stages[1]
	at := func(i int) *Transfer {
		t.Helper()
		transfer, ok := s.Instructions[i].Transfer(Args{"D": known("/d")})
		if !ok {
			t.Fatalf("%s is no transfer", s.Instructions[i].Keyword)
		}
		return transfer
	}
	first := at(3)
	if first.From != "BUILDER" || first.FromStage != f.Stages[0] || first.Chown.Expanded != "1000:1000" || first.Chmod.Expanded != "755" {
		t.Errorf("flags: %+v", first)
	}
	if !first.Link || !first.Parents || !slices.Equal(first.Excludes, []string{"*.md"}) || first.Add || first.Heredoc {
		t.Errorf("flags: %+v", first)
	}
	if a := first.Sources[0]; a.Expanded != "/d/a" || !a.Known || a.Text != "$D/a" || !slices.Equal(a.Vars, []string{"D"}) {
		t.Errorf("source: %+v", a)
	}
	if b := first.Sources[1]; b.Known || b.Expanded != "${X}b" {
		t.Errorf("source: %+v", b)
	}
	if f.Slice(first.DestRange()) != `"$D"/` {
		t.Errorf("destination at %v", first.DestRange())
	}
	if at(4).FromStage != f.Stages[0] || at(5).FromStage != nil || at(5).From != "busybox" {
		t.Error("--from is resolved wrongly")
	}
	add := at(6)
	if !add.Add || add.Unpack == nil || *add.Unpack || add.Git == nil || !*add.Git || add.Checksum.Expanded != "/d" {
		t.Errorf("ADD: %+v", add)
	}
	if !add.Sources[0].Remote || !add.Sources[1].Remote || add.Sources[2].Remote {
		t.Errorf("ADD's sources: %+v", add.Sources)
	}
	doc := at(8)
	if !doc.Heredoc || !doc.Sources[0].Heredoc || !doc.Sources[1].Heredoc || !doc.Instruction.Heredocs[0].Expand || doc.Instruction.Heredocs[1].Expand {
		t.Errorf("heredoc: %+v", doc)
	}
	if _, ok := s.Instructions[9].Transfer(nil); ok {
		t.Error("RUN is a transfer")
	}

	targets := []string{"/d/", "/root/", "", "/root/sub/", "/c/", "/etc/"}
	for i, want := range targets {
		if got, ok := at(i + 3).Target(); got != want || ok != (want != "") {
			t.Errorf("target of %d: %q, %t: want %q", i, got, ok, want)
		}
	}
}

func TestTargetWithoutWorkdir(t *testing.T) {
	f := mustParse(t, "FROM alpine\nCOPY a b\nCOPY a /b/../c\nCOPY a /\nCOPY a C:\\\\x\n")
	for i, want := range []string{"", "/c", "/", ""} {
		transfer, _ := f.Stages[0].Instructions[i].Transfer(nil)
		if got, ok := transfer.Target(); got != want || ok != (want != "") {
			t.Errorf("target of %d: %q, %t: want %q", i, got, ok, want)
		}
	}
}
