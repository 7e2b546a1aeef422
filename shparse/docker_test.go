package shparse

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestParseDocker: command lines taken apart.
func TestParseDocker(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"docker build .", "[build] {} [.]"},
		{"docker build -t x .", "[build] {tag=x} [.]"},
		{"docker build -tx .", "[build] {tag=x} [.]"},
		{"docker build -t=x .", "[build] {tag=x} [.]"},
		{"docker build --tag x --tag=y .", "[build] {tag=x tag=y} [.]"},
		{"docker build . -t x --no-cache", "[build] {tag=x no-cache=true} [.]"},
		{"docker build -qt x .", "[build] {quiet=true+ tag=x+} [.]"},
		{"docker build -qtx .", "[build] {quiet=true+ tag=x+} [.]"},
		{"docker build --rm=false -q=false .", "[build] {rm=false quiet=false} [.]"},
		{"docker build --build-arg A=b --build-arg C .", "[build] {build-arg=A=b build-arg=C} [.]"},
		{"docker build --build-arg=A=$A -t $T .", "[build] {build-arg=A=${A} tag=${T}} [.]"},
		{"docker build -- .", "[build] {} [.]"},
		{"docker build -", "[build] {} [-]"},
		{"docker build --help", "[build] {help=true} []"},
		{"docker -H tcp://h --tlsverify -D build .", "<host=tcp://h tlsverify=true debug=true> [build] {} [.]"},
		{"docker --context c image build .", "<context=c> [image build] {} [.]"},
		{"docker -l debug container cp a:/b .", "<log-level=debug> [container cp] {} [a:/b .]"},
		{"docker buildx --builder b build --load .", "<builder=b> [buildx build] {load=true} [.]"},
		{"podman build -t x .", "[build] {tag=x} [.]"},
		{"docker run --rm -it -v $PWD:/x img sh -c -- -x", "[run] {rm=true interactive=true+ tty=true+ volume=${PWD}:/x} [img sh -c -- -x]"},
		{"docker run -d --net host img -d", "[run] {detach=true network=host} [img -d]"},
		{"docker run --pull always img", "[run] {pull=always} [img]"},
		{"docker create --name=c -e A -e B=c img", "[create] {name=c env=A env=B=c} [img]"},
		{"docker exec -w /x c ls -l", "[exec] {workdir=/x} [c ls -l]"},
		{"docker rm -fv a b", "[rm] {force=true+ volumes=true+} [a b]"},
		{"docker rm a -f", "[rm] {force=true} [a]"},
		{"docker image rm a", "[image rm] {} [a]"},
		{"docker stop -t 0 c", "[stop] {timeout=0} [c]"},
		{"docker stop --time=0 c", "[stop] {timeout=0} [c]"},
		{"docker commit -m msg -c CMD c img:1", "[commit] {message=msg change=CMD} [c img:1]"},
		{"docker build $OPTS -t x .", "[build] {tag=x =${OPTS}} [.]"},
		{"docker build $OPTS", "[build] {} [${OPTS}]"},
		{"docker buildx imagetools inspect x", "[buildx imagetools inspect] {} [x]"},
		{"docker", "[] {} []"},
		{"docker --version", "<version=true> [] {} []"},

		{"docker build --tagg x .", `s:1:14 "docker build" has no flag "--tagg"`},
		{"docker build -Zx .", `s:1:14 "docker build" has no flag "-Z", as in "-Zx"`},
		{"docker build -t", `s:1:14 "docker build" needs a value for the flag "-t"`},
		{"docker build", `s:1:1 "docker build" expects 1 argument, found 0`},
		{"docker build . x", `s:1:16 "docker build" expects 1 argument, found 2: the first one too many is "x"`},
		{"docker cp a:/b", `s:1:1 "docker cp" expects 2 arguments, found 1`},
		{"docker build --$X .", `s:1:14 "docker build" has a flag whose name is unknown: "--${X}"`},
		{"docker $X .", `s:1:8 "docker" has an unknown subcommand: "${X}"`},
		{"docker --frob build .", `s:1:8 "docker" has no flag "--frob"`},
	} {
		h := newHost(repository())
		cmd, _, err := parseDocker(h.words(tt.line))
		got := render(cmd)
		if err != nil {
			f := err.finding(cmd.name())
			got = fmt.Sprintf("%s %s", f.Range, f.Message)
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

func render(cmd Command) string {
	text := ""
	if len(cmd.Global) > 0 {
		text = "<" + renderFlags(cmd.Global) + "> "
	}
	var args []string
	for _, arg := range cmd.Args {
		args = append(args, arg.String())
	}
	return text + fmt.Sprint(cmd.Path) + " {" + renderFlags(cmd.Flags) + "} " + fmt.Sprint(args)
}

// renderFlags marks flags that share a word with a +.
func renderFlags(flags []Flag) string {
	var list []string
	for _, f := range flags {
		text := f.Name + "=" + f.Value.String()
		if f.Joined {
			text += "+"
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

// TestFlagRange: the range of a flag covers its value.
func TestFlagRange(t *testing.T) {
	h := newHost(repository())
	cmd, _, _ := parseDocker(h.words("docker build -t name --pull ."))
	if r := cmd.Flags[0].Range; r.Start.Column != 14 || r.End.Column != 21 {
		t.Errorf("-t name: got columns %d to %d, want 14 to 21", r.Start.Column, r.End.Column)
	}
	if r := cmd.Flags[1].Range; r.Start.Column != 22 || r.End.Column != 28 {
		t.Errorf("--pull: got columns %d to %d, want 22 to 28", r.Start.Column, r.End.Column)
	}
}

// TestDockerActions: what command lines mean, given those in front of them.
func TestDockerActions(t *testing.T) {
	repo := repository("app/Dockerfile", "a.txt", "bin/")
	for _, tt := range []struct{ script, want string }{
		{"docker build -t a:1 app", "build a:1 file=app/Dockerfile dir=app"},
		{"docker build -f app/Dockerfile .", "build file=app/Dockerfile dir=."},
		{"docker build -f app/Dockerfile app", "build file=app/Dockerfile dir=app"},
		{"docker build --target t --build-arg A=1 --build-arg B .", "build file=Dockerfile dir=. target=t arg A=1 arg B"},
		{"docker build https://x/y.git#z", "build"},
		{"docker build git@github.com:x/y", "build"},
		{"echo FROM x | docker build -t y -", `build y text="FROM x\n"`},
		{"echo FROM x | docker build -f - .", `build dir=. text="FROM x\n"`},
		{"tar c -C app . | docker build -", "build tar(. from app)"},
		{"docker run --rm img | docker build -", "build tar( stream of img)"},
		{"docker create --name c img:1", "create c img:1"},
		{"docker container create img cmd arg", "create img argv[cmd arg]"},
		{"docker build -t a .; docker create a", "create a #0"},
		{"docker build -t a .; docker create docker.io/library/a:latest", "create a #0"},
		{"docker build -t a .; docker build -t a app; docker create a", "create a #1"},
		{"docker build -t a .; docker tag a b:2; docker build -t a .; docker create b:2", "create a #0"},
		{"docker build -t a .; docker rmi a; docker create a", "create a"},
		{"docker build -t a .; docker pull a; docker create a", "create a"},
		{"docker build -q .; docker create IMG", "create #0"},
		{"docker build -t $T .; docker create $T", "create ${T} #0"},
		{"docker run -d --rm --name c -v $PWD:/src:ro -v vol:/d -v /anon img sh -c x", "run detached rm c img argv[sh -c x] mount ${PWD}:/src:ro mount volume vol:/d mount volume :/anon"},
		{"docker run --mount type=bind,src=bin,dst=/out img", "run img mount bin:/out"},
		{"docker run --mount type=volume,source=v,target=/o,readonly img", "run img mount volume v:/o:ro"},
		{"docker run img > out", "run img stdout=out"},
		{"docker create --name c img; docker cp c:/x/./y .", "cp #0 /x/./y . host=."},
		{"docker create img; docker cp ID:/x y", "cp #0 /x y host=y"},
		{"docker create img; docker cp -L ID:x -", "cp #0 x - follow"},
		{"docker create --name c img; docker cp a.txt c:/x", "cp #0 into /x a.txt host=a.txt"},
		{"docker create --name $C img; docker cp $C:/x .", "cp #0 /x . host=."},
		{"docker create img; docker ps -lq", "docker ps of #0 prints <container>\n"},
		{"docker create img; docker ps -aql --no-trunc", "docker ps of #0 prints <container>\n"},
		{"docker create img; docker ps -q -n=1", "docker ps of #0 prints <container>\n"},
		{"docker create --name x img; docker ps -aqf name=x", "docker ps of #0 prints <container>\n"},
		{"docker create img; docker ps -aqf ancestor=img", "docker ps of #0 prints <container>\n"},
		{"docker create img; docker create img; docker ps -aqf ancestor=img", "docker ps"},
		{"docker create img; docker create other; docker rm ID; docker ps -aqf ancestor=other", "docker ps"},
		{"docker create --name x img; docker ps -l --format {{.Names}}", "docker ps of #0 prints x\n"},
		{"docker create --name x img; docker ps -aq --filter name=^/x", "docker ps of #0 prints <container>\n"},
		{"docker create --name x img; docker ps -qf name=x", "docker ps"},
		{"docker run -d --name x img; docker ps -qf name=x", "docker ps of #0 prints <container>\n"},
		{"docker create --name x img; docker ps -aq", "docker ps prints $(docker ps)\n"},
		{"docker create --name x img; docker rename x y; docker cp y:/a b", "cp #0 /a b host=b"},
		{"docker create --name x img; docker rm -v x", "rm #0 prints x\n"},
		{"docker create --name x img; docker start -a x", "start #0"},
		{"docker create --name x img; docker start x", "start #0 prints x\n"},
		{"docker create --name x img; docker commit x y; docker create y", "create y #1"},
		{"docker create --name x img; docker export x | docker import - y", "import of #0 y"},
		{"docker create --name x img; docker export -o e.tar x; docker import e.tar y", "import of #0 y"},
		{"docker create --name x img; docker exec -it x sh", "exec #0 argv[sh]"},
		{"docker build -t a .; docker push a", "push a #0"},
		{"docker build -t a .; docker save -o f a", "save a #0"},
		{"docker build -t a .; docker inspect a", "docker inspect images a asks"},
		{"docker login -u u -p p reg", "docker login"},
		{"docker images -q x", "docker images"},
		{"echo a | xargs docker rm -f", "rm nil prints a\n"},
		{"docker create img; docker ps -lq | xargs docker rm", "rm #0 prints <container>\n"},
		{"docker frobnicate x", "unknown docker frobnicate"},
	} {
		h := newHost(repo)
		h.run(tt.script)
		if got := h.describeAct(); got != tt.want {
			t.Errorf("%s\n got %q\nwant %q", tt.script, got, tt.want)
		}
		if h.codes() != "" {
			t.Errorf("%s: %v", tt.script, h.problem)
		}
	}
}

// describeAct renders the last action.
func (h *host) describeAct() string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	switch act := h.ops[len(h.ops)-1].Act.(type) {
	case *Build:
		put("build")
		for _, tag := range act.Tags {
			put(" %s", tag)
		}
		h.describeBuild(act, put)
		return b.String()
	case *Create:
		h.describeCreate(act, put)
		return b.String()
	case *Copy:
		put("cp%s", containerText(act.Container))
		if act.Into {
			put(" into")
		}
		put(" %s %s", act.Path, act.Host)
		if len(act.HostPath) > 0 {
			put(" host=%s", act.HostPath)
		}
		if act.Follow {
			put(" follow")
		}
		return b.String()
	case *Exec:
		put("exec%s argv%s", containerText(act.Container), argText(act.Argv))
		return b.String()
	case *Start:
		put("start%s", containersText(act.Containers))
	case *RemoveContainer:
		put("rm%s", containersText(act.Containers))
	case *Push:
		put("push%s", imageText(act.Image))
	case *Commit:
		put("%s of%s%s", act.Path[len(act.Path)-1], containerText(act.Container), imageText(&Image{Ref: act.Image.Ref}))
		return b.String()
	case *Export:
		put("%s", act.Path[0])
		if act.Container != nil {
			put("%s", containerText(act.Container))
		}
		for _, img := range act.Images {
			put("%s", imageText(img))
		}
		return b.String()
	case *Docker:
		put("docker %s", strings.Join(act.Path, " "))
		if len(act.Containers) > 0 {
			put(" of%s", containersText(act.Containers))
		}
		for _, img := range act.Images {
			put(" images %s", img.Ref)
		}
	case *Unknown:
		put("unknown %s", act.Name)
	}
	if h.out.stdout != nil && len(*h.out.stdout) > 0 {
		put(" prints %s", *h.out.stdout)
	}
	if h.out.status == asks {
		put(" asks")
	}
	return b.String()
}

func (h *host) describeBuild(act *Build, put func(string, ...any)) {
	if len(act.FilePath) > 0 {
		put(" file=%s", act.FilePath)
	}
	if len(act.Dir) > 0 {
		put(" dir=%s", act.Dir)
	}
	if act.Text != nil {
		put(" text=%q", act.Text.String())
	}
	for _, e := range act.Tar {
		put(" tar(%s", e.Member)
		if len(e.From) > 0 {
			put(" from %s", e.From)
		}
		if e.Stream {
			put(" stream of%s", imageText(e.Container.Image))
		}
		put(")")
	}
	if act.Target != nil {
		put(" target=%s", act.Target)
	}
	for _, arg := range act.BuildArgs {
		put(" arg %s", arg.Name)
		if arg.Value != nil {
			put("=%s", *arg.Value)
		}
	}
}

func (h *host) describeCreate(act *Create, put func(string, ...any)) {
	verb := "create"
	if act.Run {
		verb = "run"
	}
	put("%s", verb)
	if act.Detached {
		put(" detached")
	}
	if act.Remove {
		put(" rm")
	}
	if len(act.Container.Name) > 0 {
		put(" %s", act.Container.Name)
	}
	put("%s", imageText(act.Container.Image))
	if len(act.Argv) > 0 {
		put(" argv%s", argText(act.Argv))
	}
	for _, m := range act.Mounts {
		put(" mount ")
		if m.Volume {
			put("volume ")
		}
		put("%s:%s", m.Host, m.Path)
		if m.ReadOnly {
			put(":ro")
		}
	}
	if act.Stdout != "" {
		put(" stdout=%s", act.Stdout)
	}
}

func argText(args []Arg) string {
	var list []string
	for _, arg := range args {
		list = append(list, arg.String())
	}
	return fmt.Sprint(list)
}

// imageText renders an image with the number of the operation that made it.
func imageText(img *Image) string {
	text := ""
	if len(img.Ref) > 0 {
		text = " " + img.Ref.String()
	}
	if img.Build != nil {
		text += fmt.Sprintf(" #%d", img.Build.Seq)
	}
	if img.Commit != nil {
		text += fmt.Sprintf(" #%d", img.Commit.Seq)
	}
	return text
}

func containerText(ct *Container) string {
	if ct == nil {
		return " nil"
	}
	return fmt.Sprintf(" #%d", ct.By.Seq)
}

func containersText(list []*Container) string {
	text := ""
	for _, ct := range list {
		text += containerText(ct)
	}
	return text
}

// TestDockerFindings: what command lines are refused or assumed for.
func TestDockerFindings(t *testing.T) {
	repo := repository("bin/", "a.txt")
	for _, tt := range []struct{ script, want string }{
		{"docker build --frob .", "SF008"},
		{"docker cp a b", "SF008"},
		{"docker cp a:/x b:/y", "SF008"},
		{"docker cp $A b", "SF004"},
		{"docker cp other:/x y", "SF007"},
		{"docker create --name c i; docker rm c; docker cp c:/x y", "SF007"},
		{"docker run --rm --name c i; docker cp c:/x y", "SF007"},
		{"docker create i; docker rm ID; docker cp ID:/x y", "SF007"},
		{"docker create --name c i; docker rename c d; docker cp d:/x y; docker rm d; docker cp d:/x z", "SF007"},
		{"docker create --name c i; docker create --name c i", "SF022"},
		{"docker create --name c i; docker rm c; docker create --name c i", ""},
		{"docker create --name c i; docker cp c:/x no/y", "SF023"},
		{"docker create --name c i; docker cp c:/x $D/", "SF024"},
		{"docker create --name c i; docker cp c:/x $D", "SF024"},
		{"docker create --name c i; docker cp c:/x d; docker cp c:/y d", "SF024"},
		{"docker create --name c i; docker cp c:/x/. d; docker cp c:/y/. d", ""},
		{"docker create --name c i; docker cp c:/x/. d; docker cp c:/y d", "SF024"},
		{"docker create --name c i; make; docker cp c:/x d", "SF025"},
		{"docker create --name c i; make bin; docker cp c:/x d", ""},
		{"docker create --name c i; docker cp c:/x /tmp/d", "SF025"},
		{"docker create --name c i; docker cp c:/x bin", ""},
		{"docker build $OPTS -t x .", "SF020"},
		{"docker-compose -f x.yml build web", "SF021"},
		{"docker compose run --rm web", "SF021"},
		{"docker compose ps", ""},
		{"docker buildx bake", "SF021"},
	} {
		h := newHost(repo)
		h.run(tt.script)
		if got := h.codes(); got != tt.want {
			t.Errorf("%s: got %q, want %q (%v)", tt.script, got, tt.want, h.problem)
		}
	}
}

// TestFlagsOfInstalledDocker compares the table with the help of the docker
// command, where that is installed: each flag there is here, and takes a value
// just when it does there.
func TestFlagsOfInstalledDocker(t *testing.T) {
	path, err := exec.LookPath("docker")
	if err != nil || testing.Short() {
		t.Skip("needs the docker command line")
	}
	checked := 0
	for _, row := range subcommands {
		for name := range strings.SplitSeq(row.names, "|") {
			if strings.Contains(name, "list") || strings.Contains(name, "remove") {
				continue // aliases
			}
			help, err := exec.Command(path, append(strings.Fields(name), "--help")...).Output()
			if err != nil || !strings.Contains(string(help), "docker "+name) {
				continue // not in this version
			}
			checked += checkFlags(t, row, string(help))
		}
	}
	if checked < 100 {
		t.Errorf("compared %d flags: expected hundreds", checked)
	}
}

var helpFlag = regexp.MustCompile(`(?m)^  (?:-(\w), |    )--([a-z0-9-]+)(?: (\S+))?(?:  |$)`)

func checkFlags(t *testing.T, row subcommand, help string) int {
	matches := helpFlag.FindAllStringSubmatch(help, -1)
	for _, m := range matches {
		short, long, value := m[1], m[2], m[3] != ""
		if long == "help" {
			continue
		}
		e, ok := row.spec().long(long)
		switch {
		case !ok:
			t.Errorf("docker %s: no flag --%s", row.names, long)
		case (e.value == '=') != value:
			t.Errorf("docker %s: --%s takes a value: got %v, want %v", row.names, long, e.value == '=', value)
		case short != "" && !slices.Contains(strings.Split(e.names, ","), short):
			t.Errorf("docker %s: no flag -%s for --%s", row.names, short, long)
		}
	}
	return len(matches)
}

// FuzzParseDocker: no command line makes the parser panic, and every argument
// ends up somewhere.
func FuzzParseDocker(f *testing.F) {
	for _, seed := range []string{
		"docker build -qt x .", "docker run --rm -it -v a:b img -x", "docker cp c:/a $B", "docker buildx --builder=x build -", "docker -H",
		"docker build -t= --rm=false -- -x", "docker - -- ---", "docker rm -f$X", "docker build $A $B $C", "docker-compose -f x build",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		h := newHost(repository())
		words := h.words("docker " + line)
		cmd, _, err := parseDocker(words)
		if err == nil && len(cmd.Path)+len(cmd.Global)+len(cmd.Flags)+len(cmd.Args) > 2*len(line)+1 {
			t.Errorf("%q: %s", line, render(cmd))
		}
		if !strings.ContainsAny(line, ";|>") && len(words) > 1 {
			h.one("docker " + line)
		}
	})
}
