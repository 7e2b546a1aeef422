package shparse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// recorder is the docker that the differential tests put on the PATH. It
// appends its arguments to $RECORD, prints ids that count the calls, makes the
// files that docker would make, and reads its input to the end where docker does:
// who writes to a pipe that nobody reads fails.
const recorder = `#!/bin/sh
n=0
[ -f "$RECORD.n" ] && read n <"$RECORD.n"
n=$((n+1))
echo $n >"$RECORD.n"
{ printf '%s\0' "$@"; printf '\001\0'; } >>"$RECORD"
[ "$1" = container ] && shift
[ "$1" = image ] && shift
cmd=$1
shift
case "$cmd $* " in
"build "*" - "* | "build "*" -f- "* | "build "*"=- "* | "load  " | "import - "*) cat >/dev/null ;;
esac
case $cmd in
create) id=c$n; echo c$n >"$RECORD.last" ;;
run) echo c$n >"$RECORD.last"; case " $* " in *" -d "*) id=c$n ;; *" cat "*) echo "printed by $n" ;; esac ;;
build) case " $* " in *" -q "* | *" -qt "*) id=i$n ;; esac ;;
commit) id=i$n ;;
cp)
	case $1 in
	*:*) if [ -d "$2" ]; then : >"$2/${1##*/}"; else : >"$2"; fi ;;
	esac ;;
ps) case " $* " in *" -lq "* | *" -ql "*) cat "$RECORD.last" ;; *) exit ${ANSWER:-0} ;; esac ;;
inspect|images) exit ${ANSWER:-0} ;;
esac
while [ $# -gt 0 ]; do
	[ "$1" = --cidfile ] && printf %s "c$n" >"$2"
	case $1 in
	--iidfile) printf %s "i$n" >"$2" ;;
	--iidfile=*) printf %s "i$n" >"${1#*=}" ;;
	esac
	shift
done
[ -n "$id" ] && echo "$id"
exit 0
`

// programs is the directory of the recorder and of what stands in for sudo. It
// is made before any test runs: a program can't be started while another process
// has it open for writing.
var programs string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "shparse-bin")
	if err != nil {
		panic(err)
	}
	programs = dir
	for name, text := range map[string]string{
		"docker": recorder,
		"podman": recorder,
		"sudo":   "#!/bin/sh\nwhile case $1 in -u) shift ;; -*) ;; *) false ;; esac; do shift; done\nexec \"$@\"\n",
	} {
		if err := writeFile(filepath.Join(dir, name), []byte(text)); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o755)
}

// A scenario is a script with what it is called with.
type scenario struct {
	name  string
	text  string
	files []txtar.File // beside the script
	args  []string
	env   map[string]string
	open  bool // also the known arguments and variables leave something open
}

// A recording is what a script did under a real shell.
type recording struct {
	calls [][]string // the arguments of each docker command
	exit  int
	dir   string
	log   string
}

// needShell returns the path of a shell, or skips the test. Where
// STAGEFOLD_REQUIRE_SHELLS is set a missing shell is a failure.
func needShell(t testing.TB, name string) string {
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("STAGEFOLD_REQUIRE_SHELLS") == "1" {
		t.Fatalf("%s is not installed, and STAGEFOLD_REQUIRE_SHELLS is set", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// record runs a scenario under a shell, in an empty directory.
func record(t testing.TB, shell string, sc scenario) recording {
	t.Helper()
	base, err := os.MkdirTemp("", "shparse")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	dir := filepath.Join(base, "repo")
	for _, f := range append(slices.Clip(sc.files), txtar.File{Name: sc.name, Data: []byte(sc.text)}) {
		if err := writeFile(filepath.Join(dir, f.Name), f.Data); err != nil {
			t.Fatal(err)
		}
	}
	script := filepath.Join(dir, sc.name)

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, append([]string{script}, sc.args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + programs + ":/usr/bin:/bin", "HOME=" + base, "LC_ALL=C", "RECORD=" + filepath.Join(base, "record")}
	for k, v := range sc.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	r := recording{dir: dir, log: string(out)}
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		r.exit = failed.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	r.calls = readRecord(filepath.Join(base, "record"))
	return r
}

func readRecord(path string) [][]string {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var calls [][]string
	var cur []string
	for _, arg := range strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00") {
		if arg == "\x01" {
			calls, cur = append(calls, cur), nil
			continue
		}
		cur = append(cur, arg)
	}
	return calls
}

// A filler turns the values of a way into patterns, by what the script was
// really called with.
type filler struct {
	sc  scenario
	rec recording
	ops []*Op // the docker operations of the way, in order
}

// pattern is a regular expression for v.
func (f *filler) pattern(v Value) string {
	var b strings.Builder
	for _, p := range v {
		if p.Hole == nil {
			b.WriteString(regexp.QuoteMeta(p.Lit))
			continue
		}
		b.WriteString(f.hole(p.Hole))
	}
	return b.String()
}

func (f *filler) hole(h *Hole) string {
	val, known := f.real(h)
	if !known {
		return `(?s:.*)`
	}
	if _, set := f.sc.env[h.Name]; h.HasDefault && val == "" && !(h.nullable && set) {
		return f.pattern(h.Default)
	}
	return regexp.QuoteMeta(val)
}

// real is what a hole was in the real run.
func (f *filler) real(h *Hole) (string, bool) {
	switch h.Reason {
	case Root:
		return f.rec.dir, true
	case Environment:
		return f.sc.env[h.Name], true
	case Argument:
		if n, err := strconv.Atoi(h.Name); err == nil && !strings.Contains(h.key, "@") {
			if n <= len(f.sc.args) {
				return f.sc.args[n-1], true
			}
			return "", true
		}
	case ContainerID:
		return "c" + strconv.Itoa(f.number(h.Container.By)), true
	case ImageID:
		if by := cmp.Or(h.Image.Build, h.Image.Commit); by != nil {
			return "i" + strconv.Itoa(f.number(by)), true
		}
	}
	return "", false
}

func (f *filler) number(op *Op) int { return slices.Index(f.ops, op) + 1 }

// matches reports whether a way made just the recorded calls.
func (f *filler) matches(w *Way) bool {
	f.ops = nil
	for _, op := range w.Ops {
		if _, ok := dockerArgs(op); ok {
			f.ops = append(f.ops, op)
		}
	}
	if len(f.ops) != len(f.rec.calls) {
		return false
	}
	for i, op := range f.ops {
		args, _ := dockerArgs(op)
		if !f.argv(args, f.rec.calls[i]) {
			return false
		}
	}
	code, known := w.Exit.Known()
	return !known || code == strconv.Itoa(f.rec.exit)
}

// argv matches arguments one by one. One that may be split stands for any
// number of words.
func (f *filler) argv(args []Arg, got []string) bool {
	if len(args) == 0 {
		return len(got) == 0
	}
	a := args[0]
	re := regexp.MustCompile(`^(?:` + f.pattern(a.Value) + `)$`)
	if !a.MaySplit {
		return len(got) > 0 && re.MatchString(got[0]) && f.argv(args[1:], got[1:])
	}
	for n := 0; n <= len(got); n++ {
		joined := strings.Join(got[:n], " ")
		if (re.MatchString(joined) || isRestValue(a.Value)) && f.argv(args[1:], got[n:]) {
			return true
		}
	}
	return false
}

// dockerArgs returns the arguments of the docker command that op is.
func dockerArgs(op *Op) ([]Arg, bool) {
	if _, ok := op.Act.(*Host); ok {
		return nil, false
	}
	for i, a := range op.Argv {
		name, _ := commandName(a.Value)
		if name == "docker" || name == "podman" {
			return op.Argv[i+1:], true
		}
	}
	return nil, false
}

// describe renders what a trace would do, for the report of a difference.
func describe(tr *Trace) string {
	var b strings.Builder
	for _, f := range tr.Findings {
		fmt.Fprintln(&b, f)
	}
	for i, w := range tr.Ways {
		fmt.Fprintf(&b, "way %d, exit %s\n", i, w.Exit)
		for _, c := range w.Conds {
			fmt.Fprintf(&b, "  %v: %s\n", c.Taken, c.Text)
		}
		for _, op := range w.Ops {
			if args, ok := dockerArgs(op); ok {
				fmt.Fprintf(&b, "  %s:", op.Range)
				for _, a := range args {
					fmt.Fprintf(&b, " %q", a.String())
				}
				fmt.Fprintln(&b)
			}
		}
	}
	return b.String()
}

func (r recording) String() string {
	var b strings.Builder
	for _, c := range r.calls {
		fmt.Fprintf(&b, "  %q\n", c)
	}
	fmt.Fprintf(&b, "exit %d\n%s", r.exit, r.log)
	return b.String()
}

// trace reads the script of a scenario, with or without what it is called with.
func (sc scenario) trace(known bool) *Trace {
	c := Config{FS: sc.fs(), Path: sc.name}
	if known {
		c.Args, c.Env = sc.args, sc.env
	}
	return Read(c)
}

// differ compares a trace with what a real shell did.
func differ(sc scenario, tr *Trace, rec recording) string {
	for _, w := range tr.Ways {
		f := &filler{sc: sc, rec: rec}
		if f.matches(w) {
			return ""
		}
	}
	return fmt.Sprintf("no way of the trace is what the shell did\nscript:\n%s\ntrace:\n%s\nshell:\n%s", sc.text, describe(tr), rec)
}
