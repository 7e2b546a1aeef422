package discover_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert/discover"
)

const extracting = "docker build -t a .\ndocker create --name x a\ndocker cp x:/a a\n"

// files makes a file system of pairs of name and text.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func walk(t *testing.T, fsys fs.FS, o discover.Options) *discover.Tree {
	t.Helper()
	tree, err := discover.Walk(t.Context(), fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestScripts checks which files are taken for scripts of a builder pattern.
func TestScripts(t *testing.T) {
	shebang := "#!/bin/sh\n" + extracting
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"build.sh", extracting, true},
		{"build.bash", extracting, true},
		{"build.ksh", extracting, true},
		{"build.command", extracting, true},
		{"build", shebang, true},
		{"build", "#!/usr/bin/env bash\n" + extracting, true},
		{"build", "#! /usr/bin/env -S bash -e\n" + extracting, true},
		{"build.v2", shebang, true},
		{"scripts/release", shebang, true},
		{"build", extracting, false},
		{"build", "#!/usr/bin/python\n" + extracting, false},
		{"build.py", shebang, false},
		{"Makefile", extracting, true},
		{"sub/GNUmakefile", extracting, true},
		{".gitlab-ci.yml", extracting, true},
		{".github/workflows/image.yml", extracting, true},
		{"compose.yml", extracting, false},
		{".gitlab-ci.yml", "job: {script: docker build -t a ., run: cp, create: x}\n", false},
		{"Jenkinsfile", extracting, true},
		{"Makefile", "test:\n\tgo test\n", false},
		{"rules.mk", extracting, false},
		{"sub/dir/build.sh", extracting, true},
		{".ci/build.sh", extracting, true},
		{".git/hooks/build.sh", extracting, false},
		{".build.sh", extracting, true},
		{"build.sh", "docker build -t a .\n", false},
		{"build.sh", "docker cp x:/a a\n", false},
		{"build.sh", "make build create\n", false},
		{"build.sh", "podman build -t a .\npodman run a cat x >x\n", true},
		{"build.sh", "$DOCKER build -t a .\n$DOCKER export x >x\n", true},
		{"build.sh", "", false},
		{"build.sh", extracting + strings.Repeat("#", 1<<20), false},
	} {
		got := walk(t, files(tt.name, tt.text), discover.Options{})
		if slices.Contains(got.Scripts, tt.name) != tt.want {
			t.Errorf("%s with %.40q is found: %q, want %t", tt.name, tt.text, got.Scripts, tt.want)
		}
	}
}

// TestCalls finds scripts whose docker commands are in other files.
func TestCalls(t *testing.T) {
	got := walk(t, files(
		"all.sh", "./steps/one.sh\n./steps/two.sh\n",
		"far", "#!/bin/sh\nexec ./all.sh\n",
		"steps/one.sh", "docker build -t a .\n",
		"steps/two.sh", "docker cp x:/a a\n",
		"none.sh", "echo one.sh\n",
		"other.sh", "make\n",
		".travis.yml", "script: ./all.sh && docker build .\n",
	), discover.Options{})
	if diff := cmp.Diff([]string{"all.sh", "far"}, got.Scripts); diff != "" {
		t.Errorf("scripts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".travis.yml", "none.sh", "steps/one.sh"}, got.Builders); diff != "" {
		t.Errorf("builders (-want +got):\n%s", diff)
	}
}

func TestDockerfiles(t *testing.T) {
	fsys := fstest.MapFS{}
	want := []string{"Containerfile", "Dockerfile", "Dockerfile-alpine", "Dockerfile.build", "Dockerfile_arm", "app.Dockerfile", "dockerfile", "web.dockerfile"}
	for _, name := range append([]string{"Dockerfile.dockerignore", "Dockerfile.md", "dockerfiles", "docker.go"}, want...) {
		fsys[name] = &fstest.MapFile{}
	}
	if diff := cmp.Diff(want, walk(t, fsys, discover.Options{}).Dockerfiles); diff != "" {
		t.Errorf("Dockerfiles (-want +got):\n%s", diff)
	}
}

func TestWalk(t *testing.T) {
	fsys := files(
		".gitignore", "out/\n*.gen.sh\n!keep.gen.sh\n",
		".git/info/exclude", "private.sh\n",
		"a/.gitignore", "/top.sh\n",
		"a/top.sh", extracting, "a/b/top.sh", extracting, "a/x.gen.sh", extracting, "a/keep.gen.sh", extracting,
		"out/build.sh", extracting, "private.sh", extracting, "z.sh", extracting,
		"module/.git", "gitdir: ../.git/modules/module\n", "module/build.sh", extracting,
		"vendor/repo/.git/HEAD", "", "vendor/repo/build.sh", extracting,
		".stagefold/x.sh", extracting,
	)
	fsys["link.sh"] = &fstest.MapFile{Data: []byte("z.sh"), Mode: fs.ModeSymlink}
	fsys["pipe.sh"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	for _, tt := range []struct {
		name string
		opts discover.Options
		want []string
	}{
		{"all", discover.Options{}, []string{"a/b/top.sh", "a/keep.gen.sh", "z.sh"}},
		{"below", discover.Options{Dir: "a/b"}, []string{"a/b/top.sh"}},
		{"within an ignored one", discover.Options{Dir: "out"}, []string{"out/build.sh"}},
		{"ignored too", discover.Options{Ignored: discover.Enter},
			[]string{"a/b/top.sh", "a/keep.gen.sh", "a/top.sh", "a/x.gen.sh", "out/build.sh", "private.sh", "z.sh"}},
		{"include", discover.Options{Include: []string{"/a/"}}, []string{"a/b/top.sh", "a/keep.gen.sh"}},
		{"exclude", discover.Options{Exclude: []string{"*.gen.sh", "b"}}, []string{"z.sh"}},
		{"both", discover.Options{Include: []string{"top.sh", "z.sh"}, Exclude: []string{"/a/b/**"}}, []string{"z.sh"}},
	} {
		got := walk(t, fsys, tt.opts)
		if diff := cmp.Diff(tt.want, got.Scripts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"module", "vendor/repo"}, walk(t, fsys, discover.Options{}).Repositories); diff != "" {
		t.Errorf("repositories (-want +got):\n%s", diff)
	}
	if _, err := discover.Walk(t.Context(), fsys, discover.Options{Dir: "nowhere"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error for a missing directory is %v", err)
	}
}

func TestSift(t *testing.T) {
	fsys := files("b.sh", extracting, "a.sh", extracting, "c.txt", extracting, "d.sh", "ls\n")
	got, err := discover.Sift(t.Context(), fsys, []string{"b.sh", "a.sh", "c.txt", "d.sh", "gone.sh"}, discover.Options{Exclude: []string{"a.sh"}})
	if err != nil || !slices.Equal(got.Scripts, []string{"b.sh"}) {
		t.Errorf("sifted %v, %v", got, err)
	}
}

// An unreadableFS has a directory that nobody may read.
type unreadableFS struct{ fstest.MapFS }

func (u unreadableFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "closed" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadDir(name)
}

func TestSkipped(t *testing.T) {
	deep := strings.Repeat("d/", discover.MaxDepth+2)
	fsys := unreadableFS{files("closed/a.sh", extracting, "open/b.sh", extracting, deep+"c.sh", extracting)}
	got := walk(t, fsys, discover.Options{})
	if !slices.Equal(got.Scripts, []string{"open/b.sh"}) {
		t.Errorf("found %q, want what can be read", got.Scripts)
	}
	want := []discover.Skip{
		{Path: "closed", Reason: "permission denied"},
		{Path: strings.TrimSuffix(strings.Repeat("d/", discover.MaxDepth+1), "/"), Reason: "more than 400 directories deep"},
	}
	if diff := cmp.Diff(want, got.Skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	if _, err := discover.Walk(t.Context(), fsys, discover.Options{Dir: "closed"}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the error for the directory itself is %v", err)
	}
}
