package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/convert/verify/static"
	"github.com/stagefold/stagefold/shparse"
)

// llbProgram is the program that lowers Dockerfiles. It is one of its own, since what it
// needs of BuildKit would slow down every start of this one.
const llbProgram = "stagefold-llb"

// checkStatic compares the graphs of the units, without Docker, and delivers what
// came of it.
func (v *verification) checkStatic(ctx context.Context) error {
	program, err := findLLB()
	if err != nil {
		return err
	}
	checks := []static.Check{}
	for _, u := range v.units {
		check, err := v.checkUnit(ctx, program, u)
		if err != nil {
			return err
		}
		checks = append(checks, check)
	}
	var product bytes.Buffer
	write := static.Text
	if v.ctx.String("format") == "json" {
		write = static.JSON
	}
	if err := errors.Join(write(&product, checks), deliver(v.ctx, v.streams.out, product.Bytes())); err != nil {
		return err
	}
	for _, c := range checks {
		if !c.Same() {
			return errFindings
		}
	}
	return nil
}

// findLLB returns the path of the program that lowers Dockerfiles: beside this one,
// or on PATH.
func findLLB() (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), llbProgram)
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(llbProgram)
	if err != nil {
		return "", fmt.Errorf("--static needs %s beside this program or on PATH: "+
			"go install github.com/stagefold/stagefold/cmd/%s@latest", llbProgram, llbProgram)
	}
	return path, nil
}

func (v *verification) checkUnit(ctx context.Context, program string, u verified) (static.Check, error) {
	check := static.Check{Script: u.name}
	if u.proof != nil {
		check.Reason = u.proof.Reason
		return check, nil
	}
	pairs, err := v.pairs(u, v.known.env)
	if err != nil {
		check.Reason, check.Unlowered = err.Error(), true
		return check, nil
	}
	answer, err := lower(ctx, program, static.Request{Version: static.Version, Pairs: pairs})
	if err != nil {
		return check, fmt.Errorf("%s: %w", u.name, err)
	}
	check.Verdicts = answer.Verdicts
	return check, nil
}

// pairs are the images of a unit: of the files that it has now, or had, and of those
// that it would have, or has.
func (v *verification) pairs(u verified, env map[string]string) ([]static.Pair, error) {
	old, closeOld, err := openTree(u.unit.Old)
	if err != nil {
		return nil, err
	}
	defer closeOld()
	now, closeNow, err := openTree(u.unit.New)
	if err != nil {
		return nil, err
	}
	defer closeNow()
	if len(u.unit.Changes) > 0 {
		now = tree.After(now, u.unit.Changes)
	}
	read := func(fsys fs.FS) *shparse.Trace {
		return shparse.Read(shparse.Config{FS: fsys, Path: u.Script, Dir: u.Dir, Args: v.known.args, Env: env, Goals: u.Goals})
	}
	return static.Pairs(old, now, read(old), read(now))
}

func openTree(dir string) (fs.FS, func() error, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	return tree.New(root), root.Close, nil
}

// lower hands a request to the program and returns its answer.
func lower(ctx context.Context, program string, r static.Request) (static.Answer, error) {
	var answer static.Answer
	request, err := json.Marshal(r)
	if err != nil {
		return answer, err
	}
	var out, trouble bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(request), &out, &trouble
	if err := cmd.Run(); err != nil {
		return answer, fmt.Errorf("%s: %w: %s", llbProgram, err, strings.TrimSpace(trouble.String()))
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return answer, fmt.Errorf("%s: its answer: %w", llbProgram, err)
	}
	if answer.Version != static.Version {
		return answer, fmt.Errorf("%s: its answer has version %d, expected %d: the two programs are not of one release", llbProgram, answer.Version, static.Version)
	}
	return answer, nil
}
