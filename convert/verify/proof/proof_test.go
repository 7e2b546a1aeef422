package proof_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/verify/front"
	"github.com/stagefold/stagefold/convert/verify/proof"
)

// The test's executable is the front too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == front.Word {
		os.Exit(front.Main(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// base is the base image of all builds here.
const base = "example/proof-base:1"

// repository is a builder pattern.
var repository = map[string]string{
	"app": "text\n",
	"Dockerfile.build": `FROM ` + base + `
COPY app /src/app
RUN chmod 755 /src/app
`,
	"Dockerfile": `FROM ` + base + `
COPY out /usr/bin/app
RUN echo setting >/etc/setting
ENV A=1
LABEL l=1
USER app
ENTRYPOINT ["/usr/bin/app"]
`,
	"build.sh": `#!/bin/sh -e
docker build -t example/proof:build -f Dockerfile.build .
docker create --name proof example/proof:build
docker cp proof:/src/app out
docker rm proof
docker build -t example/proof:latest .
`,
}

// with returns repository with further or other files.
func with(files map[string]string) map[string]string {
	all := maps.Clone(repository)
	maps.Copy(all, files)
	return all
}

// A bench is a lab with the base image.
type bench struct {
	*dockertest.Lab
	before []string // what the engine holds without the proofs
}

func open(t *testing.T) *bench {
	t.Helper()
	if testing.Short() {
		dockertest.Unavailable(t, dockertest.ErrShort)
	}
	lab, err := dockertest.Open(t)
	if err != nil {
		dockertest.Unavailable(t, err)
	}
	must(t, lab.Base(base))
	b := &bench{Lab: lab}
	b.before, err = lab.Census()
	must(t, err)
	use(t, lab.Builders()[0])
	return b
}

// use makes the client build with a builder.
func use(t *testing.T, b dockertest.Builder) {
	t.Helper()
	t.Setenv("DOCKER_BUILDKIT", map[dockertest.Builder]string{dockertest.Legacy: "0", dockertest.BuildKit: "1"}[b])
}

// unit writes the files to a directory and converts what is there.
func unit(t *testing.T, files map[string]string) proof.Unit {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repository")
	for name, text := range files {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { must(t, root.Close()) })
	r := convert.Convert(root.FS(), convert.Options{Script: "build.sh"})
	if len(r.Changes) == 0 {
		t.Fatalf("the repository is not converted: %v", r.Findings)
	}
	return proof.Unit{Old: dir, New: dir, Changes: r.Changes, Script: "build.sh"}
}

// prove proves u and checks that nothing is left of it.
func (b *bench) prove(t *testing.T, u proof.Unit, repeat int) *proof.Proof {
	t.Helper()
	p, err := b.try(t, t.Context(), u, repeat)
	must(t, err)
	return p
}

func (b *bench) try(t *testing.T, ctx context.Context, u proof.Unit, repeat int) (*proof.Proof, error) {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p, err := proof.Prove(ctx, u, proof.Options{Program: []string{os.Args[0]}, Repeat: repeat})
	after, census := b.Census()
	must(t, census)
	if !slices.Equal(b.before, after) {
		t.Errorf("the engine holds %q, and held %q before", after, b.before)
	}
	left, err2 := os.ReadDir(temp)
	if err2 != nil || len(left) > 0 {
		t.Errorf("left among the temporary files: %v (%v)", left, err2)
	}
	return p, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// text renders p as a person sees it.
func text(t *testing.T, p *proof.Proof) string {
	t.Helper()
	var out strings.Builder
	must(t, proof.Text(&out, []*proof.Proof{p}, func(p *proof.Proof) string { return p.Script }))
	return out.String()
}

// expect checks the verdict, and that the report has all words.
func expect(t *testing.T, p *proof.Proof, verdict proof.Verdict, words ...string) {
	t.Helper()
	out := text(t, p)
	if p.Verdict != verdict {
		t.Fatalf("the verdict is %q, want %q:\n%s", p.Verdict, verdict, out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("the report does not say %q:\n%s", w, out)
		}
	}
}

func TestProveSame(t *testing.T) {
	b := open(t)
	for _, builder := range b.Builders() {
		t.Run(string(builder), func(t *testing.T) {
			use(t, builder)
			p := b.prove(t, unit(t, repository), 2)
			expect(t, p, proof.Same, "image example/proof:latest: same", "not built any more: example/proof:build")
			if p.Old.Images < 2 || p.Old.Bytes <= p.New.Bytes && builder == dockertest.BuildKit {
				t.Errorf("the old way leaves %+v, the new way %+v", p.Old, p.New)
			}
		})
	}
}

// TestProveFaults breaks the conversion in each way that an image can differ. Each
// fault is found and named.
func TestProveFaults(t *testing.T) {
	b := open(t)
	files := with(map[string]string{"Dockerfile": strings.Replace(repository["Dockerfile"], "RUN echo setting",
		"RUN touch /etc/mode /etc/owner /etc/missing\nRUN echo setting", 1)})
	u := unit(t, files)
	var want []string
	for _, fault := range []struct{ from, to, want string }{
		{"echo setting", "echo settins", "/setting  content "},
		{"RUN touch", "RUN touch /etc/extra", "/extra  added"},
		{" /etc/missing", "", "/missing  removed"},
		{"ENV A=1", "ENV A=2\nRUN chmod 600 /etc/mode && chown 7:8 /etc/owner", "config: Env "},
		{"", "", "/mode  mode 0644 → 0600"},
		{"", "", "/owner  owner 0:0 → 7:8"},
		{`["/usr/bin/app"]`, `["/usr/bin/app", "x"]`, `config: Entrypoint ["/usr/bin/app"] → ["/usr/bin/app","x"]`},
		{"USER app", "USER root", `config: User "app" → "root"`},
		{"LABEL l=1", "LABEL l=2", "config: Labels "},
	} {
		replaceIn(t, u, "Dockerfile", fault.from, fault.to)
		want = append(want, fault.want)
	}
	expect(t, b.prove(t, u, 1), proof.Differs, append(want, "differs in 9 places ")...)
}

// replaceIn changes the new text of a file.
func replaceIn(t *testing.T, u proof.Unit, file, from, to string) {
	t.Helper()
	i := slices.IndexFunc(u.Changes, func(c edit.Change) bool { return c.Path == file })
	text := string(u.Changes[i].New)
	if from != "" && strings.Count(text, from) != 1 {
		t.Fatalf("%q is not in %s once:\n%s", from, file, text)
	}
	u.Changes[i].New = []byte(strings.Replace(text, from, to, 1))
}

// TestProveMissingImage loses the final image, and makes another one.
func TestProveMissingImage(t *testing.T) {
	b := open(t)
	u := unit(t, repository)
	replaceIn(t, u, "build.sh", "proof:latest", "proof:other")
	expect(t, b.prove(t, u, 1), proof.Differs,
		`only the old way leaves the image "example/proof:latest"`, `only the new way leaves the image "example/proof:other"`)
}

// TestProveIrreproducible builds what is another image each time: contents, a label
// and the name of a file.
func TestProveIrreproducible(t *testing.T) {
	b := open(t)
	files := with(map[string]string{
		"Dockerfile": repository["Dockerfile"] + "USER root\nARG NOW\nLABEL now=$NOW\n" +
			"RUN head -c 9 /dev/urandom >/stamp && mkdir /dir && mktemp /dir/XXXXXX\n",
		"build.sh": strings.Replace(repository["build.sh"], "latest .", "latest --build-arg NOW=$(cat /proc/sys/kernel/random/uuid) .", 1),
	})
	u := unit(t, files)
	// The owner of a file that varies, and a label beside one that varies, are
	// differences all the same.
	replaceIn(t, u, "Dockerfile", ">/stamp", ">/stamp && chmod 600 /stamp")
	replaceIn(t, u, "Dockerfile", "now=$NOW", "now=$NOW further=1")
	expect(t, b.prove(t, u, 2), proof.Differs,
		"differs in 2 places, ", " irreproducible places set aside", "/stamp  mode 0644 → 0600", "config: Labels", "/stamp  content")
}

// TestProveSlowNoise has a file that is the same in two old builds one after the
// other, and another one later, such as one with the date.
func TestProveSlowNoise(t *testing.T) {
	b := open(t)
	counter := filepath.Join(t.TempDir(), "counter")
	must(t, os.WriteFile(counter, []byte("0"), 0o600))
	files := with(map[string]string{
		"Dockerfile": repository["Dockerfile"] + "COPY stamp /stamp\n",
		"build.sh": strings.Replace(repository["build.sh"], "docker build",
			"n=$(cat "+counter+")\necho $((n + 1)) >"+counter+"\necho $((n / 2)) >stamp\ndocker build", 1),
		"stamp": "",
	})
	u := unit(t, repository)
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(u.Old, name), []byte(text), 0o644))
	}
	u.Changes = nil // the old way against itself
	expect(t, b.prove(t, u, 2), proof.Irreproduced, "/stamp  content")
}

// TestProveHeldBack runs a script that reaches out of the machine and to what is
// not its own.
func TestProveHeldBack(t *testing.T) {
	b := open(t)
	const foreign = "example/proof-foreign:1"
	must(t, second(b.Docker("tag", base, foreign)))
	t.Cleanup(func() { must(t, second(b.Docker("image", "rm", foreign))) })
	must(t, second(b.Docker("create", "--name", "proof-foreign", base)))
	t.Cleanup(func() { must(t, second(b.Docker("rm", "-f", "proof-foreign"))) })
	var err error
	b.before, err = b.Census()
	must(t, err)

	p := b.prove(t, unit(t, with(map[string]string{"build.sh": repository["build.sh"] + `
echo secret | docker login --username me --password-stdin registry.example.com
docker push example/proof:latest
docker tag example/proof:latest registry.example.com/proof:1
docker image push registry.example.com/proof:1
docker rm -f proof-foreign
docker rmi -f ` + foreign + `
docker rmi -f $(docker images -q ` + base + `)
docker system prune -af
docker container prune -f
docker tag example/proof:latest ` + foreign + `
`})), 1)
	expect(t, p, proof.Same,
		"image example/proof:latest: same", "image registry.example.com/proof:1: same", "image "+foreign+": same",
		"held back: docker login --username me --password-stdin registry.example.com (it leaves the machine)",
		"held back: docker push example/proof:latest (it leaves the machine)",
		"held back: docker image push registry.example.com/proof:1",
		"held back: docker rm proof-foreign (the script did not make the container)",
		"held back: docker rmi "+foreign,
		"held back: docker system prune -af", "held back: docker container prune -f")
	names, err := b.Docker("image", "inspect", "--format", "{{.Id}}", base, foreign)
	must(t, err)
	if ids := strings.Fields(names); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("the images of the machine are %q now", ids)
	}
}

func second(_ string, err error) error { return err }

// TestProveEffects loses a push on the way.
func TestProveEffects(t *testing.T) {
	b := open(t)
	u := unit(t, with(map[string]string{"build.sh": repository["build.sh"] + "docker push example/proof:latest\n"}))
	replaceIn(t, u, "build.sh", "docker push", "true")
	expect(t, b.prove(t, u, 1), proof.Differs, `only the old way would run "docker push example/proof:latest"`)
}

// TestProveNames uses the private names in all the ways that scripts use names.
func TestProveNames(t *testing.T) {
	b := open(t)
	for _, builder := range b.Builders() {
		t.Run(string(builder), func(t *testing.T) {
			use(t, builder)
			p := b.prove(t, unit(t, with(map[string]string{
				"Dockerfile.base": "FROM " + base + "\nRUN echo base >/etc/from-base\n",
				"Dockerfile":      "ARG BASE=none\nFROM ${BASE}\n" + strings.TrimPrefix(repository["Dockerfile"], "FROM "+base+"\n"),
				"build.sh": `#!/bin/sh -e
docker build -q -t example/proof-base:own -f Dockerfile.base . >/dev/null
[ "$(docker images --format '{{.Repository}}:{{.Tag}}' example/proof-base:own)" = example/proof-base:own ]
docker network create proof-net
docker run -d --name proof-server --network proof-net ` + base + ` sleep 1000
docker run --rm --network proof-net ` + base + ` nslookup proof-server
[ "$(docker ps -q --filter name=^/proof-server$ | wc -l)" = 1 ]
docker ps --format '{{.Names}}' | grep -qx proof-server
docker volume create proof-volume
docker run --rm -v proof-volume:/v ` + base + ` touch /v/file
docker run --rm -v proof-volume:/v ` + base + ` test -e /v/file
docker build -t example/proof:build -f Dockerfile.build .
docker create --name proof example/proof:build
docker cp proof:/src/app out
docker rm proof
docker build --build-arg BASE=example/proof-base:own -t example/proof:latest .
docker rm -f proof-server
`})), 1)
			expect(t, p, proof.Same, "image example/proof:latest: same", "image example/proof-base:own: same")
		})
	}
}

// TestProveFailures have a build that fails, and scripts that go around the front.
func TestProveFailures(t *testing.T) {
	b := open(t)
	script := repository["build.sh"]
	for _, tt := range []struct {
		name  string
		files map[string]string
		words []string
	}{
		{"a step fails", map[string]string{"Dockerfile.build": repository["Dockerfile.build"] + "RUN echo reason; false\n"},
			[]string{`the old way: "docker build -t example/proof:build -f Dockerfile.build ." exits with status 1`, "reason"}},
		{"the script fails", map[string]string{"build.sh": script + "echo reason\nexit 3\n"},
			[]string{"the old way: the script exits with status 3", "reason"}},
		{"another engine by variable", map[string]string{"build.sh": script + "DOCKER_HOST=tcp://localhost:1 docker ps\n"},
			[]string{`the script sets DOCKER_HOST to "tcp://localhost:1"`}},
		{"another engine by flag", map[string]string{"build.sh": script + "docker -H tcp://localhost:1 ps || true\n"},
			[]string{"the command chooses the engine with --host"}},
		{"the engine's socket", map[string]string{"build.sh": script + "docker run --rm -v /var/run/docker.sock:/s " + base + " true\n"},
			[]string{"the container would command the engine"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := unit(t, repository)
			for name, text := range tt.files {
				must(t, os.WriteFile(filepath.Join(u.Old, name), []byte(text), 0o644))
			}
			u.Changes = nil
			expect(t, b.prove(t, u, 1), proof.Failed, tt.words...)
		})
	}
}

// TestProveAround calls docker without PATH.
func TestProveAround(t *testing.T) {
	b := open(t)
	u := unit(t, repository)
	must(t, os.WriteFile(filepath.Join(u.Old, "build.sh"), []byte("#!/bin/sh -e\nPATH=/usr/local/bin:/usr/bin:/bin\n"+strings.TrimPrefix(repository["build.sh"], "#!/bin/sh -e\n")), 0o644))
	u.Changes = nil
	p := b.prove(t, u, 1)
	expect(t, p, proof.Failed, "only-the-docker-on-PATH-is-let-through")
}

// TestProveInterrupted ends the proof while a step of a build runs, while a
// container runs, and while the script does something else.
func TestProveInterrupted(t *testing.T) {
	b := open(t)
	for _, builder := range b.Builders() {
		for name, files := range map[string]map[string]string{
			"step":      {"Dockerfile": repository["Dockerfile"] + "RUN sleep 1000\n"},
			"container": {"build.sh": repository["build.sh"] + "docker run --name proof-run -v proof-v:/v " + base + " sleep 1000\n"},
			"script":    {"build.sh": repository["build.sh"] + "sleep 1000\n"},
		} {
			t.Run(string(builder)+"/"+name, func(t *testing.T) {
				use(t, builder)
				b.interrupt(t, files)
			})
		}
	}
}

// interrupt proves the repository with other files, and ends this when the last
// command of the script has had a second.
func (b *bench) interrupt(t *testing.T, files map[string]string) {
	mark := filepath.Join(t.TempDir(), "mark")
	u := unit(t, repository)
	for name, text := range with(files) {
		if name == "build.sh" {
			lines := strings.SplitAfter(text, "\n")
			text = strings.Join(slices.Insert(lines, len(lines)-2, "touch "+mark+"\n"), "")
		}
		must(t, os.WriteFile(filepath.Join(u.Old, name), []byte(text), 0o644))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var ended time.Time
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(mark); err == nil {
				time.Sleep(time.Second)
				ended = time.Now()
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	defer cancel()
	_, err := b.try(t, ctx, u, 1)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the proof ended with %v, want that it was interrupted", err)
	}
	if took := time.Since(ended); took > 12*time.Second {
		t.Errorf("took %v to end", took)
	}
	volumes, err := b.Docker("volume", "ls", "-q", "--filter", "name=proof-v")
	if err != nil || volumes != "" {
		t.Errorf("volumes are left: %q (%v)", volumes, err)
	}
}
