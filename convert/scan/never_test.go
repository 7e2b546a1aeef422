package scan

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert"
)

func TestNeverTakes(t *testing.T) {
	for src, want := range map[string]bool{
		"# docker build, docker cp, docker build\necho":                                               true,
		"docker build -t a .\ndocker run a make\n":                                                    true,
		"if [ $# = 1 ]; then\n\t$cmd docker build -t a .\n\t$cmd docker run -v $(pwd):/build a\nfi\n": true,
		"docker run a make build\n":                                                                   true, // nothing moved before
		"docker build -t a .\ndocker cp x:/a a\ndocker build .\n":                                     false,
		"docker run a | docker build -\n":                                                             false,
		"id=$(docker create a)\ndocker build .\n":                                                     false,
		"sudo docker run -v $PWD:/x golang make\ndocker build .\n":                                    false,
		"for i in a b; do docker build $i; docker cp x:/a a; done":                                    false,
		"while read i; do docker build $i; docker cp x:/a a; done":                                    false,
		"b() { docker build $1; }\nb a\ndocker cp x:/a a\nb b\n":                                      false,
		"d=docker\n$d build a\n$d cp x:/a a\n$d build b\n":                                            false,
		"$DOCKER build a\n$DOCKER cp x:/a a\n$DOCKER build b\n":                                       false,
		"docker build a\n. ./more.sh\n":                                                               false,
		"docker build a\n./more.sh\n":                                                                 false,
		"docker build a\nmake more\n":                                                                 false,
		"eval \"docker build a\"\n":                                                                   false,
		"docker build a\nsh more\n":                                                                   false,
		"docker build a\nsed 1q x | sh\n":                                                             true,
		"if then\n":                                                                                   false,
		"x=$(docker build -q .)\ny='no client'\ndocker run \"$x\"\n":                                  true,
	} {
		if got := neverTakes("build.sh", []byte(src)); got != want {
			t.Errorf("%q: %t, want %t", src, got, want)
		}
	}
}

// TestPassOver has scripts that lead too many ways to be followed.
func TestPassOver(t *testing.T) {
	var text strings.Builder
	for i := range 10 {
		fmt.Fprintf(&text, "if [ \"$A%d\" = x ]; then docker tag a b%d; fi\n", i, i)
	}
	for script, want := range map[string]convert.Status{
		"docker build -t a .\ndocker run -v \"$PWD:/x\" a\n":                                     convert.Nothing,
		"docker build -t a .\ndocker create --name x a\ndocker cp x:/a a\ndocker build -t b b\n": convert.Refused,
	} {
		fsys := fstest.MapFS{"build.sh": {Data: []byte(text.String() + script)}, "Dockerfile": {Data: []byte("FROM a\n")}}
		job := Job{FS: fsys, Options: convert.Options{Script: "build.sh"}}
		if got := job.convert().Status; got != want {
			t.Errorf("%q: %s, want %s", script, got, want)
		}
		job.As = Named
		if got := job.convert().Status; got != convert.Refused {
			t.Errorf("%q, named: %s, want refused", script, got)
		}
	}
}
