package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkProcess is a whole run of "convert examples/href-counter" beside an
// empty program that links the same packages: what it costs to start. The aim is a
// median below 10 ms, and at most 1.5 times the empty program's.
func BenchmarkProcess(b *testing.B) {
	dir := b.TempDir()
	program := filepath.Join(dir, "stagefold")
	empty := filepath.Join(dir, "empty")
	build(b, program, ".")
	build(b, empty, emptyProgram(b))

	var whole, start []time.Duration
	for b.Loop() {
		// In turns, so that both see the same load of the machine.
		whole = append(whole, clock(b, program, "convert", "../../examples/href-counter"))
		start = append(start, clock(b, empty))
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(median(whole)), "ms/convert")
	b.ReportMetric(ms(median(start)), "ms/empty")
	b.ReportMetric(float64(median(whole))/float64(median(start)), "ratio")
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
}

// emptyProgram writes a program that imports what stagefold imports, and does
// nothing. It has to lie in this module, whose internal packages and versions it
// needs.
func emptyProgram(b *testing.B) string {
	b.Helper()
	list := exec.Command("go", "list", "-f", `{{join .Deps "\n"}}`, ".")
	deps, err := list.Output()
	if err != nil {
		b.Fatal(err)
	}
	var source bytes.Buffer
	fmt.Fprintln(&source, "package main")
	for _, dep := range strings.Fields(string(deps)) {
		if importable(dep) {
			fmt.Fprintf(&source, "import _ %q\n", dep)
		}
	}
	fmt.Fprintln(&source, "func main() {}")

	dir, err := os.MkdirTemp("testdata", "empty")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "main.go"), source.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
	return "./" + filepath.ToSlash(dir)
}

// importable leaves out what a program of this module must not import: the
// internal packages of others, which come along with their owners.
func importable(path string) bool {
	parts := strings.Split(path, "/")
	internal := slices.Contains(parts, "internal") || parts[0] == "vendor"
	return !internal && path != "unsafe" && path != "runtime"
}

func build(b *testing.B, program, source string) {
	b.Helper()
	if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v\n%s", source, err, out)
	}
}

// clock runs a program and returns how long that took. Exit status 1 is the answer
// that there is something to convert.
func clock(b *testing.B, program string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(program, args...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begin)
	if err != nil && (len(args) == 0 || cmd.ProcessState.ExitCode() != exitFindings) {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return took
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
