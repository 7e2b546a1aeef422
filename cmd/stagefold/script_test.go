package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stagefold/stagefold/convert/verify/llb"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare output with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stagefold":     main,
		"stagefold-llb": func() { os.Exit(llb.Main(os.Args[1:])) },
	})
}

// TestScripts runs the program as a person would: each file of testdata/script is
// a session in a directory of its own, where seed is a copy of
// examples/href-counter and want is what its conversion makes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               seed,
		Condition:           condition,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

func seed(env *testscript.Env) error {
	env.Setenv("NO_COLOR", "")
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"} {
		env.Setenv(name, os.Getenv(name))
	}
	err := os.CopyFS(filepath.Join(env.WorkDir, "seed"), os.DirFS("../../examples/href-counter"))
	if err != nil {
		return err
	}
	return os.CopyFS(filepath.Join(env.WorkDir, "want"), os.DirFS("../../convert/testdata/examples/href-counter"))
}

// condition knows [root]: no file is unreadable then; [docker]: an engine answers,
// and the test is no short one; and [buildx]: the client has this plugin.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "docker":
		return hasDocker()
	case "buildx":
		return exec.Command("docker", "buildx", "version").Run() == nil, nil
	default:
		return false, errors.New("unknown condition")
	}
}

// hasDocker fails where the environment says that there must be an engine.
func hasDocker() (bool, error) {
	if testing.Short() {
		return false, nil
	}
	err := exec.Command("docker", "version").Run()
	if err != nil && os.Getenv("STAGEFOLD_REQUIRE_DOCKER") == "1" {
		return false, err
	}
	return err == nil, nil
}

// exits runs "exits STATUS COMMAND ARG..." and compares the exit status. It fails
// where the program crashed.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
