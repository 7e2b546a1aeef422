package dockerfile

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert/finding"
)

// corpus returns the Dockerfiles that BuildKit's own tests parse, by path.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").Output()
	if err != nil {
		t.Skipf("no module cache: %v", err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "frontend", "dockerfile", "parser")
	files := map[string][]byte{}
	for _, pattern := range []string{"testfiles/*/Dockerfile", "testfiles-negative/*/Dockerfile", "testfile-line/Dockerfile"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(root, path)
			files[filepath.ToSlash(name)] = src
		}
	}
	if len(files) < 20 {
		t.Fatalf("found %d Dockerfiles below %s: expected at least 20", len(files), root)
	}
	return files
}

func TestCorpus(t *testing.T) {
	parsed := 0
	for name, src := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			checkReader(t, src)
			f, fs := Parse("Dockerfile", src)
			if (f == nil) != finding.Refused(fs) {
				t.Fatalf("file is nil: %t, findings %v", f == nil, fs)
			}
			if f == nil {
				t.Logf("refused: %v", fs)
				return
			}
			parsed++
			checkFile(t, f, src)
		})
	}
	t.Logf("%d parsed", parsed)
}

// checkReader compares what the reader finds in src with BuildKit's tree, for all
// that BuildKit's parser takes, whether or not it can be built.
func checkReader(t testing.TB, src []byte) {
	t.Helper()
	tree, err := parser.Parse(bytes.NewReader(src))
	r := newReader("Dockerfile", src)
	if err != nil || !r.preamble() {
		return
	}
	if rune(r.file.Escape) != tree.EscapeToken {
		t.Errorf("escape %q: expected %q", r.file.Escape, tree.EscapeToken)
	}
	for _, node := range tree.AST.Children {
		in := r.instruction(node)
		checkJoin(t, r, node)
		checkWords(t, in, node)
		if in.OnBuild != nil {
			checkWords(t, in.OnBuild, in.OnBuild.Node)
		}
		r.file.Instructions = append(r.file.Instructions, in)
	}
	checkRanges(t, r.file)
}

// checkJoin compares the joined lines with BuildKit's.
func checkJoin(t testing.TB, r *reader, node *parser.Node) {
	t.Helper()
	var b strings.Builder
	pieces := r.logical.pieces
	for i, p := range pieces {
		end := len(node.Original)
		if i+1 < len(pieces) {
			end = pieces[i+1].at
		}
		b.WriteString(r.src[p.offset : p.offset+end-p.at])
	}
	if b.String() != node.Original {
		t.Errorf("line %d: joined %q: expected %q", node.StartLine, b.String(), node.Original)
	}
}

// checkWords compares words with BuildKit's arguments.
func checkWords(t testing.TB, in *Instruction, node *parser.Node) {
	t.Helper()
	if !strings.EqualFold(in.Keyword, strings.ToLower(node.Value)) {
		t.Errorf("keyword %q: expected %q", in.Keyword, node.Value)
	}
	flags := make([]string, len(in.Flags))
	for i, f := range in.Flags {
		flags[i] = f.Value
	}
	if !slices.Equal(flags, node.Flags) {
		t.Errorf("%s: flags %q: expected %q", in.Keyword, flags, node.Flags)
	}
	want, ok := arguments(in, node)
	if !ok {
		return
	}
	var got []string
	for _, w := range in.Operands() {
		got = append(got, w.Value)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: words %q: expected %q", in.Keyword, got, want)
	}
}

// arguments are BuildKit's arguments of an instruction, where it splits them.
func arguments(in *Instruction, node *parser.Node) ([]string, bool) {
	var args []string
	for n := node.Next; n != nil; n = n.Next {
		args = append(args, n.Value)
	}
	switch {
	case in.JSON:
		return args, true
	case slices.Contains([]string{"ADD", "COPY", "EXPOSE", "FROM", "VOLUME", "ARG", "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"}, in.Keyword):
		return args, true
	case in.Keyword != "ENV" && in.Keyword != "LABEL":
		return nil, false
	}
	var pairs []string
	for i := 0; i+2 < len(args); i += 3 {
		if args[i+2] == "" {
			return args[:2], true
		}
		pairs = append(pairs, args[i]+args[i+2]+args[i+1])
	}
	return pairs, true
}

// checkFile checks what holds for every File.
func checkFile(t testing.TB, f *File, src []byte) {
	t.Helper()
	if !bytes.Equal(f.Source, src) {
		t.Error("the source has changed")
	}
	checkBuildKit(t, f)
	checkRanges(t, f)
	var b strings.Builder
	at := 0
	for _, in := range f.Instructions {
		b.Write(src[at:in.Lines.Start.Offset])
		b.WriteString(f.Slice(in.Lines))
		at = in.Lines.End.Offset
	}
	b.Write(src[at:])
	if b.String() != string(src) {
		t.Error("lines and gaps are not the source")
	}
	for _, s := range f.Stages {
		if got := strings.ToLower(f.Slice(s.NameRange)); s.Name != "" && got != s.Name {
			t.Errorf("NameRange has %q: expected %q", got, s.Name)
		}
		for _, in := range s.Instructions {
			in.Transfer(nil)
			if in.OnBuild != nil {
				in.OnBuild.Transfer(nil)
			}
		}
		s.At(nil, nil)
	}
}

// checkBuildKit checks that BuildKit takes what Parse took, and sees the same
// stages.
func checkBuildKit(t testing.TB, f *File) {
	t.Helper()
	tree, err := parser.Parse(bytes.NewReader(f.Source))
	if err != nil {
		t.Fatal(err)
	}
	stages, args, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) == 0 || len(stages) != len(f.Stages) || len(args) != len(f.Args) {
		t.Fatalf("%d stages, %d args: expected %d and %d", len(f.Stages), len(f.Args), len(stages), len(args))
	}
	for i, s := range f.Stages {
		want := stages[i]
		if s.Name != want.Name || s.Base != want.BaseName || s.Platform != want.Platform || len(s.Instructions) != len(want.Commands) {
			t.Errorf("stage %d is %q on %q: expected %q on %q", i, s.Name, s.Base, want.Name, want.BaseName)
		}
	}
}

// checkRanges checks the ranges of all instructions.
func checkRanges(t testing.TB, f *File) {
	t.Helper()
	at := f.Header.End.Offset
	for _, in := range f.Instructions {
		if in.Lines.Start.Offset < at {
			t.Errorf("%v: lines overlap the instruction above", in.Range)
		}
		at = in.Lines.End.Offset
		if !in.Lines.Contains(in.Range) || in.Comments.End != in.Lines.Start {
			t.Errorf("%v: range %v, comments %v, lines %v", in.Range, in.Range, in.Comments, in.Lines)
		}
		checkInstruction(t, f, in)
		if in.OnBuild != nil {
			checkInstruction(t, f, in.OnBuild)
		}
	}
}

func checkInstruction(t testing.TB, f *File, in *Instruction) {
	t.Helper()
	at := in.KeywordRange.End.Offset
	if !in.Range.Contains(in.KeywordRange) {
		t.Errorf("%v: keyword at %v", in.Range, in.KeywordRange)
	}
	for _, w := range in.Words {
		if w.Range.Start.Offset < at || !in.Range.Contains(w.Range) || f.Slice(w.Range) != w.Text {
			t.Errorf("%v: word %q at %v", in.Range, w.Text, w.Range)
		}
		at = w.Range.End.Offset
	}
	for _, flag := range in.Flags {
		if !flag.Range.Contains(flag.ArgRange) {
			t.Errorf("%v: argument of %q at %v", in.Range, flag.Text, flag.ArgRange)
		}
	}
	for _, doc := range in.Heredocs {
		if !in.Range.Contains(doc.Body) || !in.Range.Contains(doc.Terminator) || doc.Body.Start.Offset < at {
			t.Errorf("%v: heredoc at %v", in.Range, doc.Body)
		}
		at = doc.Terminator.End.Offset
	}
}
