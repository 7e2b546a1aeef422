package plan

import (
	"strings"
	"testing"
)

// TestKindOf checks what each piece of evidence says of /out/app.
func TestKindOf(t *testing.T) {
	const made = "FROM golang:1\nRUN make\n"
	runtime := func(copy string) string { return "FROM alpine:3\n" + copy + "\n" }
	for _, tt := range []struct {
		about, builder, script, runtime string
		want                            kind
	}{
		{about: "nothing", builder: made, want: unknownKind},
		{about: "the output flag of a compiler", builder: "FROM golang:1\nRUN go build -o /out/app .\n", want: fileKind},
		{about: "the output flag, relative", builder: "FROM golang:1\nWORKDIR /out\nRUN go build -o app\n", want: fileKind},
		{about: "an output flag with =", builder: "FROM golang:1\nRUN cc --output=/out/app a.c\n", want: fileKind},
		{about: "an output flag in quotes", builder: "FROM golang:1\nRUN cc -o \"/out/app\" a.c\n", want: fileKind},
		{about: "the output of something else", builder: "FROM golang:1\nRUN cc -o /out/app2 a.c\n", want: unknownKind},
		{about: "in a stage below", builder: "FROM golang:1 AS a\nRUN cc -o /out/app a.c\nFROM a\nRUN true\n", want: fileKind},
		{about: "chmod +x on the host", builder: made, script: "chmod +x app", want: fileKind},
		{about: "another chmod on the host", builder: made, script: "chmod 755 app", want: unknownKind},
		{about: "mkdir", builder: "FROM golang:1\nRUN mkdir -p /out/app && make\n", want: dirKind},
		{about: "a WORKDIR", builder: "FROM golang:1\nWORKDIR /out/app\nRUN make\n", want: dirKind},
		{about: "a WORKDIR below", builder: "FROM golang:1\nWORKDIR /out/app/x\nRUN make\n", want: dirKind},
		{about: "a path below in a RUN", builder: "FROM golang:1\nRUN make && cp x /out/app/x\n", want: dirKind},
		{about: "a longer name in a RUN", builder: "FROM golang:1\nRUN cp x /out/apps/x\n", want: unknownKind},
		{about: "a copy of a path below", builder: made, runtime: runtime("COPY app app/x.css /srv/"), want: dirKind},
		{about: "a copy with a slash", builder: made, runtime: runtime("COPY app/ /srv/"), want: dirKind},
		{about: "a copy of a wildcard", builder: made, runtime: runtime("COPY app ap* /srv/"), want: unknownKind},
	} {
		u := withBuilder(tt.builder)
		u["build.sh"] = strings.Replace(usual, "docker build -t app .", tt.script+"\ndocker build -t app .", 1)
		if tt.runtime != "" {
			u["Dockerfile"] = tt.runtime
		}
		p, a := u.artifact(t)
		if got := p.kindOf(a); got != tt.want {
			t.Errorf("%s: the kind is %d, want %d", tt.about, got, tt.want)
		}
	}
}

// TestKindOfCopy checks evidence that lies in docker cp and the path itself.
func TestKindOfCopy(t *testing.T) {
	for _, tt := range []struct {
		cp, source string
		want       kind
	}{
		{"docker cp extract:/x/app.jar app", "app", fileKind},
		{"docker cp extract:/x/app.d app", "app", unknownKind},
		{"docker cp extract:/bin/app app", "app", unknownKind},
		{"docker cp extract:/go/bin/app app", "app", fileKind},
		{"mkdir app && docker cp extract:/x/. app", "app", dirKind},
		{"docker run --rm app-build cat /x/app >app", "app", fileKind},
	} {
		u := withBuilder("FROM golang:1\nRUN go install ./...\n")
		if !strings.Contains(tt.cp, "/go/bin/") {
			u = withBuilder("FROM golang:1\nRUN make\n")
		}
		u["build.sh"] = strings.Replace(usual, "docker cp extract:/out/app app", tt.cp, 1)
		p, a := u.artifact(t)
		if got := p.kindOf(a); got != tt.want {
			t.Errorf("%s: the kind is %d, want %d", tt.cp, got, tt.want)
		}
	}
}
