package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var kills = flag.Int("kills", 12, "how often TestKill kills a run")

// killUnits is how many units TestKill has in its tree.
const killUnits = 60

// TestKill kills "convert -w" at random moments. Each time, the next run says that
// it finishes the work, and all is as if nothing had happened; or undo takes it back.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program some dozens of times")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "stagefold")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	before, after := filepath.Join(dir, "before"), filepath.Join(dir, "after")
	for i := range killUnits {
		unit := filepath.Join(before, fmt.Sprintf("service%02d", i))
		if err := os.CopyFS(unit, os.DirFS("../../examples/href-counter")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(after, os.DirFS(before)); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if out, err := exec.Command(program, "convert", "-w", after).CombinedOutput(); err != nil {
		t.Fatalf("convert: %v\n%s", err, out)
	}
	k := &killing{t: t, program: program, old: files(t, before), new: files(t, after), limit: time.Since(begin)}
	for i := range *kills {
		work := filepath.Join(dir, fmt.Sprint("work", i))
		if err := os.CopyFS(work, os.DirFS(before)); err != nil {
			t.Fatal(err)
		}
		k.kill(work)
		k.check(work, i%4 == 3)
		if err := os.RemoveAll(work); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("of %d runs, %d were killed while they wrote, which left %d units torn", *kills, k.pending, k.torn)
	if *kills >= 10 && k.pending == 0 {
		t.Error("no run was killed while it wrote")
	}
}

type killing struct {
	t        *testing.T
	program  string
	old, new map[string]string // texts by path
	limit    time.Duration     // how long a whole run takes
	pending  int
	torn     int
}

// kill starts a run, and kills it at some moment.
func (k *killing) kill(work string) {
	cmd := exec.Command(k.program, "convert", "-w", work)
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	time.Sleep(rand.N(k.limit))
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
}

// check looks at what the killed run left, and lets another one go on from there.
func (k *killing) check(work string, undo bool) {
	_, err := os.Stat(filepath.Join(work, ".stagefold", "pending.json"))
	pending := err == nil
	torn := k.tornUnits(files(k.t, work))
	if torn > 0 && !pending {
		k.t.Errorf("%d units are torn, and no journal knows", torn)
	}
	k.torn += torn
	args, want := []string{"convert", "-w", work}, k.new
	if undo {
		args, want = []string{"undo", work}, k.old
	}
	out, err := exec.Command(k.program, args...).CombinedOutput()
	if err != nil {
		k.t.Fatalf("%s: %v\n%s", args, err, out)
	}
	if pending {
		k.pending++
		if !undo && !bytes.Contains(out, []byte("an interrupted run")) {
			k.t.Errorf("the next run does not say that it finishes another: %s", out)
		}
	}
	if got := files(k.t, work); !equalTrees(got, want) {
		k.t.Errorf("after %s the tree is not as it should be: %s", args[0], difference(got, want))
	}
}

// tornUnits counts the units of which some files are old and some new. Both ages of
// a file are whole.
func (k *killing) tornUnits(tree map[string]string) int {
	torn := 0
	for i := range killUnits {
		isOld, isNew := false, false
		for _, base := range []string{"Dockerfile", "Dockerfile.build", "build.sh"} {
			name := fmt.Sprintf("service%02d/%s", i, base)
			switch text := tree[name]; text {
			case k.old[name]:
				isOld = true
			case k.new[name]:
				isNew = true
			default:
				k.t.Errorf("%s is neither the old nor the new file: %q", name, text)
			}
		}
		if isOld && isNew {
			torn++
		}
	}
	return torn
}

// files reads the files below dir, but for those of the journal.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".stagefold":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		texts[filepath.ToSlash(strings.TrimPrefix(name, dir+string(filepath.Separator)))] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func equalTrees(a, b map[string]string) bool { return difference(a, b) == "" }

// difference names a file in which two trees differ, or is "".
func difference(a, b map[string]string) string {
	for _, pair := range [][2]map[string]string{{a, b}, {b, a}} {
		for name, text := range pair[0] {
			if other, ok := pair[1][name]; !ok || other != text {
				return name
			}
		}
	}
	return ""
}
