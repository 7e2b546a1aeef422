package shparse

import (
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"
)

// What a script costs grows with the number of files it changes, and not with its
// square: ten times the commands take at most fifteen times the memory.
func TestManyFiles(t *testing.T) {
	for _, command := range []string{
		"touch f$i.$j", "mkdir -p out/d$i.$j", "cp Makefile f$i.$j", "echo $i > f$i.$j", "rm -f f$i.$j", "mv a$i.$j b$i.$j", "unheard-of f$i.$j",
	} {
		few, many := allocated(t, 1, command), allocated(t, 10, command)
		if many > 15*few {
			t.Errorf("%s: 1,000 times take %d bytes, 10,000 times %d", command, few, many)
		}
	}
}

// allocated returns the bytes that reading a script takes that runs the command
// 1,000 times for each i up to n.
func allocated(t *testing.T, n int, command string) uint64 {
	t.Helper()
	script := fmt.Sprintf("#!/bin/bash\nfor i in {1..%d}; do\n\tfor j in {1..1000}; do\n\t\t%s\n\tdone\ndone\n", n, command)
	repo := fstest.MapFS{"build.sh": {Data: []byte(script), Mode: 0o755}, "Makefile": {}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if tr := Read(Config{FS: repo, Path: "build.sh"}); len(tr.Ways) == 0 {
		t.Fatal(tr.Findings)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
