package main

import (
	"os/exec"
	"strings"
	"testing"
)

// heavy are packages that the program must not link: they cost milliseconds at
// every start and megabytes of program. Of BuildKit it takes the Dockerfile's
// parser, instructions, linter and shell, and what these need.
var heavy = []string{
	"github.com/moby/buildkit/client",
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb",
	"github.com/moby/buildkit/frontend/gateway",
	"github.com/moby/buildkit/solver",
	"github.com/moby/moby",
	"github.com/docker/docker",
	"github.com/docker/cli",
	"github.com/containerd/containerd",
	"github.com/google/go-containerregistry",
	"github.com/chromedp",
	"github.com/rogpeppe/go-internal",
	"google.golang.org/grpc",
	"go.opentelemetry.io",
	"honnef.co/go/tools",
	"pgregory.net/rapid",
	"mvdan.cc/sh/v3/interp",
	"net/http",
	"testing",
}

func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 100 {
		t.Fatalf("found %d packages, fewer than the standard library's part", len(deps))
	}
	for _, dep := range deps {
		for _, prefix := range heavy {
			if dep == prefix || strings.HasPrefix(dep, prefix+"/") {
				t.Errorf("the program links %s", dep)
			}
		}
	}
}
