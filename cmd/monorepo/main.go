// Command monorepo makes a large tree to measure stagefold with:
//
//	go run ./cmd/monorepo -units 3000 -files 100000 DIR
//
// With -floor it parses what is in such a tree instead, and does nothing else with
// it: all Dockerfiles with BuildKit's parser. A scan can't be faster.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "monorepo:", err)
		os.Exit(1)
	}
}

func run() error {
	var size treeSize
	flag.IntVar(&size.Units, "units", 3000, "how many units")
	flag.IntVar(&size.Files, "files", 100000, "how many files")
	floor := flag.Bool("floor", false, "parse the Dockerfiles of a tree")
	flag.Parse()
	switch {
	case flag.NArg() != 1:
		return fmt.Errorf("expected one directory, found %q", flag.Args())
	case *floor:
		return parseAll(flag.Arg(0))
	default:
		return makeTree(flag.Arg(0), size)
	}
}

func parseAll(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "Dockerfile") {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = parser.Parse(f)
		return err
	})
}
