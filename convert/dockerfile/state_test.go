package dockerfile

import (
	"maps"
	"slices"
	"testing"
)

func known(v string) Var { return Var{Value: v, Known: true} }

func TestWorkdir(t *testing.T) {
	tests := []struct {
		name, src string
		want      string
		known     bool
	}{
		{"unknown", "FROM a", "", false},
		{"scratch", "FROM scratch", "/", true},
		{"relative on an image", "FROM a\nWORKDIR b", "", false},
		{"relative on scratch", "FROM scratch\nWORKDIR b\nWORKDIR ../c/", "/c", true},
		{"absolute after unknown", "FROM a\nWORKDIR b\nWORKDIR /c//d/.\nWORKDIR e", "/c/d/e", true},
		{"unknown after absolute", "FROM a\nWORKDIR /b\nWORKDIR $X", "", false},
		{"quotes", "FROM a\nWORKDIR \"/b c\"", "/b c", true},
		{"ENV", "FROM a\nENV R=/r\nWORKDIR $R/s", "/r/s", true},
		{"default", "FROM scratch\nWORKDIR ${X:-/d}", "/d", true},
		{"default on an image", "FROM a\nWORKDIR ${X:-/d}", "", false},
		{"unset on scratch", "FROM scratch\nWORKDIR /a/${X}b", "/a/b", true},
		{"of the parent stage", "FROM a AS p\nWORKDIR /p\nFROM b\nFROM p\nWORKDIR q", "/p/q", true},
		{"trigger", "FROM a AS p\nONBUILD WORKDIR /t\nFROM p", "/t", true},
		{"trigger fires once", "FROM a AS p\nONBUILD WORKDIR /t\nFROM p AS q\nWORKDIR /q\nFROM q", "/q", true},
		{"drive", "FROM a\nWORKDIR C:\\x", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src+"\n")
			got := f.Stages[len(f.Stages)-1].At(nil, nil)
			if got.Workdir != tt.want || got.WorkdirKnown != tt.known {
				t.Errorf("%q, %t: want %q, %t", got.Workdir, got.WorkdirKnown, tt.want, tt.known)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	const passed = "passed"
	tests := []struct {
		name, src, text string
		want            string
		known           bool
	}{
		{"literal", "FROM a", "/x", "/x", true},
		{"quotes", "FROM a", `"a b"'$c'\$d`, "a b$c$d", true},
		{"of the image", "FROM a", "$GOPATH/src", "$GOPATH/src", false},
		{"ARG default", "FROM a\nARG V=1", "$V", "1", true},
		{"ARG without default", "FROM a\nARG V", "x$V", "x$V", false},
		{"ARG without default on scratch", "FROM scratch\nARG V", "x$V", "x", true},
		{"ARG passed", "FROM a\nARG P=1", "$P", passed, true},
		{"ARG passed, value unknown", "FROM a\nARG U=1", "$U", "$U", false},
		{"passed, not declared", "FROM scratch", "x$P", "x", true},
		{"global, not declared", "ARG V=1\nFROM scratch", "x$V", "x", true},
		{"global, declared", "ARG V=1\nFROM a\nARG V", "$V", "1", true},
		{"global, with another default", "ARG V=1\nFROM a\nARG V=2", "$V", "2", true},
		{"global on a global", "ARG V=1\nARG W=$V$V\nFROM a\nARG W", "$W", "11", true},
		{"ENV over ARG", "FROM a\nARG V=1\nENV V=2", "$V", "2", true},
		{"ARG behind ENV", "FROM a\nENV V=2\nARG V=1", "$V", "$V", false},
		{"ARG behind an equal ENV", "FROM a\nENV V=1\nARG V=1", "$V", "1", true},
		{"ENV values see the line above", "FROM a\nENV V=1\nENV V=2 W=$V", "$W", "1", true},
		{"old ENV", "FROM a\nENV V b c", "$V", "b c", true},
		{"unknown ENV", "FROM a\nENV V=$X", "$V", "$V", false},
		{"unknown ENV name", "FROM a\nENV V=1\nENV $X=1", "$V", "$V", false},
		{"ENV of the parent stage", "FROM a AS p\nENV V=1\nFROM p", "$V", "1", true},
		{"ARG of the parent stage", "FROM scratch AS p\nARG V=1\nFROM p", "$V", "$V", false},
		{"ARG of the parent stage, declared", "FROM scratch AS p\nARG V=1\nFROM p\nARG V", "$V", "$V", false},
		{"ARG of the parent stage, passed", "FROM a AS p\nARG P\nFROM p\nARG P", "$P", passed, true},
		{"platform", "FROM scratch\nARG TARGETARCH", "$TARGETARCH", "$TARGETARCH", false},
		{"platform with a default", "FROM scratch\nARG TARGETARCH=arm", "$TARGETARCH", "arm", true},
		{"PATH", "FROM scratch", "$PATH", "$PATH", false},
		{"modifiers", "FROM a\nENV V=a.b.c E=", "${V%.*}${V#*.}${E:-d}${V:+e}${V/b/x}", "a.bb.cdea.x.c", true},
		{"required", "FROM scratch", "${V:?no}", "${V:?no}", false},
		{"trigger", "FROM a AS p\nONBUILD ENV V=1\nFROM p", "$V", "1", true},
		{"backtick", "# escape=`\nFROM a\nENV V=1", "C:\\`$V$V", "C:\\$V1", true},
	}
	args := Args{"P": known(passed), "U": {}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src+"\n")
			got := f.Stages[len(f.Stages)-1].At(nil, args).Expand(tt.text)
			if got.Expanded != tt.want || got.Known != tt.known {
				t.Errorf("%q, %t: want %q, %t", got.Expanded, got.Known, tt.want, tt.known)
			}
		})
	}
}

func TestAt(t *testing.T) {
	f := mustParse(t, `FROM scratch AS p
ARG A=1
USER one
SHELL ["/bin/bash", "-c"]
VOLUME /v $A
FROM p
ENV E=2
ARG B=$E
USER $B:$X
RUN true
USER three
`)
	s := f.Stages[1]
	got := s.At(s.Instructions[3], nil)
	if got.User != "2:" || !got.UserSet || !got.UserKnown || !got.Scratch {
		t.Errorf("user %q, set %t, known %t, scratch %t", got.User, got.UserSet, got.UserKnown, got.Scratch)
	}
	if !maps.Equal(got.Env, map[string]Var{"E": known("2")}) || !maps.Equal(got.Args, map[string]Var{"B": known("2")}) {
		t.Errorf("env %v, args %v", got.Env, got.Args)
	}
	if !slices.Equal(got.Shell, []string{"/bin/bash", "-c"}) || !slices.Equal(got.Volumes, []string{"/v", "1"}) {
		t.Errorf("shell %q, volumes %q", got.Shell, got.Volumes)
	}
	if first := s.At(s.Instructions[0], nil); first.User != "one" {
		t.Errorf("user %q in front of the first instruction", first.User)
	}
	if end := s.At(nil, nil); end.User != "three" {
		t.Errorf("user %q at the end", end.User)
	}
	if begin := f.Stages[0].At(f.Stages[0].Instructions[0], nil); begin.UserSet || len(begin.Args) > 0 {
		t.Errorf("user %q, args %v at the start", begin.User, begin.Args)
	}
}
