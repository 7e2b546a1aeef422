package convert_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert"
)

const extracting = "docker build -t a .\ndocker create --name x a\ndocker cp x:/a a\n"

// TestFind checks which files are taken for scripts of a builder pattern.
func TestFind(t *testing.T) {
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
		{"build", extracting, false},
		{"build", "#!/usr/bin/python\n" + extracting, false},
		{"build.py", shebang, false},
		{"Makefile", extracting, false},
		{"sub/dir/build.sh", extracting, true},
		{".ci/build.sh", extracting, false},
		{"sub/.git/build.sh", extracting, false},
		{".build.sh", extracting, true},
		{"build.sh", "docker build -t a .\n", false},
		{"build.sh", "docker cp x:/a a\n", false},
		{"build.sh", "make build create\n", false},
		{"build.sh", "podman build -t a .\npodman run a cat x >x\n", true},
		{"build.sh", "$DOCKER build -t a .\n$DOCKER export x >x\n", true},
		{"build.sh", "", false},
	} {
		fsys := fstest.MapFS{tt.name: {Data: []byte(tt.text)}}
		got, err := convert.Find(fsys, ".")
		if err != nil || slices.Contains(got, tt.name) != tt.want {
			t.Errorf("%s with %q is found: %q, %v, want %t", tt.name, tt.text, got, err, tt.want)
		}
	}
}

func TestFindOrder(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"b.sh", "a/z.sh", "a.sh", "c/d/e.sh", "other/x.txt"} {
		fsys[name] = &fstest.MapFile{Data: []byte(extracting)}
	}
	fsys["link.sh"] = &fstest.MapFile{Data: []byte("a.sh"), Mode: fs.ModeSymlink}
	for dir, want := range map[string][]string{
		".": {"a.sh", "a/z.sh", "b.sh", "c/d/e.sh"}, "c": {"c/d/e.sh"}, "other": nil, "a.sh": {"a.sh"},
	} {
		got, err := convert.Find(fsys, dir)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("below %s are %q, %v, want %q", dir, got, err, want)
		}
	}
	if _, err := convert.Find(fsys, "nowhere"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error for a missing directory is %v", err)
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

func TestFindUnreadable(t *testing.T) {
	fsys := unreadableFS{fstest.MapFS{"closed/a.sh": {Data: []byte(extracting)}, "open/b.sh": {Data: []byte(extracting)}}}
	got, err := convert.Find(fsys, ".")
	if err != nil || !slices.Equal(got, []string{"open/b.sh"}) {
		t.Errorf("found %q, %v, want what can be read", got, err)
	}
	if _, err := convert.Find(fsys, "closed"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the error for the directory itself is %v", err)
	}
}
