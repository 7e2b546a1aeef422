package shparse

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stagefold/stagefold/convert/finding"
)

// A realHost is a directory in which the real commands run, beside the model. A
// command that fails there is not given to the model, which takes commands to
// succeed.
type realHost struct {
	root, container string
	model           *host
	script          []string
}

// inContainer are the files of the container that docker cp copies from.
var inContainer = []string{"out/app", "out/lib/x", "out/a", "bin/tool"}

// inRepository are the files of the repository.
var inRepository = []string{"a.txt", "conf/a", "conf/b", "web/dist/x"}

func newRealHost(t *rapid.T, base string) *realHost {
	dir, err := os.MkdirTemp(base, "case")
	if err != nil {
		t.Fatal(err)
	}
	r := &realHost{root: filepath.Join(dir, "root"), container: filepath.Join(dir, "container")}
	writeTree(t, r.root, "", inRepository)
	writeTree(t, r.container, "c:", inContainer)
	r.model = newHost(repository(inRepository...))
	r.model.run("docker create --name c img")
	return r
}

// writeTree makes files whose content is their own path.
func writeTree(t *rapid.T, root, prefix string, names []string) {
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(prefix+name+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// run runs commands for real and, those that work, in the model. One that fails
// half-way leaves nothing behind: each runs on a copy.
func (r *realHost) run(t *rapid.T, lines []string) {
	script := ""
	for i, line := range lines {
		script += fmt.Sprintf("cp -a root copy; if (cd copy; %s) >/dev/null 2>&1; then echo %d; rm -rf root; mv copy root; else rm -rf copy; fi\n", r.simulated(line), i)
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = filepath.Dir(r.root)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for index := range strings.FieldsSeq(string(out)) {
		i, _ := strconv.Atoi(index)
		r.script = append(r.script, lines[i])
		r.model.run(lines[i])
	}
}

// simulated replaces docker cp by shell that follows the rules of docker cp, on
// the directory that stands for the container.
func (r *realHost) simulated(line string) string {
	args, ok := strings.CutPrefix(line, "docker cp c:")
	if !ok {
		return line
	}
	src, dest, _ := strings.Cut(args, " ")
	// set -e has no effect here: the caller asks for the status.
	return `s='` + r.container + src + `'; d=$(timeout 2 readlink -m '` + dest + `') || exit
		case '` + src + `' in *.) [ -d "$d" ] || { [ -d "${d%/*}" ] && [ ! -e "$d" ] && mkdir "$d"; } || exit; cp -a "$s" "$d"; exit;; esac
		[ ! -d "$d" ] || d=$d/${s##*/}
		[ -d "${d%/*}" ] || exit
		if [ -d "$s" ]; then [ ! -e "$d" ] || [ -d "$d" ] || exit; mkdir -p "$d"; cp -a "$s/." "$d"; else [ ! -d "$d" ] || exit; rm -f "$d"; cp -a "$s" "$d"; fi`
}

// genHostLine generates a command on a small set of names.
func genHostLine(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"a.txt", "conf", "conf/a", "conf/b", "web", "web/dist", "web/dist/x", "n", "m", "conf/n", "n/m", "m/n", "n/a", "out", "out/app", "app"})
	src := rapid.SampledFrom([]string{"/out", "/out/.", "/out/app", "/out/lib", "/bin/tool", "/out/a"})
	form := rapid.SampledFrom([]string{
		"mkdir A", "mkdir -p A", "rm -rf A", "mv A B", "mv A B/", "mv A B C", "cp A B", "cp A B C", "cp -r A B", "cp -a A B", "cp -r A/. B", "cp -rT A B",
		"ln -s A B", "ln -sf a.txt B", "ln -sfn A B", "chmod 700 A", "touch A", "echo text > A", "install -D A B", "docker cp c:S A", "docker cp c:S A",
		"docker cp c:S .", "tar cf t.tar A", "tar cf t.tar -C A .", "tar xf t.tar -C A", "tar xf t.tar", "tar xf t.tar --strip-components=1 -C A",
		"rmdir A", "mv -T A B", "mv -t B A", "cp -t B A C", "cp -rP A B", "ln A B", "ln -s A", "install A B C", "install -d A",
		"install -m 755 A B", "gzip A", "gzip -k A", "gunzip A.gz", "echo text | tee A", "echo text | tee -a A", "sed -i s/a/b/ A",
		"touch A B", "rm -f A B", "rm A", "truncate -s 0 A",
	}).Draw(t, "form")
	words := strings.Fields(form)
	for i, w := range words {
		for _, letter := range []string{"A", "B", "C"} {
			if strings.TrimRight(w, "/.") == letter {
				words[i] = name.Draw(t, letter) + w[1:]
			}
		}
		if w == "c:S" {
			words[i] = "c:" + src.Draw(t, "source")
		}
	}
	return strings.Join(words, " ")
}

// TestFilesAgreeWithCoreutils runs random commands for real and in the model,
// and compares what is there after them.
func TestFilesAgreeWithCoreutils(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	base := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		r := newRealHost(t, base)
		r.run(t, rapid.SliceOfN(rapid.Custom(genHostLine), 1, 7).Draw(t, "commands"))
		if !finding.Refused(r.model.problem) {
			r.compare(t)
		}
		if err := os.RemoveAll(filepath.Dir(r.root)); err != nil {
			t.Fatal(err)
		}
	})
}

// compare looks at every path that is there, or that the model knows of.
func (r *realHost) compare(t *rapid.T) {
	paths := map[string]bool{}
	for _, f := range r.model.files.All() {
		paths[f.Path] = true
	}
	err := filepath.WalkDir(r.root, func(path string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(r.root, path)
		paths[filepath.ToSlash(rel)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		r.comparePath(t, path)
	}
}

func (r *realHost) comparePath(t *rapid.T, path string) {
	if r.isOpen(path) {
		return
	}
	info, err := os.Lstat(filepath.Join(r.root, path))
	got := r.model.files.existence(path)
	fail := func(want string) {
		t.Fatalf("after %s\n%q: model says %s, but it is %s\n%s", strings.Join(r.script, "; "), path, existenceNames[got], want, r.model.state())
	}
	switch {
	case err != nil:
		if got == regular || got == directory || got == symlink || got == existing {
			fail("missing")
		}
	case got == missing:
		fail(info.Mode().String())
	case info.IsDir():
		if got == regular || got == symlink {
			fail("a directory")
		}
	case info.Mode()&fs.ModeSymlink != 0:
		if got == regular || got == directory {
			fail("a link")
		}
	default:
		if got == directory || got == symlink {
			fail("a file")
		}
		r.compareContent(t, path)
	}
}

// isOpen reports whether a command that the model took for an unknown one names
// path: it may have done anything to it.
func (r *realHost) isOpen(path string) bool {
	for _, op := range r.model.ops {
		act, ok := op.Act.(*Unknown)
		if ok && slices.ContainsFunc(act.Paths, func(v Value) bool { return isWithin(path, v.Key()) }) {
			return true
		}
	}
	return false
}

var existenceNames = []string{"unknown", "missing", "regular", "directory", "symlink", "existing", "maybeMissing"}

// compareContent checks that the content of a file is one that its entry allows.
func (r *realHost) compareContent(t *rapid.T, path string) {
	if strings.HasSuffix(path, ".tar") {
		return
	}
	data, err := os.ReadFile(filepath.Join(r.root, path))
	if err != nil {
		t.Fatal(err)
	}
	f, ok := r.model.files.At(path)
	if !ok {
		f = File{Path: path}
	}
	if !r.allows(f, string(data)) {
		t.Fatalf("after %s\n%q holds %q, but the model has %s\n%s", strings.Join(r.script, "; "), path, data, describeFile(f), r.model.state())
	}
}

func (r *realHost) allows(f File, content string) bool {
	for _, p := range f.Prior {
		if r.allows(p, content) {
			return true
		}
	}
	switch f.Origin {
	case Mystery, Unpacked:
		return true
	case Repository:
		return content == f.Path+"\n"
	case Generated:
		return f.Content == nil || len(f.Content.Holes()) > 0 || f.Content.is(content)
	case Extracted:
		return content == "c:"+strings.TrimPrefix(f.Source, "/")+"\n" || f.Contents && content == f.Path+"\n"
	case Copied:
		return content == f.From+"\n" || f.Contents && content == f.Path+"\n"
	}
	return false
}
