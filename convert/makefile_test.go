package convert_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/shparse"
	"github.com/stagefold/stagefold/shparse/makefile"
)

// targets are the targets of the Makefile in dir that the case is about; none for a
// case with a script.
func (c *testCase) targets(t *testing.T, dir string) []string {
	t.Helper()
	script := c.get("script", "build.sh")
	if !shparse.IsMakefile(script) {
		return nil
	}
	mk := makefile.Read(makefile.Config{FS: repository(t, dir), Path: script})
	if len(mk.Targets()) == 0 {
		t.Errorf("%s has no targets: %v", script, mk.Findings)
	}
	return mk.Targets()
}

// checkTargets checks that make finds its way through every target that is left.
func (c *testCase) checkTargets(t *testing.T, dir string) {
	t.Helper()
	for _, name := range c.targets(t, dir) {
		if out, err := c.dryRun(t, dir, name); err != nil {
			t.Errorf("make -n %s: %v\n%s", name, err, out)
		}
	}
}

// dryRun lists what make would do for a target.
func (c *testCase) dryRun(t *testing.T, dir, target string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("make")
	if err != nil {
		if os.Getenv("STAGEFOLD_REQUIRE_SHELLS") == "1" {
			t.Fatal("make is not installed, and STAGEFOLD_REQUIRE_SHELLS is set")
		}
		return "", nil
	}
	script := filepath.Join(dir, c.get("script", "build.sh"))
	cmd := exec.CommandContext(t.Context(), program, "-n", "-f", filepath.Base(script), target)
	cmd.Dir = filepath.Dir(script)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, c.all("env")...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// checkClean checks that "make clean" still works behind the build.
func (tr *trial) checkClean(t *testing.T, dir string) {
	t.Helper()
	if !slices.Contains(tr.targets(t, dir), "clean") {
		return
	}
	outcome, err := tr.lab.Run(t, dockertest.Script{
		Path: filepath.Join(dir, tr.get("script", "build.sh")), Args: []string{"clean"}, Env: tr.all("env"), Builder: tr.builder,
	})
	check(t, err)
	if outcome.Exit != 0 {
		t.Errorf("make clean ends with %d:\n%s", outcome.Exit, outcome.Output)
	}
}
