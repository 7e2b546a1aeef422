package shparse

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/finding"
)

// A host runs command lines through their models, without the evaluator: words
// are split at blanks, $NAME is an unquoted variable from outside and "$NAME" a
// quoted one, £ is a plain dollar sign, ID is the id of the container made last
// and IMG that of the image built last.
type host struct {
	dir     Value
	files   *Files
	docker  *docker
	ops     []*Op
	out     outcome // of the last command
	image   *Image
	made    *Container
	stdin   *Value
	tar     []Effect
	posix   bool
	problem []finding.Finding
}

func newHost(repo fs.FS) *host {
	return &host{dir: Lit("."), files: newFiles(repo), docker: &docker{}}
}

// repository is a repository of empty files and, for names that end in a slash,
// directories.
func repository(names ...string) fs.FS {
	repo := fstest.MapFS{}
	for _, name := range names {
		if dir, ok := strings.CutSuffix(name, "/"); ok {
			repo[dir] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
			continue
		}
		repo[name] = &fstest.MapFile{Mode: 0o644, Data: []byte(name + "\n")}
	}
	return repo
}

// run runs command lines, which are separated by semicolons, with pipes.
func (h *host) run(script string) {
	for line := range strings.SplitSeq(script, ";") {
		h.stdin, h.tar = nil, nil
		for stage := range strings.SplitSeq(line, "|") {
			h.one(stage)
			h.stdin, h.tar = h.out.stdout, h.out.tar
		}
	}
}

func (h *host) one(line string) {
	line, target, redirected := strings.Cut(line, ">")
	op := &Op{Seq: len(h.ops), Dir: h.dir, Files: h.files}
	op.Argv = h.words(line)
	op.Range = finding.Range{File: "s", Start: finding.At(0, len(h.ops)+1, 1)}
	c := &call{
		op: op, argv: op.Argv, stdin: h.stdin, tar: h.tar, posix: h.posix,
		docker: h.docker, exists: h.files.existence, readAll: h.files.readAll,
	}
	if redirected {
		path := relPath(h.dir, Lit(strings.TrimSpace(target)))
		c.stdout = &path
	}
	name, _ := op.Argv[0].Known()
	mod, _ := lookup(name)
	h.out = mod.run(c)
	op.Act = h.out.act
	h.ops = append(h.ops, op)
	switch act := op.Act.(type) {
	case *Build:
		h.image = act.Image
	case *Create:
		h.made = act.Container
	}
	effects := h.out.effects
	if redirected {
		effects = append(effects, Effect{Verb: WriteFile, Path: *c.stdout, Content: h.out.stdout})
		for _, e := range h.out.tar {
			e.Path = *c.stdout
			effects = append(effects, e)
		}
	}
	h.files = h.files.apply(op, effects)
	h.problem = append(h.problem, h.out.problem...)
}

func (h *host) words(line string) []Arg {
	var args []Arg
	column := 1
	for field := range strings.FieldsSeq(line) {
		start := finding.At(column, len(h.ops)+1, column)
		span := finding.Range{File: "s", Start: start, End: start.Right(len(field))}
		column += len(field) + 1
		bare := strings.Trim(field, `"`)
		v := h.value(bare)
		args = append(args, Arg{Value: v, Word: span, MaySplit: bare == field && len(v.Holes()) > 0})
	}
	return args
}

func (h *host) value(word string) Value {
	switch before, after, found := strings.Cut(word, "ID"); {
	case found && h.made != nil:
		id := Value{{Hole: &Hole{Reason: ContainerID, Container: h.made}}}
		return Lit(before).Concat(id).Concat(Lit(after))
	case word == "IMG" && h.image != nil:
		return Value{{Hole: &Hole{Reason: ImageID, Image: h.image}}}
	}
	before, rest, found := strings.Cut(word, "$")
	if !found {
		return Lit(strings.ReplaceAll(word, "£", "$"))
	}
	name := rest
	if i := strings.IndexAny(rest, "/:.-=,"); i >= 0 {
		name = rest[:i]
	}
	hole := Value{{Hole: &Hole{Reason: Environment, Name: name}}}
	return Lit(before).Concat(hole).Concat(h.value(rest[len(name):])).merged()
}

// codes are the findings so far.
func (h *host) codes() string {
	var list []string
	for _, f := range h.problem {
		list = append(list, string(f.Code))
	}
	return strings.Join(list, " ")
}

// state renders the files for a test: one entry to a line.
func (h *host) state() string {
	var b strings.Builder
	for _, f := range h.files.All() {
		b.WriteString(describeFile(f) + "\n")
	}
	return b.String()
}

var originNames = []string{"repository", "directory", "generated", "extracted", "copied", "link", "packed", "removed", "mystery", "unpacked"}

func describeFile(f File) string {
	text := f.Path + " " + originNames[f.Origin]
	if f.Container != nil {
		text += " c:" + f.Source
	} else if f.Source != "" {
		text += " in:" + f.Source
	}
	if f.From != "" {
		text += " " + f.From
	}
	if f.Content != nil {
		text += " =" + strings.ReplaceAll(f.Content.String(), "\n", `\n`)
	}
	if f.Contents {
		text += " contents"
	}
	if f.Stream {
		text += " stream"
	}
	for _, m := range f.Modes {
		text += " mode(" + m + ")"
	}
	for _, p := range f.Prior {
		text += " prior(" + describeFile(p) + ")"
	}
	for _, m := range f.Members {
		text += " [" + describeFile(m) + "]"
	}
	return holePattern.ReplaceAllString(strings.TrimSpace(text), "?$1?")
}

// holePattern matches a hole as Value.Key writes it.
var holePattern = regexp.MustCompile("\x00[0-9]+:([^\x00]*)\x00")

func TestLookup(t *testing.T) {
	for i := 1; i < len(models); i++ {
		if models[i-1].name >= models[i].name {
			t.Errorf("%q stands behind %q: expected the order of names", models[i].name, models[i-1].name)
		}
	}
	for name, want := range map[string]bool{"docker": true, "/usr/bin/docker": true, "/bin/mv": true, "mv": true, "upx": false, "./mv": false} {
		if _, ok := lookup(name); ok != want {
			t.Errorf("lookup(%q): got %v, want %v", name, ok, want)
		}
	}
}
