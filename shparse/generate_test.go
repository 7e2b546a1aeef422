package shparse

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/stagefold/stagefold/convert/finding"
)

// TestGeneratedScripts runs scripts out of a grammar under real shells, like
// TestScriptsAgreeWithShells. STAGEFOLD_SCRIPTS is how many, 1,000 where the shells
// are required, or the range of their seeds, as 5000-6000; each is run under bash,
// and one that is POSIX under dash too.
func TestGeneratedScripts(t *testing.T) {
	needShell(t, "bash")
	needShell(t, "dash")
	first, n := 0, 300
	switch given := os.Getenv("STAGEFOLD_SCRIPTS"); {
	case given != "":
		from, to, isRange := strings.Cut(given, "-")
		if !isRange {
			from, to = "0", given
		}
		first, _ = strconv.Atoi(from)
		n, _ = strconv.Atoi(to)
	case testing.Short():
		n = 40
	case os.Getenv("STAGEFOLD_REQUIRE_SHELLS") == "1":
		n = 1000
	}
	const batch = 20
	for i := first; i < n; i += batch {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for seed := i; seed < min(i+batch, n); seed++ {
				checkGenerated(t, seed)
			}
		})
	}
}

func checkGenerated(t *testing.T, seed int) {
	sc := rapid.Custom(generate).Example(seed)
	for _, shell := range shellsFor(sc.text) {
		rec := record(t, needShell(t, shell), sc)
		if exception(rec, true) {
			continue
		}
		tr := sc.trace(true)
		if sc.open && finding.Refused(tr.Findings) {
			continue // too many ways, or one that can't be followed
		}
		if d := differ(sc, tr, rec); d != "" {
			t.Fatalf("seed %d, %s, all known: %s\nargs %q", seed, shell, d, sc.args)
		}
		if !sc.open && len(tr.Ways) != 1 {
			t.Errorf("seed %d, %s: expected one way, found %d\n%s\n%s", seed, shell, len(tr.Ways), sc.text, describe(tr))
		}
		if tr = sc.trace(false); len(tr.Findings) == 0 && !exception(rec, false) && sc.oneWordEach() {
			if d := differ(sc, tr, rec); d != "" {
				t.Errorf("seed %d, %s, nothing known: %s\nargs %q", seed, shell, d, sc.args)
			}
		}
	}
}

// oneWordEach reports whether all arguments are what a trace takes them for
// where it can't know them: there, and one word each, also unquoted.
func (sc scenario) oneWordEach() bool {
	return len(sc.args) >= 2 && !slices.ContainsFunc(sc.args, func(arg string) bool {
		return arg == "" || strings.ContainsAny(arg, " *")
	})
}

// exceptions are the differences that are known, by what the shell says then.
var exceptions = []struct {
	log    string
	known  bool // also where the arguments and variables are known
	when   func(recording) bool
	reason string
}{
	{"unbound variable", false, always, "under set -u what comes from outside is taken to be set"},
	{"parameter not set", false, always, "the same, as dash says it"},
	{"unrecognized option", true, always, "a command is taken to succeed, also one that takes a value for a flag"},
	{"unbound variable", true, recording.trappedEarly, "bash runs the script's EXIT trap where the error is in a command of a pipeline, which is a process of its own"},
}

func always(recording) bool { return true }

// trappedEarly reports whether the EXIT trap of a generated script ran before its
// last command.
func (r recording) trappedEarly() bool {
	at := slices.IndexFunc(r.calls, func(args []string) bool { return slices.Equal(args[:min(2, len(args))], []string{"run", "trap"}) })
	return at >= 0 && at < len(r.calls)-1
}

func exception(rec recording, known bool) bool {
	for _, e := range exceptions {
		if strings.Contains(rec.log, e.log) && e.when(rec) && (e.known || !known) {
			return true
		}
	}
	return false
}

// A writer writes one generated script.
type writer struct {
	t     *rapid.T
	b     strings.Builder
	posix bool
	depth int
	loops int // counters in use
	funcs int
	inFn  bool
	asked bool // the script asks for what no argument or variable tells
}

// outsiders are the variables that come from outside.
var outsiders = []string{"E1", "E2", "E3"}

// call says what the script is called with.
func (w *writer) call(sc *scenario) {
	sc.env["ANSWER"] = w.pick("0", "1")
	for _, name := range outsiders {
		if val := w.pick("one", "v1.2", "", "dir/x.y", "unset"); val != "unset" {
			sc.env[name] = val
		}
	}
}

func generate(t *rapid.T) scenario {
	w := &writer{t: t, posix: rapid.Bool().Draw(t, "posix")}
	sc := scenario{name: "build.sh", args: []string{}, env: map[string]string{}}
	if w.posix {
		w.line("#!/bin/sh")
	}
	for range w.n(0, 3) {
		sc.args = append(sc.args, w.pick("one", "two words", "v1.2", "", "--flag", "a*"))
	}
	for _, name := range []string{"a", "b", "c"} {
		w.line("%s=%s", name, w.pick("''", "x", "'p q'", "one.two.three", "dir/file.txt", "5", "'*'", "'  lead'"))
	}
	w.line("unset nope arr")
	if !w.posix {
		w.line("arr=(%s 'two words' %s)", w.word(), w.word())
	}
	w.call(&sc)
	if w.n(0, 3) == 0 {
		flags := []string{"e", "u", "eu"}
		if len(sc.env) <= len(outsiders) {
			flags = flags[:1] // see exceptions
		}
		w.line("set -%s", w.pick(flags...))
	}
	if !w.posix && w.n(0, 4) == 0 {
		w.line("set -o pipefail")
	}
	if w.n(0, 5) == 0 {
		shown := "$a"
		if w.posix {
			shown = "end" // where set -e ends a function, dash still sees its locals
		}
		w.line("trap 'docker run trap $? \"%s\"' EXIT", shown)
	}
	for i := range w.n(0, 2) {
		w.function(i)
	}
	w.block(w.n(2, 7))
	w.line("docker run end \"$a\" \"$b\" \"$c\" \"$#\"")
	failed := 3
	if w.posix {
		failed = 0 // under set -e dash ends where a sourced file returns a failure, also one that its caller tests
	}
	sc.text, sc.open = w.b.String(), w.asked || len(sc.env) < len(outsiders)+1
	sc.files = []txtar.File{
		{Name: "src/one.go", Data: []byte("1\n")},
		{Name: "src/two.go", Data: []byte("2\n")},
		{Name: "src/sub/deep.go", Data: []byte("3\n")},
		{Name: "VERSION", Data: []byte("1.2.3\n")},
		{Name: "lib.sh", Data: fmt.Appendf(nil, "lib() { docker run lib \"$1\" \"$a\"; return ${2:-0}; }\nb=$b.lib\n[ \"$1\" = x ] && return %d\n:\n", failed)},
		{Name: "child.sh", Data: []byte("#!/bin/sh\nset -e\ndocker run child \"$@\" \"${a-unset}\" \"${PWD##*/}\"\n[ $# -lt 2 ] || exit 4\n")},
	}
	return sc
}

func (w *writer) n(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(w.t, "n") }

func (w *writer) pick(options ...string) string { return rapid.SampledFrom(options).Draw(w.t, "pick") }

func (w *writer) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

func (w *writer) name() string { return w.pick("a", "b", "c") }

func (w *writer) block(n int) {
	w.depth++
	for range n {
		w.statement()
	}
	w.depth--
}

func (w *writer) function(i int) {
	w.line("f%d() {", i)
	w.inFn = true
	w.line("  local %s=%s", w.name(), w.word())
	w.block(w.n(1, 3))
	if w.n(0, 2) == 0 {
		w.line("  return %d", w.n(0, 2))
	}
	w.inFn = false
	w.line("}")
	w.funcs = i + 1
}

func (w *writer) statement() {
	if w.depth > 3 {
		w.simple()
		return
	}
	switch w.n(0, 9) {
	case 0, 1:
		w.construct()
		return
	case 2:
		w.outside()
		return
	case 3:
		w.client()
		return
	}
	switch w.n(0, 13) {
	case 0:
		w.line("if %s; then", w.condition())
		w.block(w.n(1, 2))
		if w.n(0, 1) == 0 {
			w.line("else")
			w.block(1)
		}
		w.line("fi")
	case 1:
		w.line("case %s in", w.word())
		w.line("%s) docker run case1 ;;", w.pattern())
		w.line("%s|x) docker run case2 ;;", w.pattern())
		w.line("*) docker run case3 ;;")
		w.line("esac")
	case 2:
		w.line("for v in %s %s; do", w.word(), w.word())
		w.line("  docker run for \"$v\"")
		w.block(1)
		if w.n(0, 2) == 0 {
			w.line("  %s && %s", w.condition(), w.pick("break", "continue"))
		}
		w.line("done")
	case 3:
		w.loops++
		i := fmt.Sprintf("i%d", w.loops)
		w.line("%s=0", i)
		w.line("while [ $%s -lt %d ]; do", i, w.n(1, 3))
		w.line("  %s=$((%s+1))", i, i)
		w.block(w.n(1, 2))
		w.line("done")
	case 4:
		w.line("(")
		w.block(w.n(1, 2))
		w.line(")")
	case 5:
		w.line("{")
		w.block(w.n(1, 2))
		w.line("} %s", w.pick("", "2>/dev/null"))
	case 8:
		w.line("{ echo %s; printf '%%s\\n' %s; } %s out.txt", w.word(), w.quotedWord(), w.pick(">", ">>"))
	case 6:
		w.line("while read -r r1 r2; do")
		w.line("  docker run read \"$r1\" \"$r2\"")
		w.line("done <<EOT")
		w.line("line $%s %s", w.name(), w.pick("", "x y z", "\\$a", "$(echo sub)"))
		w.b.WriteString("EOT\n")
	case 7:
		if w.funcs > 0 && !w.inFn {
			w.line("f%d %s %s%s", w.n(0, w.funcs-1), w.word(), w.word(), w.pick("", " || docker run failed $?", " && docker run fine"))
			return
		}
		w.simple()
	default:
		w.simple()
	}
}

// construct writes one of the less common statements.
func (w *writer) construct() {
	n := w.n(0, 17)
	if n >= 12 && w.posix {
		n -= 12
	}
	switch n {
	case 0:
		w.line("if %s; then docker run i1; elif %s; then docker run i2; else docker run i3; fi", w.condition(), w.condition())
	case 1:
		w.line("u=0; until [ $u -ge %d ]; do u=$((u+1)); docker run until $u; done", w.n(0, 2))
	case 2:
		w.line("for s in $(seq %d %d); do docker run seq $s; done", w.n(1, 3), w.n(1, 4))
	case 3:
		w.line("OPTIND=1; while getopts %s o %s; do docker run opt \"$o\" \"${OPTARG-}\"; done", w.pick("xy:", ":xy:"), w.pick("-x -y v", "-xyv", "-x rest -y", "-y", "-z", "--"))
	case 4:
		args := w.pick("x", "y", "\"$a\"")
		if w.posix {
			args = "" // dash does not pass them on
		}
		w.line("set -- \"$@\" more; . ./lib.sh %s; lib %s %s", args, w.quotedWord(), w.pick("", "2", "0")+w.pick("", " || docker run lib failed $?"))
	case 5:
		w.line("%s %s %s%s", w.pick("./child.sh", "sh ./child.sh", "a=over ./child.sh"), w.word(), w.pick("", "two"), w.pick("", " || docker run failed $?", " && docker run fine"))
	case 6:
		w.line("docker run bg \"$%s\" & wait", w.name())
	case 7:
		w.line("(%s; exit %d); docker run status $?", w.pick("docker run sub", "cd src", "a=sub", "trap 'docker run subtrap' EXIT"), w.n(0, 2))
	case 8:
		w.line("docker build -t t - <<EOT")
		w.line("FROM %s", w.pick("$a", "${b:-none}", "$(echo x)", "\\$a", "`echo y`", "'$c'", "\"$c\""))
		w.b.WriteString("EOT\n")
	case 9:
		w.loops++
		w.line("export e%d=x%s; sh -c 'docker run exported \"$e%d\"'", w.loops, w.quotedWord(), w.loops)
	case 10:
		w.line("cd src; docker run cd \"$(pwd | sed 's/.*\\///')\" *; cd %s; ls VERSION >/dev/null && docker run back", w.pick("..", "- >/dev/null", "\"$OLDPWD\""))
	case 11:
		w.line("printf '%%s\\n' %s %s | %s | while read -r l; do docker run text \"$l\"; done", w.quotedWord(), w.quotedWord(),
			w.pick("sed 's/o/0/g'", "sed -n 's/^\\(.\\).*/\\1/p'", "grep -v x", "grep '^.'", "cut -d. -f1", "tr a-m A-M", "head -n 1", "tail -n 1", "sed '1d'", "cat"))
	case 12:
		w.line("declare -A m; m[k]=%s; m[\"%s\"]=%s; docker run map \"${m[k]}\" ${#m[@]}", w.word(), w.pick("k2", "k", "a b"), w.quotedWord())
	case 13:
		w.line("for ((j=%d; j<%d; j++)); do docker run c $j; done", w.n(0, 2), w.n(1, 4))
	case 14:
		w.line("pushd %s >/dev/null; docker run pushd \"${PWD##*/}\"; popd >/dev/null; docker run popd \"${PWD##*/}\"", w.pick("src", "src/sub", "."))
	case 15:
		w.line("[[ %s =~ %s ]] && docker run match \"${BASH_REMATCH[0]}\" \"${BASH_REMATCH[1]-}\"", w.quotedWord(), w.pick("^(.)", "([a-z]+)", "\\.", "\"$b\"", "x|t", "(o|one)(.*)"))
	case 16:
		w.line("mapfile -t lines < %s; docker run lines \"${lines[@]}\" ${#lines[@]}", w.pick("VERSION", "<(printf '%s\\n' \"$a\" x)", "lib.sh"))
	default:
		w.loops++
		w.line("declare -%s d%d=%s; docker run declare \"$d%d\"", w.pick("u", "l", "x"), w.loops, w.word(), w.loops)
	}
}

func (w *writer) simple() {
	n := w.n(0, 17)
	if n >= 14 && w.posix {
		n -= 10
	}
	switch n {
	case 0:
		w.line("%s=%s", w.name(), w.word())
	case 1:
		w.line("%s && docker run and", w.condition())
	case 2:
		w.line("%s || docker run or", w.condition())
	case 3:
		w.line("echo %s %s out.txt", w.word(), w.pick(">", ">>"))
	case 4:
		w.line("docker run file \"$(cat %s 2>/dev/null)\"", w.pick("out.txt", "VERSION"))
	case 5:
		w.line("id=$(docker create img \"$%s\" %s)", w.name(), w.pick("", "'p q'", "${#a}"))
		w.line("rm -rf ./app; docker cp $id:/app ./app")
		w.line("docker rm \"$id\"")
	case 6:
		w.line("set -- %s %s", w.word(), w.word())
	case 7:
		w.line("[ $# -gt 0 ] && shift")
	case 13:
		w.line("i=$(docker build -q %s)", w.pick(".", "src"))
		w.line("docker tag $i \"img:${#a}\"")
	case 8:
		w.line("%s %s", w.pick("cd src && docker run cd \"${PWD##*/}\" && cd ..", "cd .", "unset b; b=x", "export a", "true", ":"), "")
	case 9:
		w.line("%s sh -c 'docker run child \"$a\" \"$Q\" \"$@\"' zero %s", w.pick("", "Q=q", "a=over"), w.word())
	case 10:
		w.line("eval \"%s=%s\"", w.name(), w.pick("x", "\\$a", "'q r'"))
	case 11:
		w.line("echo %s | while read -r x y; do docker run pipe \"$y\" \"$x\"; done", w.word())
	case 12:
		w.line("%s=$(%s)", w.name(), w.pick("echo one two", "cat VERSION", "basename \"$a\"", "dirname \"$b\"", "printf '%s-' x y", "cat src/one.go"))
	case 14:
		w.line("arr+=(%s)", w.word())
		w.line("docker run arr \"${arr[@]}\" ${#arr[@]} \"${arr[%d]}\"", w.n(0, 3))
	case 15:
		w.line("[[ %s %s %s ]] && docker run dbl", w.quotedWord(), w.pick("==", "!=", "<"), w.pattern())
	case 16:
		w.line("((%s)) && docker run arith", w.arithmetic())
	case 17:
		w.line("read -r x y <<< %s; docker run here \"$x\" \"$y\"", w.quotedWord())
	default:
		w.line("docker run i %s %s %s", w.word(), w.word(), w.word())
	}
}

func (w *writer) condition() string {
	n := w.quotedWord()
	switch w.n(0, 7) {
	case 0:
		return fmt.Sprintf("[ %s = %s ]", n, w.quotedWord())
	case 1:
		return fmt.Sprintf("[ -z %s ]", n)
	case 2:
		return fmt.Sprintf("[ -n %s -a %s != x ]", n, w.quotedWord())
	case 3:
		return fmt.Sprintf("[ -%s %s ]", w.pick("f", "d", "e", "s"), w.pick("src", "VERSION", "none", "out.txt"))
	case 4:
		return fmt.Sprintf("[ $# -%s %d ]", w.pick("eq", "gt", "le"), w.n(0, 2))
	case 5:
		return "! " + w.pick("true", "false")
	case 6:
		return w.pick("true", "false", "(exit 2)", "{ false; true; }")
	}
	return fmt.Sprintf("test %s", n)
}

func (w *writer) pattern() string {
	return w.pick("x", "'*'", "*.*", "[a-m]*", "?", "\"$a\"", "$b", "*/*", "one*", "'p q'")
}

func (w *writer) arithmetic() string {
	return w.pick("1", "0", "2*3-6", "${#a}", "${#b}>3", "1+${#c}%2", "5==5")
}

// word is a word as an argument.
func (w *writer) word() string {
	v := w.name()
	n := w.n(0, 25)
	if n >= 18 && w.posix {
		n -= 18
	}
	switch n {
	case 0, 1:
		return w.pick("lit", "a.b", "x/y", "v1", "--flag=x", "e\\ s", "{p}")
	case 2:
		return "$" + v
	case 3:
		return `"$` + v + `"`
	case 4:
		return "pre${" + v + "}post"
	case 5:
		return fmt.Sprintf("${%s:-%s}", v, w.pick("d", "\"d e\"", "$c", "d e"))
	case 6:
		return fmt.Sprintf("\"${%s:+%s}\"", v, w.pick("alt", "$b", "x y"))
	case 7:
		return fmt.Sprintf("${%s%s%s}", v, w.pick("#", "##", "%", "%%"), w.pick("*.", ".*", "*/", "/*", "?", "x", "\"*\""))
	case 8:
		return fmt.Sprintf("${#%s}", v)
	case 9:
		return fmt.Sprintf("$((%s))", w.arithmetic())
	case 10:
		return fmt.Sprintf("$(echo %s)", w.quotedWord())
	case 11:
		return fmt.Sprintf("\"$(echo %s)\"", w.pick("$a", "'x  y'", "$b.t", "\"$c\""))
	case 12:
		return w.pick("src/*.go", "\"src/*\"", "src/[ot]*", "none*", "src/*/*")
	case 13:
		return w.pick(`"$@"`, "$@", `"$*"`, "$1", `"$2"`, "${1:-none}", "$#", `"x$@y"`)
	case 14:
		return "'single $a'"
	case 15:
		return fmt.Sprintf("${%s-unset}", w.pick("a", "nope"))
	case 16:
		return "`echo back $" + v + "`"
	case 17:
		return "\"quoted \\$x $" + v + "\""
	case 18:
		return w.pick("{1..3}", "x{p,q}", "{a,b}$a", "{01..3}")
	case 19:
		return fmt.Sprintf("${%s/%s/%s}", v, w.pick("o", ".", "/x", "#d", "%t", "[a-z]"), w.pick("-", "", "Z"))
	case 20:
		return fmt.Sprintf("\"${%s:%d:%d}\"", v, w.n(0, 4), w.n(0, 4))
	case 21:
		return fmt.Sprintf("${%s%s}", v, w.pick("^^", ",,", "^"))
	case 22:
		return w.pick(`"${arr[@]}"`, "${arr[*]}", `"${arr[1]}"`, "${#arr[@]}", `"${arr[@]:1}"`, `"${!arr[@]}"`, `"p${arr[@]}s"`)
	case 23:
		return w.pick("$'t\\tq'", "$'\\''")
	case 24:
		return fmt.Sprintf("\"${%s//%s/%s}\"", v, w.pick("e", " ", "."), w.pick("_", "$b"))
	}
	return w.pick("\"${@:2}\"", "\"${a:-\"in ner\"}\"", "${!nope*}", "\"${arr[*]%o*}\"")
}

// quotedWord is a word that stays one.
func (w *writer) quotedWord() string {
	return w.pick(`"$a"`, `"$b"`, `"$c"`, "lit", `"$1"`, "''", `"${a%.*}"`, `"x$b"`, `"$(echo $c)"`, "'p q'")
}
