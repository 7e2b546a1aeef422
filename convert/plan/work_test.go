package plan

import (
	"strings"
	"testing"

	"github.com/stagefold/stagefold/shparse"
)

// theRun returns the container that a script makes of the builder's image, and the
// builder.
func theRun(t *testing.T, builder, command string) (*planner, *job) {
	t.Helper()
	u := withBuilder(builder)
	u["build.sh"] = strings.Replace(usual, "docker create --name extract app-build", command, 1)
	p := u.planner(t)
	for _, op := range p.way.Ops {
		if c, ok := op.Act.(*shparse.Create); ok {
			return p, &job{node: p.nodes[0], op: op, run: c}
		}
	}
	t.Fatalf("%q makes no container", command)
	return nil, nil
}

// TestProcessOf checks what a container runs: entrypoint and arguments.
func TestProcessOf(t *testing.T) {
	const image = "FROM golang:1\nWORKDIR /out\n"
	for _, tt := range []struct {
		builder, command string
		want             string // "" where it is not known
	}{
		{image, "docker run --name extract app-build go build", "go build"},
		{image, "docker run --name extract app-build", "sh"},
		{image + "CMD [\"go\", \"test\"]\n", "docker run --name extract app-build", "go test"},
		{image + "CMD [\"go\", \"test\"]\n", "docker run --name extract app-build go build", "go build"},
		{image + "CMD go test\n", "docker run --name extract app-build", ""},
		{image + "ENTRYPOINT [\"go\"]\n", "docker run --name extract app-build build", "go build"},
		{image + "ENTRYPOINT [\"go\"]\nCMD [\"build\"]\n", "docker run --name extract app-build", "go build"},
		{image + "ENTRYPOINT [\"go\"]\n", "docker run --name extract --entrypoint make app-build all", "make all"},
		{image + "ENTRYPOINT [\"go\"]\nCMD [\"build\"]\n", "docker run --name extract --entrypoint make app-build", "make"},
		{image + "ENTRYPOINT [\"go\"]\n", "docker run --name extract --entrypoint '' app-build make", "make"},
		{image, "docker run --name extract --entrypoint \"$E\" app-build make", ""},
		{image, "docker run --name extract app-build make \"$X\"", ""},
		{image, "docker run --name extract app-build make $X", ""},
		{"FROM golang:1 AS a\nCMD [\"make\"]\nFROM a\nRUN true\n", "docker run --name extract app-build", "make"},
	} {
		p, j := theRun(t, tt.builder, tt.command)
		argv, ok := p.processOf(j.node, j.run)
		if got := strings.Join(argv, " "); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%q, %s: the process is %q, %t, want %q", tt.builder, tt.command, got, ok, tt.want)
		}
	}
}

// TestIdle checks which containers leave their files as the image has them.
func TestIdle(t *testing.T) {
	const image = "FROM golang:1\nRUN go build -o /out/app\n"
	for _, tt := range []struct {
		builder, command string
		want             bool
		codes            string
	}{
		{image, "docker create --name extract app-build", true, ""},
		{image, "docker create --name extract app-build make", true, ""},
		{image, "docker run --name extract app-build true", true, ""},
		{image, "docker run --name extract app-build /bin/true", true, ""},
		{image, "docker run --name extract app-build echo make", true, ""},
		{image, "docker run -d --name extract app-build sleep 9", true, ""},
		{image, "docker run --name extract app-build", true, ""},
		{image, "docker run -it --name extract app-build bash", false, ""},
		{image, "docker run -dit --name extract app-build bash", true, ""},
		{image, "docker run --name extract app-build make", false, ""},
		{image, "docker run --name extract app-build sh -c true", true, ""},
		{image, "docker run --name extract app-build sh -c make", false, ""},
		{image, "docker run --name extract -v /x:/y app-build true", false, ""},
		{image, "docker run --name extract app-build tar -cf - /out", true, ""},
		{image, "docker run --name extract app-build tar xf /x.tar", false, ""},
		{image, "docker run --name extract app-build tar --create", true, ""},
		{image, "docker run -d --name extract app-build serve", true, "SF226"},
		{"FROM example/x\nRUN go build -o /out/app\n", "docker run --name extract app-build true", true, "SF226"},
		{"FROM example/x\nRUN go build -o /out/app\n", "docker run --name extract app-build", true, "SF226"},
	} {
		p, j := theRun(t, tt.builder, tt.command)
		if got := p.idle(j.node, j.run); got != tt.want || codes(p) != tt.codes {
			t.Errorf("%s: idle is %t with findings %q, want %t and %q", tt.command, got, codes(p), tt.want, tt.codes)
		}
	}
}

// TestRunLine checks the text of the RUN that does a container's work.
func TestRunLine(t *testing.T) {
	const image = "FROM golang:1\nWORKDIR /out\n"
	for _, tt := range []struct {
		builder, flags, command string
		want                    string // "" where a RUN can't do it
	}{
		{image, "", "make all", "make all"},
		{image, "", "make 'a b'", `make 'a b'`},
		{image, "", "sh -c 'a && b'", "a && b"},
		{image, "", "/bin/sh -c 'a $X'", "a $X"},
		{image, "", "bash -c 'a && b'", `bash -c 'a && b'`},
		{image, "", "sh -c 'a & b'", `sh -c 'a & b'`},
		{image, "", "sh -c '[ -f a ]'", `["sh", "-c", "[ -f a ]"]`},
		{image, "", "sh -c 'cat <<E'", `["sh", "-c", "cat <<E"]`},
		{image, "", "sh -ec make", "sh -ec make"},
		{image, "", "A=1 make", `["A=1", "make"]`},
		{image, "-w /src", "make", "cd /src && make"},
		{image, "-w '/a b'", "make", ""},
		{image, "-w \"$D\"", "make", ""},
		{image, "-e A=1", "make", "A=1 make"},
		{image, "-e A=1 -e B=2 -w /src", "make", "cd /src && A=1 B=2 make"},
		{image, "-e A=1", "sh -c 'a; b'", "export A=1 && a; b"},
		{image, "-e A=1", "make 'a b'", "A=1 make 'a b'"},
		{image, "", "make \"it's\"", `["make", "it's"]`},
		{image, "-e 'A=b c'", "make", ""},
		{image, "-e A", "make", ""},
		{image + "SHELL [\"bash\", \"-c\"]\n", "", "make", `["make"]`},
		{"FROM example/x\nWORKDIR /out\n", "", "make", `["make"]`},
		{"FROM example/x\nRUN make\n", "", "make", "make"},
		{"FROM example/x\nRUN [\"make\"]\n", "", "make", `["make"]`},
		{"FROM scratch\nCOPY x /out/app\n", "", "/x", `["/x"]`},
	} {
		p, j := theRun(t, tt.builder, "docker run --name extract "+tt.flags+" app-build "+tt.command)
		argv, ok := p.processOf(j.node, j.run)
		if !ok {
			t.Fatalf("%s: the process is not known", tt.command)
		}
		text, ok := runLine(j, argv)
		if ok != (tt.want != "") || ok && text != tt.want {
			t.Errorf("%s %s: RUN %q, %t, want %q", tt.flags, tt.command, text, ok, tt.want)
		}
	}
}

func TestModes(t *testing.T) {
	for _, tt := range []struct{ modes, want string }{
		{"", "644"}, {"+x", "755"}, {"a+x", "755"}, {"u+x", "644 u+x"}, {"+x go-r", "755 go-r"},
	} {
		if got := strings.Join(streamModes(strings.Fields(tt.modes)), " "); got != tt.want {
			t.Errorf("a stream with the modes %q has %q, want %q", tt.modes, got, tt.want)
		}
	}
	for mode, want := range map[string]bool{"755": true, "0644": true, "+x": false, "": false, "u=rwx": false} {
		if got := absolute(mode); got != want {
			t.Errorf("absolute(%q) is %t", mode, got)
		}
	}
}
