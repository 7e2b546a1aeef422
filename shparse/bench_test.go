package shparse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// straightLine is a script without loops and conditions, as long as the longer
// ones of real life.
func straightLine() []byte {
	var b strings.Builder
	b.WriteString("#!/bin/sh\nset -e\ncd \"$(dirname \"$0\")\"\nTAG=${1:-latest}\n")
	for i := range 10 {
		fmt.Fprintf(&b, "# The image number %d and what comes out of it.\n", i)
		fmt.Fprintf(&b, "docker build --build-arg http_proxy=$http_proxy -t example/app%d:build . -f Dockerfile.build\n", i)
		fmt.Fprintf(&b, "id%d=$(docker create \"example/app%d:build\")\n", i, i)
		fmt.Fprintf(&b, "docker cp \"$id%d\":/go/src/app%d/app ./app%d && docker rm -f \"$id%d\"\n", i, i, i, i)
		fmt.Fprintf(&b, "echo Building example/app%d:$TAG\n", i)
		fmt.Fprintf(&b, "docker build --no-cache -t \"example/app%d:$TAG\" .\nrm ./app%d\n", i, i)
	}
	return []byte(b.String())
}

// BenchmarkRead parses a script and follows it.
func BenchmarkRead(b *testing.B) {
	src := straightLine()
	repo := fstest.MapFS{"build.sh": {Data: src, Mode: 0o755}}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if tr := Read(Config{FS: repo, Path: "build.sh"}); len(tr.Ways) != 1 {
			b.Fatal(tr.Findings)
		}
	}
}

// BenchmarkTrace follows a script that is parsed already. It is to take at most three times
// as long as BenchmarkParse.
func BenchmarkTrace(b *testing.B) {
	src := straightLine()
	conf := Config{FS: fstest.MapFS{"build.sh": {Data: src, Mode: 0o755}}, Path: "build.sh"}
	first := newTracer(conf)
	script, ok := first.load(conf.Path, finding.Range{})
	if !ok {
		b.Fatal(first.trace.Findings)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		t := newTracer(conf)
		t.trace.scripts[conf.Path] = script
		t.trace.Sources[conf.Path] = src
		if t.read(); len(t.trace.Ways) != 1 {
			b.Fatal(t.trace.Findings)
		}
	}
}

// BenchmarkParse is what BenchmarkTrace is measured against.
func BenchmarkParse(b *testing.B) {
	src := straightLine()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := syntax.NewParser(syntax.KeepComments(true)).Parse(bytes.NewReader(src), ""); err != nil {
			b.Fatal(err)
		}
	}
}
