package shparse

import (
	"os/exec"
	"strings"
	"testing"
)

// TestHostOutput: what modelled commands print and answer. "?" stands for output
// that can't be known; " fails", " errs" and " asks" for a status other than 0.
func TestHostOutput(t *testing.T) {
	repo := repository("a.txt", "conf/b")
	for _, tt := range []struct{ script, want string }{
		{"echo a b", "a b\n"},
		{"echo -n a", "a"},
		{`echo -e a\tb`, "a\tb\n"},
		{`echo a\tb`, `a\tb` + "\n"},
		{"echo -x", "-x\n"},
		{"echo $X y", "${X} y\n"},
		{"echo -ne $X", "${X}"},
		{`printf a\n`, "a\n"},
		{"printf %s-%s x y", "x-y"},
		{`printf %s\n x y`, "x\ny\n"},
		{"printf v%s $X", "v${X}"},
		{"printf %5s $X", "?"},
		{"printf %03d 7", "007"},
		{"printf 20260101v%s x", "20260101vx"},
		{"printf %9999999999d 7", "?"},
		{"printf %*d 9 7", "?"},
		{"printf %.99999s 7", "?"},
		{"cat a.txt", "a.txt\n"},
		{"cat a.txt conf/b", "a.txt\nconf/b\n"},
		{"echo x | cat", "x\n"},
		{"echo x | cat - a.txt", "x\na.txt\n"},
		{"cat missing", "$(cat missing) falters"},
		{"basename /a/b.tar.gz .gz", "b.tar\n"},
		{"basename a/b/", "b\n"},
		{"basename -s .go x.go y.go", "x\ny\n"},
		{"basename -a x/1 y/2", "1\n2\n"},
		{"basename -s .go x.go", "x\n"},
		{"basename /x/$F", "basename /x/${F}\n"},
		{"basename $F", "basename ${F}\n"},
		{"basename $F.go .go", "${F}\n"},
		{"dirname /a/b/", "/a\n"},
		{"dirname a", ".\n"},
		{"dirname /a", "/\n"},
		{"dirname x/$F", "x\n"},
		{"dirname $F/x", "${F}\n"},
		{"dirname $F", "dirname ${F}\n"},
		{"pwd", "$PWD\n"},
		{"realpath conf/../a.txt", "$PWD/a.txt\n"},
		{"ln -s conf c; readlink -f c/b", "$PWD/conf/b\n"},
		{"ln -s conf c; readlink c", "conf\n"},
		{"readlink -f $F", "?"},
		{"seq 3", "1\n2\n3\n"},
		{"seq 2 4", "2\n3\n4\n"},
		{"seq 5 -2 1", "5\n3\n1\n"},
		{"seq 1 999999999", "?"},
		{"expr 1 + 2", "3\n"},
		{"expr 2 - 2", "0\n fails"},
		{"expr $A + 2", "? asks"},
		{"seq 5 | head -n 2", "1\n2\n"},
		{"seq 5 | head -2", "1\n2\n"},
		{"seq 5 | head -n -2", "1\n2\n3\n"},
		{"seq 5 | tail -1", "5\n"},
		{"seq 5 | tail -n +4", "4\n5\n"},
		{"seq 5 | wc -l", "5\n"},
		{"echo a:b:c | cut -d: -f2", "b\n"},
		{"echo a:b:c | cut -d : -f 3", "c\n"},
		{"echo a | cut -d: -f2", "a\n"},
		{"echo a:b | cut -c1-2", "?"},
		{"echo aBc | tr a-z A-Z", "ABC\n"},
		{"echo Abc | tr [:upper:] [:lower:]", "abc\n"},
		{"echo a-b-c | tr -d -", "abc\n"},
		{"echo a/b | tr / _", "a_b\n"},
		{"echo $X | tr a b", "?"},
		{"printf b\\na\\nb\\n | sort -u", "a\nb\n"},
		{"printf b\\nA\\n | sort", "?"},
		{"printf a\\na\\nb\\n | uniq", "a\nb\n"},
		{"echo a-b-b | sed s/b/c/", "a-c-b\n"},
		{"echo a-b-b | sed -e s/b/c/g", "a-c-c\n"},
		{"echo a/b | sed s#a/#x/#", "x/b\n"},
		{"echo abc | sed s/.*/x/", "x\n"},
		{"echo abc | sed y/a/b/", "?"},
		{"echo $X | sed s/a/b/", "?"},
		{"echo a b c | awk {print£2}", "b\n"},
		{"echo a b c | awk {print£NF}", "?"},
		{"echo abc | grep b", "abc\n"},
		{"echo abc | grep -q x", " fails"},
		{"echo abc | grep -v b", " fails"},
		{"echo abc | grep -qv x", ""},
		{"grep -q a.txt a.txt", ""},
		{"grep -q x $X", " asks"},
		{"grep -r x .", "? asks"},
		{"cmp a b", "? asks"},
		{"git diff --quiet", "? asks"},
		{"git rev-parse HEAD", "? tells"},
		{"git -C x describe", "? tells"},
		{"which docker", "? asks"},
		{"date", "? tells"},
		{"ldd app", "? tells"},
		{"aws s3 ls", "? tells"},
		{"true", ""},
		{"false", " fails"},
		{"sleep 3", ""},
		{"ls", "?"},
		{"ls conf", "?"},
		{"ls nothing", "? errs"},
		{"touch x; ls x", "x\n"},
		{"touch x; make; ls x*", "? asks"},
		{"echo x | tee y", "x\n"},
		{"docker build -q . | cut -d: -f2", "<image>\n"},
		{"docker create x | head -1", "<container>\n"},
		{"docker create app; docker ps -aq | head -1", "<container>\n"},
		{"docker create app; docker ps -aq | tail -1", "?"},
		{"docker create app; docker ps -a | head -1", "?"},
		{"docker create app; docker ps -a | grep app | awk {print£1}", "<container>\n"},
		{"docker create app; docker create new; docker ps -a | grep app | head -n 1 | awk {print£1}", "<container>\n"},
		{"docker create app; docker create app; docker ps -a | grep app | awk {print£1}", "?"},
		{"docker create app; docker create app; docker ps -a | grep app | head -1 | awk {print£1}", "<container>\n"},
		{"docker create --name box app; docker ps -a | grep app | awk {print£NF}", "box\n"},
		{"docker create app; docker ps -a | grep other | head -1 | awk {print£1}", "?"},
		{"docker create app; docker ps | grep app | awk {print£1}", "?"},
		{"docker run -d app; docker ps | grep app | awk {print£1}", "<container>\n"},
		{"docker run --rm app; docker ps -a | grep app | awk {print£1}", "?"},
		{"docker create app; docker ps -a | awk {print£1}", "?"},
		{"docker create x | tr -d \\n", "<container>"},
		{"docker build -q . | sed s/sha256://", "<image>\n"},
		{"docker create x | awk {print£1}", "<container>\n"},
		{"mktemp /tmp/x.XXXXXX", "/tmp/x.$(mktemp)\n"},
		{"mktemp -d", "$(mktemp -d)\n"},
	} {
		h := newHost(repo)
		h.run(tt.script)
		if got := h.answer(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.script, got, tt.want)
		}
	}
}

func (h *host) answer() string {
	text := "?"
	if h.out.stdout != nil {
		text = h.out.stdout.String()
	}
	return text + []string{"", " fails", " asks", " tells", " falters", " errs"}[h.out.status]
}

// TestHostOutputIsReal: where the model knows the output of a command line, the
// real commands print the same.
func TestHostOutputIsReal(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	for _, line := range []string{
		"echo a b", "echo -n a", "echo -x", "echo -nE a", "printf %s-%s x y", `printf %s\n x y z`, "printf %03d 7", "printf x%%y", "printf %s-%s a b c",
		"basename /a/b.tar.gz .gz", "basename a/b/", "basename -a x/1 y/2", "basename .go .go", "dirname /a/b/", "dirname a", "dirname /a", "dirname a//b",
		"dirname a/b/c", "dirname /", "basename /", "seq 3", "seq 2 4", "seq 5 -2 1", "seq 3 1", "seq -w 8 11", "seq -s, 3", "seq -w -s : -1 1", "expr 1 + 2", "expr 7 / 2", "expr 0 - 3",
		"seq 5 | head -n 2", "seq 5 | head -2", "seq 5 | head -n -2", "seq 5 | head -n 0", "seq 5 | tail -1", "seq 5 | tail -n +4", "seq 5 | tail -n 9",
		"seq 5 | wc -l", "echo a b | wc -w", "echo abc | wc -c", "echo a:b:c | cut -d: -f2", "echo a:b:c | cut -d: -f9", "echo a | cut -d: -f2",
		"echo a | cut -s -d: -f2", "echo aBc | tr a-z A-Z", "echo a-b-c | tr -d -", "echo a/b | tr / _", "echo abc | tr abc x", "echo aabb | tr a-c b-d",
		"seq 12 | sort", "seq 12 | sort -r", "seq 3 | sort -u", "echo a-b-b | sed s/b/c/", "echo a-b-b | sed -e s/b/c/g", "echo a/b | sed s#a/#x/#",
		"echo a b c | awk '{print $2}'", "echo a b c | awk '{print $9}'", "echo abc | grep b", "echo abc | grep -v x", "seq 3 | uniq", "seq 12 | grep 1",
		`echo v1.22.3-rc1 | sed "s/^v//"`, `echo v1.22.3-rc1 | sed "s/-.*£//"`, `echo v1.22.3 | sed "s/\([0-9]*\)\.\([0-9]*\)/\2.\1/"`,
		`echo aXbXc | sed "s/X/[&]/g"`, `echo a/b/c | sed "s,/,-,"`, `echo a/b | sed "s/\//_/g"`, `echo abc | sed -E "s/([ab])+/x/"`, `echo a+b | sed "s/a+/x/"`,
		`echo aab | sed "s/a\+/x/"`, `echo abc | sed "s/x*/-/g"`, `echo baaac | sed "s/a*/x/g"`, `seq 5 | sed -n 2p`, `seq 5 | sed "£d"`, `seq 5 | sed 3q`, `seq 12 | sed "/1/d"`,
		`seq 12 | sed -n "/^1./p"`, `seq 3 | sed "2!d"`, `seq 3 | sed -n "s/2/two/p"`, `echo a*b | sed "s/*/x/"`, `echo [x] | sed "s/[][]//g"`, `printf a | sed s/a/b/`,
		`echo a.b | sed -e "s/\./-/" -e s/b/c/`, `echo key=val | grep -o "=.*"`, `seq 12 | grep "^1"`, `seq 12 | grep -c 1`, `seq 12 | grep -E "^[23]£"`,
		`seq 12 | grep -x 1`, `seq 12 | grep -m 2 1`, `echo a.c | grep -F a.c`, `echo abc | grep -q a.c`, `echo v1.2 | grep -o "[0-9][0-9.]*"`, `seq 3 | grep -v "[13]"`,
		`echo a+ | grep "a+"`, `echo aa | grep "a\{2\}"`, `echo aa | egrep "a{2}"`, `seq 3 | xargs`,
	} {
		h := newHost(repository())
		h.run(strings.NewReplacer("'{print $", "{print£", "}'", "}").Replace(line))
		if h.out.stdout == nil {
			t.Errorf("%s: the output is unknown", line)
			continue
		}
		out, _ := exec.Command(bash, "-c", strings.ReplaceAll(strings.ReplaceAll(line, `\`, `\\`), "£", `\$`)).Output()
		if got := h.out.stdout.String(); got != string(out) {
			t.Errorf("%s: got %q, want %q", line, got, out)
		}
	}
}

// TestUnknown: which files a command without a model may touch.
func TestUnknown(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"upx -9 app", "[app]"},
		{"make", "[]"},
		{"make -j4 build", "[build]"},
		{"go build -o=bin/app ./cmd", "[build bin/app cmd]"},
		{"./run.sh --out=x -", "[x]"},
		{"cp --parents a b", "[a b]"},
		{"mv -n a b", "[a b]"},
		{"ln --frob a", "[a]"},
		{"rsync --delete a/ b", "[a b]"},
	} {
		h := newHost(repository())
		h.run(tt.line)
		act, ok := h.out.act.(*Unknown)
		if !ok {
			t.Errorf("%s: got %T, want *Unknown", tt.line, h.out.act)
			continue
		}
		var paths []Arg
		for _, p := range act.Paths {
			paths = append(paths, Arg{Value: p})
		}
		if got := argText(paths); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.line, got, tt.want)
		}
	}
}

// TestPosixEcho: what echo makes of backslashes and -e depends on the shell.
func TestPosixEcho(t *testing.T) {
	for line, want := range map[string]string{"echo a": "a\n", "echo -n a": "a", `echo a\nb`: "?", "echo -e a": "?"} {
		h := newHost(repository())
		h.posix = true
		h.run(line)
		if got := h.answer(); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// TestMayBe: which texts a value with holes can be.
func TestMayBe(t *testing.T) {
	h := newHost(repository())
	for _, tt := range []struct {
		value, text string
		want        bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"a", "ba", false}, {"$X", "any", true}, {"a/$X", "a/b", true}, {"a/$X", "b/b", false},
		{"$X/b", "a/b", true}, {"$X/b", "a/bc", false}, {"a$X/b", "a/b/b", true}, {"a$X.b$Y", "ac.bd", true}, {"a$X.b$Y", "acbd", false},
		{"a$X.a", "a.a", true}, {"ab$X.b", "ab", false},
	} {
		if got := h.value(tt.value).mayBe(tt.text); got != tt.want {
			t.Errorf("%q, %q: got %v, want %v", tt.value, tt.text, got, tt.want)
		}
	}
}
