package shparse

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A case holds the script build.sh and the files that it sources, in "drop" one
// regular expression a line for the commands that go, in "names" the names that
// no longer exist, in "void" and "moot" those for the tests that are, and either the scripts after it below "want/" or the
// "findings". In testdata/erase every command of the text runs once; the cases of
// testdata/erase-read are traced.
func TestErase(t *testing.T) {
	t.Run("hand", func(t *testing.T) { eraseCases(t, "testdata/erase", 100, handTrace) })
	t.Run("read", func(t *testing.T) { eraseCases(t, "testdata/erase-read", 15, readTrace) })
}

// A traceMaker traces scripts and returns the text of each command too.
type traceMaker func(t *testing.T, sources map[string][]byte) (*Trace, map[*Op]string)

func eraseCases(t *testing.T, dir string, atLeast int, trace traceMaker) {
	cases, err := filepath.Glob(dir + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < atLeast {
		t.Fatalf("expected %d cases or more, found %d", atLeast, len(cases))
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkEraseCase(t, file, archive, eraseCase(t, archive, trace))
		})
	}
}

func checkEraseCase(t *testing.T, file string, archive *txtar.Archive, got []txtar.File) {
	t.Helper()
	given := givenFiles(archive)
	if *update {
		archive.Files = slices.Concat(given, got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := archive.Files[len(given):]
	if len(want) == 0 {
		t.Fatal("the case expects nothing")
	}
	if diff := cmp.Diff(string(txtar.Format(&txtar.Archive{Files: want})), string(txtar.Format(&txtar.Archive{Files: got}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// givenFiles returns the files of a case that are input.
func givenFiles(a *txtar.Archive) []txtar.File {
	end := slices.IndexFunc(a.Files, func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "want/") || f.Name == "findings" || f.Name == "vars" || f.Name == "left"
	})
	if end < 0 {
		end = len(a.Files)
	}
	return a.Files[:end]
}

// eraseCase runs a case, and checks that the result has nothing more to lose.
func eraseCase(t *testing.T, a *txtar.Archive, tracer traceMaker) []txtar.File {
	t.Helper()
	sources := map[string][]byte{}
	var drop []*regexp.Regexp
	tests := map[Voidness]*regexp.Regexp{}
	var o EraseOptions
	for _, f := range givenFiles(a) {
		switch f.Name {
		case "drop":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				drop = append(drop, regexp.MustCompile(line))
			}
		case "void":
			tests[Void] = regexp.MustCompile(strings.TrimSpace(string(f.Data)))
		case "moot":
			tests[Moot] = regexp.MustCompile(strings.TrimSpace(string(f.Data)))
		case "names":
			o.Names = strings.Fields(string(f.Data))
		default:
			sources[f.Name] = unescapeLineEnds(f.Data)
		}
	}
	trace, texts := tracer(t, sources)
	o.Drop = func(op *Op) bool {
		return slices.ContainsFunc(drop, func(r *regexp.Regexp) bool { return r.MatchString(texts[op]) })
	}
	o.Void = func(op *Op) Voidness {
		for v, r := range tests {
			if r.MatchString(texts[op]) {
				return v
			}
		}
		return Sound
	}
	d, findings := trace.Erase(o)
	if d == nil {
		return []txtar.File{{Name: "findings", Data: renderFindings(findings)}}
	}
	if len(d.Left) > 0 {
		return []txtar.File{{Name: "left", Data: renderOps(d.Left, texts)}}
	}
	left := eraseFrom(t, sources, d)
	checkErasedTwice(t, left, tracer)
	var out []txtar.File
	for _, path := range scriptPaths(trace) {
		if len(d.Edits[path]) == 0 && path != trace.Path {
			continue
		}
		out = append(out, txtar.File{Name: "want/" + path, Data: escapeLineEnds(left[path])})
	}
	if len(d.Vars) > 0 {
		out = append(out, txtar.File{Name: "vars", Data: []byte(strings.Join(d.Vars, "\n") + "\n")})
	}
	return out
}

// A line end that txtar can't hold is written out: "^M" for a carriage return,
// and "^Z" for the end of a file without a final newline.
func unescapeLineEnds(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("^M\n"), []byte("\r\n"))
	return bytes.ReplaceAll(data, []byte("^Z\n"), nil)
}

func escapeLineEnds(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("^M\n"))
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data, "^Z\n"...)
	}
	return data
}

func renderFindings(fs []finding.Finding) []byte {
	var text bytes.Buffer
	for _, f := range fs {
		fmt.Fprintln(&text, f)
	}
	return text.Bytes()
}

// renderOps lists places of the script, each once.
func renderOps(ops []*Op, texts map[*Op]string) []byte {
	var lines []string
	for _, op := range ops {
		lines = append(lines, fmt.Sprintf("%s: %s\n", op.Range, texts[op]))
	}
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), ""))
}

func eraseFrom(t *testing.T, sources map[string][]byte, d *Deletion) map[string][]byte {
	t.Helper()
	left := map[string][]byte{}
	for path, src := range sources {
		text, err := edit.Apply(src, d.Edits[path])
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		left[path] = text
	}
	return left
}

// checkErasedTwice checks that scripts parse and that erasing nothing from them
// changes nothing.
func checkErasedTwice(t *testing.T, sources map[string][]byte, tracer traceMaker) {
	t.Helper()
	trace, _ := tracer(t, sources)
	d, findings := trace.Erase(EraseOptions{})
	if d == nil || len(d.Edits) > 0 {
		t.Errorf("expected nothing to erase, found %v %v", d, findings)
	}
}

// readTrace traces build.sh. A command's text is its arguments.
func readTrace(t *testing.T, sources map[string][]byte) (*Trace, map[*Op]string) {
	t.Helper()
	files := fstest.MapFS{"Dockerfile": {}, "Dockerfile.build": {}}
	for path, src := range sources {
		files[path] = &fstest.MapFile{Data: src}
	}
	trace := Read(Config{FS: files, Path: "build.sh"})
	if len(trace.Ways) == 0 {
		t.Fatalf("no way through the script: %v", trace.Findings)
	}
	texts := map[*Op]string{}
	for _, w := range trace.Ways {
		for _, op := range w.Ops {
			var words []string
			for _, a := range op.Argv {
				words = append(words, a.String())
			}
			texts[op] = strings.Join(words, " ")
		}
	}
	return trace, texts
}

// handTrace makes a trace in which every command of the scripts runs once, save
// for those that run when another fails. It returns the commands' texts too.
func handTrace(t *testing.T, sources map[string][]byte) (*Trace, map[*Op]string) {
	t.Helper()
	trace := &Trace{Path: "build.sh", Sources: sources}
	way := &Way{}
	texts := map[*Op]string{}
	for _, path := range scriptPaths(trace) {
		l, err := newListing(path, sources[path])
		if err != nil {
			t.Fatalf("%v\n%s", err, sources[path])
		}
		for _, s := range commandsThatRun(l.file) {
			op := &Op{Seq: len(way.Ops), Range: l.rangeOf(l.command(s))}
			for _, w := range s.Cmd.(*syntax.CallExpr).Args {
				op.Argv = append(op.Argv, Arg{Value: Lit(staticWord(w))})
			}
			own := l.command(s)
			texts[op] = string(l.src[own.start:own.end])
			way.Ops = append(way.Ops, op)
		}
	}
	trace.Ways = []*Way{way}
	return trace, texts
}

func commandsThatRun(f *syntax.File) []*syntax.Stmt {
	functions := map[string]bool{}
	syntax.Walk(f, func(n syntax.Node) bool {
		if d, ok := n.(*syntax.FuncDecl); ok && d.Name != nil {
			functions[d.Name.Value] = true
		}
		return true
	})
	var run []*syntax.Stmt
	var visit func(n syntax.Node) bool
	visit = func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			if n.Op == syntax.OrStmt && natureOfStmt(n.X)&idle == 0 {
				syntax.Walk(n.X, visit)
				return false
			}
		case *syntax.Stmt:
			if c, ok := n.Cmd.(*syntax.CallExpr); ok && len(c.Args) > 0 && !functions[callName(n)] {
				run = append(run, n)
			}
		}
		return true
	}
	syntax.Walk(f, visit)
	return run
}

func natureOfStmt(s *syntax.Stmt) nature {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return natureOf(c)
	case *syntax.TestClause:
		return isAnswer
	case *syntax.BinaryCmd:
		return natureOfStmt(c.X)
	}
	return 0
}

// TestEraseMoved: what the caller writes elsewhere is still read.
func TestEraseMoved(t *testing.T) {
	src := "REV=1\nTAG=b\ndocker build --build-arg REV=$REV -t $TAG .\n"
	trace, _ := handTrace(t, map[string][]byte{"build.sh": []byte(src)})
	o := EraseOptions{Drop: func(*Op) bool { return true }}
	for _, c := range []struct{ moved, want string }{
		{"", ""},
		{"--build-arg REV=$REV", "REV=1\n"},
		{"$TAG", "TAG=b\n"},
	} {
		o.Moved = nil
		if i := strings.Index(src, c.moved); c.moved != "" {
			o.Moved = []finding.Range{{File: "build.sh", Start: finding.Pos{Offset: i}, End: finding.Pos{Offset: i + len(c.moved)}}}
		}
		d, findings := trace.Erase(o)
		if d == nil {
			t.Fatal(findings)
		}
		if got := string(eraseFrom(t, trace.Sources, d)["build.sh"]); got != c.want {
			t.Errorf("moved %q: expected %q, found %q", c.moved, c.want, got)
		}
	}
}
