package scan

import (
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/shparse"
)

const whole = `docker build -t b -f Dockerfile.build .
docker create --name x b
docker cp x:/out/app app
docker rm x
docker build -t app .
`

// TestObscure has a unit beside a script that is refused before it is known which
// files it uses. Where its text speaks of them, neither is converted.
func TestObscure(t *testing.T) {
	for name, c := range map[string]struct {
		script, text string
		want         convert.Status
	}{
		"the name":              {"svc/other.sh", "if then\ndocker build -f Dockerfile.build .\ndocker cp x:/a a\n", convert.Refused},
		"a plain Dockerfile":    {"svc/other.sh", "if then\ndocker build .\ndocker cp x:/a a\n", convert.Refused},
		"a part of the name":    {"svc/other.sh", "if then\ndocker build -f Dockerfile.$1 .\ndocker cp x:/a a\n", convert.Refused},
		"from above":            {"other.sh", "if then\ndocker build svc\ndocker cp x:/a a\n", convert.Refused},
		"from below":            {"svc/x/other.sh", "if then\ncd ..; docker build .\ndocker cp x:/a a\n", convert.Refused},
		"another directory":     {"other/build.sh", "if then\ndocker build -f Dockerfile.build .\ndocker cp x:/a a\n", convert.Converted},
		"elsewhere, by its own": {"svc/x/other.sh", "if then\ndocker build .\ndocker cp x:/a a\n", convert.Converted},
		"no refusal":            {"svc/other.sh", "echo docker build, docker cp\n", convert.Converted},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{
				"svc/build.sh":         {Data: []byte(whole)},
				"svc/Dockerfile.build": {Data: []byte("FROM golang:1.7.3\nRUN go build -o /out/app\n")},
				"svc/Dockerfile":       {Data: []byte("FROM alpine\nCOPY app /\n")},
				c.script:               {Data: []byte(c.text)},
			}
			var jobs []Job
			for _, script := range []string{"svc/build.sh", c.script} {
				jobs = append(jobs, Job{FS: fsys, Options: convert.Options{Script: script, Mentions: NoMentions}})
			}
			units, err := Convert(t.Context(), jobs, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := Settle(units)[0].Status; got != c.want {
				t.Errorf("%s, want %s: %v", got, c.want, units[0].Findings)
			}
			// So it is where another shard has the other script.
			for i := 1; i <= 2; i++ {
				units, err := ConvertShard(t.Context(), jobs, Shard{i, 2}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range units {
					if u.Script == "svc/build.sh" && u.As != Builder && u.Status != c.want {
						t.Errorf("in the shard %d/2: %s, want %s", i, u.Status, c.want)
					}
				}
			}
		})
	}
}

// TestObscureMakefile has a Makefile of which one target is refused: what it uses in
// the others is not known.
func TestObscureMakefile(t *testing.T) {
	r := &convert.Result{
		Script: "Makefile", Status: convert.Refused, Trace: &shparse.Trace{Path: "Makefile",
			Hosts: map[string][]byte{"Makefile": []byte("a:\n\tdocker build -f Dockerfile.build .\n")},
		},
	}
	if h := listen(r); !h.speaksOf("Dockerfile.build") || h.speaksOf("svc/Dockerfile.build") {
		t.Errorf("the hearsay is %v", h)
	}
}
