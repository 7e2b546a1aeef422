package llb_test

import (
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/verify/llb"
	"github.com/stagefold/stagefold/convert/verify/static"
)

const (
	builderFile = "FROM golang:1\nWORKDIR /src\nCOPY . .\nARG V\nRUN make\n"
	runtimeFile = "FROM alpine:3\nENV A=1\nCOPY app etc/conf /opt/\nUSER 1000\nCMD [\"/opt/app\"]\n"
	foldedFile  = "FROM golang:1 AS builder\nWORKDIR /src\nCOPY . .\nARG V\nRUN make\n\n" +
		"FROM alpine:3\nENV A=1\nCOPY --from=builder /src/app /opt/\nCOPY etc/conf /opt/\nUSER 1000\nCMD [\"/opt/app\"]\n"
)

// request is one image: the runtime's, whose app came out of the builder.
func request(folded string, changes ...func(*static.Pair)) static.Request {
	args := map[string]string{"V": "unknown-V"}
	pair := static.Pair{
		Image: "example/app",
		Old: &static.Build{
			Path: "Dockerfile", Dockerfile: runtimeFile, Context: ".",
			Artifacts: []static.Artifact{{
				Path: "app", Source: "/src/app", Image: "build",
				Build: &static.Build{Path: "Dockerfile.build", Dockerfile: builderFile, Context: ".", Args: args},
			}},
		},
		New: &static.Build{Path: "Dockerfile", Dockerfile: folded, Context: ".", Args: args},
	}
	for _, change := range changes {
		change(&pair)
	}
	return static.Request{Version: static.Version, Pairs: []static.Pair{pair}}
}

func verdict(t *testing.T, r static.Request) static.Verdict {
	t.Helper()
	answer, err := llb.Compare(t.Context(), r)
	if err != nil || len(answer.Verdicts) != 1 {
		t.Fatalf("%d verdicts, error %v", len(answer.Verdicts), err)
	}
	return answer.Verdicts[0]
}

func TestSame(t *testing.T) {
	v := verdict(t, request(foldedFile))
	if !v.Same() || len(v.Copies) != 1 || len(v.Assumed)+len(v.Work) > 0 {
		t.Fatalf("%+v", v)
	}
	if got, want := v.Copies[0].New.String(), "Dockerfile:9: COPY --from=builder /src/app /opt/"; got != want {
		t.Errorf("the copy is %q, want %q", got, want)
	}
	if got, want := v.Copies[0].Old.String(), "Dockerfile:3: COPY app etc/conf /opt/"; got != want {
		t.Errorf("it is for %q, want %q", got, want)
	}
}

// TestBroken breaks a conversion in one place each: it must be found there.
func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name, old, now string
		what, place    string // of the difference; the place is the new one, or else the old
	}{
		{"builder's base", "golang:1", "golang:2", "operations differ", "Dockerfile:1"},
		{"base", "alpine:3", "alpine:4", "operations differ", "Dockerfile:7"},
		{"command", "RUN make", "RUN make all", "operations differ", "Dockerfile:5"},
		{"command more", "RUN make", "RUN make\nRUN rm -rf x", "one operation more", "Dockerfile:6"},
		{"command less", "RUN make\n", "", "one operation less", ""},
		{"directory", "WORKDIR /src", "WORKDIR /srv", "operations differ", "Dockerfile:2"},
		{"context", "COPY . .", "COPY src .", "operations differ", "Dockerfile:3"},
		{"argument", "ARG V", "ARG W", "operations differ", "Dockerfile:5"},
		{"environment", "ENV A=1", "ENV A=2", "config's Env", ""},
		{"environment of the builder", "ARG V", "ARG V\nENV V=2", "operations differ", "Dockerfile:6"},
		{"artifact", "/src/app /opt/", "/src/ap /opt/", "no copy brings app", "Dockerfile:9"},
		{"place", "/src/app /opt/", "/src/app /usr/", "no copy brings app", "Dockerfile:9"},
		{"name", "/src/app /opt/", "/src/app /opt/ap", "no copy brings app", "Dockerfile:9"},
		{"directory in place", "/src/app /opt/", "/src/app /opt/app/app", "no copy brings app", "Dockerfile:9"},
		{"stage", "--from=builder", "--from=golang:1", "one operation less", ""},
		{"no stage", "--from=builder /src/app", "app", "no copy brings app", "Dockerfile:9"},
		{"owner", "--from=builder", "--from=builder --chown=1", "owners differ", "Dockerfile:9"},
		{"mode", "--from=builder", "--from=builder --chmod=755", "settings", "Dockerfile:9"},
		{"copy twice", "COPY etc", "COPY --from=builder /src/app /opt/\nCOPY etc", "operations differ", "Dockerfile:10"},
		{"other file", "COPY etc/conf /opt/\n", "", "one operation less", ""},
		{"file more", "USER 1000", "COPY x /x\nUSER 1000", "one operation more", "Dockerfile:11"},
		{"user", "USER 1000", "USER 1", "config's User", ""},
		{"user before the copy", "ENV A=1", "USER 1000\nENV A=1\nRUN true", "no copy brings app", "Dockerfile:10"},
		{"command of the image", "/opt/app\"", "/app\"", "config's Cmd", ""},
		{"label", "USER 1000", "LABEL a=b\nUSER 1000", "config has Labels", ""},
		{"entrypoint", "USER 1000", "ENTRYPOINT [\"x\"]\nUSER 1000", "config", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := strings.Replace(foldedFile, c.old, c.now, 1)
			if broken == foldedFile {
				t.Fatalf("%q is not in the file", c.old)
			}
			d := verdict(t, request(broken)).Difference
			if d == nil {
				t.Fatalf("no difference is found in\n%s", broken)
			}
			if !strings.Contains(d.What, c.what) {
				t.Errorf("it says %q, want %q", d.What, c.what)
			}
			if c.place != "" && (d.New == nil || d.New.Place != c.place) {
				t.Errorf("it is found at %v, want %s", d.New, c.place)
			}
		})
	}
}

// TestAssumed lists what is the same only if something holds.
func TestAssumed(t *testing.T) {
	onto := func(s string) string { return strings.Replace(foldedFile, "--from=builder", "--from=builder"+s, 1) }
	artifact := func(change func(*static.Artifact)) func(*static.Pair) {
		return func(p *static.Pair) { change(&p.Old.Artifacts[0]) }
	}
	renamed := artifact(func(a *static.Artifact) { a.Source = "/src/out" })
	for name, c := range map[string]struct {
		request static.Request
		want    string // in the notes
	}{
		"owner":   {request(foldedFile), "keeps the owner"},
		"root":    {request(onto(" --chown=0:0")), ""},
		"a file":  {request(strings.Replace(foldedFile, "/src/app /opt/", "/src/out /opt/app", 1), renamed), "taken to be a file"},
		"a tree":  {request(strings.Replace(foldedFile, "/src/app /opt/", "/src/out /opt/", 1), renamed), "taken to be a directory"},
		"ignored": {request(foldedFile, func(p *static.Pair) { p.New.Ignore = "*.md\n" }), "ignore files"},
		"proxies": {request(foldedFile, func(p *static.Pair) {
			p.New.Args = map[string]string{"V": "unknown-V", "http_proxy": "http://proxy"}
		}), "proxy arguments"},
		"work": {request(strings.Replace(foldedFile, "RUN make\n", "RUN make\nRUN strip app\n", 1),
			artifact(func(a *static.Artifact) { a.Work = []string{"docker run build strip app"} })), "docker run build strip app"},
	} {
		t.Run(name, func(t *testing.T) {
			v := verdict(t, c.request)
			notes := v.Assumed
			for _, copy := range v.Copies {
				notes = append(notes, copy.Notes...)
			}
			for _, w := range v.Work {
				notes = append(notes, w.For...)
			}
			if all := strings.Join(notes, "\n"); !v.Same() || !strings.Contains(all, c.want) || c.want == "" && all != "" {
				t.Errorf("want %q in %+v", c.want, v)
			}
		})
	}
}

// TestUnsure: what is in no graph has no verdict.
func TestUnsure(t *testing.T) {
	r := request(foldedFile, func(p *static.Pair) { p.Old.Artifacts[0].Work = []string{"docker exec x touch app"} })
	if v := verdict(t, r); v.Same() || !strings.Contains(v.Reason, "docker exec x touch app") {
		t.Errorf("the verdict is %+v", v)
	}
	r = request(foldedFile, func(p *static.Pair) { p.Old.Dockerfile = "FROM a\nNOSUCH x\n" })
	if v := verdict(t, r); v.Same() || !strings.Contains(v.Reason, "NOSUCH") {
		t.Errorf("the verdict is %+v", v)
	}
	r = request(foldedFile, func(p *static.Pair) { p.New.Flags = []string{"--label=a=b"} })
	if v := verdict(t, r); v.Difference == nil || v.Difference.What != "the build has one flag more" {
		t.Errorf("the verdict is %+v", v)
	}
	r.Version++
	if _, err := llb.Compare(t.Context(), r); err == nil {
		t.Error("a request of another version was answered")
	}
}

// TestLocalBases follows the names of images that the script builds.
func TestLocalBases(t *testing.T) {
	base := &static.Build{Path: "base/Dockerfile", Dockerfile: "FROM golang:1\nENV A=b\nRUN tools\n", Context: "base"}
	onBase := func(p *static.Pair) {
		b := p.Old.Artifacts[0].Build
		b.Dockerfile = strings.Replace(b.Dockerfile, "golang:1", "example/base", 1)
		b.Bases = map[string]*static.Build{"example/base:latest": base}
	}
	folded := "FROM golang:1 AS base\nENV A=b\nRUN tools\n\n" + strings.Replace(foldedFile, "golang:1", "base", 1)
	if v := verdict(t, request(folded, onBase)); !v.Same() {
		t.Errorf("the verdict is %+v", v)
	}
	if v := verdict(t, request(strings.Replace(folded, "A=b", "A=c", 1), onBase)); v.Difference == nil {
		t.Errorf("the verdict is %+v", v)
	}
}
