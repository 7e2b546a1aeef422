package shparse

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stagefold/stagefold/convert/finding"
)

// FuzzRead holds Read to its word: it never panics, it ends, and it has either
// ways or an error to show.
func FuzzRead(f *testing.F) {
	for _, sc := range loadScenarios(f) {
		f.Add(sc.text)
	}
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		checkTrace(t, readText(text, fuzzLimits))
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("Read took %v", d)
		}
	})
}

// fuzzLimits are low, so that the bounds themselves are met often.
var fuzzLimits = Limits{Steps: 2000, Ways: 16, Depth: 20, Words: 1 << 14}

func readText(text string, l Limits) *Trace {
	repo := fstest.MapFS{
		"build.sh":   {Data: []byte(text), Mode: 0o755},
		"src/one.go": {Data: []byte("package one\n")},
		"Dockerfile": {Data: []byte("FROM scratch\n")},
		"lib.sh":     {Data: []byte("x=1\n. ./build.sh\n"), Mode: 0o755},
	}
	return Read(Config{FS: repo, Path: "build.sh", Limits: l})
}

func checkTrace(t *testing.T, tr *Trace) {
	t.Helper()
	if refused := finding.Refused(tr.Findings); refused == (len(tr.Ways) > 0) {
		t.Errorf("%d ways beside the findings %v", len(tr.Ways), tr.Findings)
	}
	for _, w := range tr.Ways {
		for i, op := range w.Ops {
			if op.Seq != i || op.Act == nil {
				t.Fatalf("operation %d at %s: Seq %d, Act %v", i, op.Range, op.Seq, op.Act)
			}
		}
	}
}

// hostile are scripts that grow without end where nobody bounds them.
var hostile = map[string]string{
	"loop":               "while true; do :; done",
	"loop of nothing":    "for ((;;)); do :; done",
	"until":              "until false; do docker pull x; done",
	"recursion":          "f() { f; }; f",
	"two recursions":     "f() { g; }; g() { f | f; }; f",
	"script":             "./build.sh",
	"source":             ". ./build.sh",
	"source of another":  ". lib.sh",
	"eval":               "x='eval \"$x\"'; eval \"$x\"",
	"shell":              "sh build.sh",
	"braces":             "echo {1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}",
	"range":              "echo {1..999999999999}",
	"range down":         "echo {9223372036854775807..-9223372036854775808}",
	"doubling":           "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
	"doubling array":     "a=(x); while :; do a=(\"${a[@]}\" \"${a[@]}\"); done",
	"doubling arguments": "set -- a; while :; do set -- \"$@\" \"$@\"; done",
	"questions":          "for i in 1 2 3 4 5 6 7 8 9; do docker inspect $i && docker rm $i; done",
	"replace":            "x=aaaaaaaaaaaaaaaaaaaa; while :; do x=${x//a/aaaa}; done",
	"arithmetic":         "x=x+x; echo $((x)); a=b b=a; echo $((a))",
	"nameref":            "declare -n a=b b=a; a=1; echo $a",
	"indirect":           "a=a; echo ${!a} ${!b}",
	"file":               "echo x > f; while :; do cat f f > g; cat g > f; done",
	"printf":             "printf '%1000000000d' 1",
	"seq":                "for i in $(seq 1 1000000000); do docker pull $i; done",
	"substitutions":      "x() { echo $(x); }; x",
	"alias":              "shopt -s expand_aliases; alias a=b b=a; a",
	"trap":               "trap 'exit 1' EXIT; trap",
	"deep array":         "a[999999999999]=x; echo ${a[-5]} ${a[@]: -3}",
	"shifts":             "echo $((1 << 99)) $((1 >> -1)) $((1/0))",
	"read":               "while read x; do echo $x; done",
	"pattern":            "x=$(printf 'a%.0s' {1..999}); [[ $x == *a*a*a*a*a*a*b ]]; echo ${x##*a*a*a*a*b}",
}

func TestHostileScriptsEnd(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			checkTrace(t, readText(text, Limits{}))
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("Read took %v", d)
			}
		})
	}
}
