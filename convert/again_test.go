package convert

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestCheckAgain damages what a conversion makes of a script, and expects that to be seen.
func TestCheckAgain(t *testing.T) {
	script := `#!/bin/bash
set -e
V=1
docker build --build-arg V=$V --label a=b -t app-build -f Dockerfile.build .
id=$(docker create app-build)
docker cp "$id":/out/app app
docker rm "$id"
docker build -t app:$V .
[ -z "$CI" ] || docker push app:$V
rm app other
./deploy.py app:$V
`
	tests := []struct{ old, new, want string }{
		{"", "", ""},
		{"#!/bin/bash\n", "#!/bin/bash\n# A comment.\n\n", ""},
		{"set -e", "echo begin; set -e", ""},
		{"V=1", "V=2", `"docker build Dockerfile --build-arg=V=1 --tag=app:1"`},
		{"--build-arg V=$V ", "", `"docker build Dockerfile --build-arg=V=1 --tag=app:1"`},
		{"-t app:$V", "-t app", `"docker build Dockerfile --build-arg=V=1 --tag=app:1"`},
		{"docker build", "docker build --no-cache", `"docker build Dockerfile --build-arg=V=1 --tag=app:1"`},
		{`[ -z "$CI" ] || `, "", `"rm other"`},
		{`[ -z "$CI" ]`, `[ -n "$CI" ]`, ""}, // the ways are the same
		{"docker push", "docker pull", `"docker push app:1"`},
		{"rm other", "rm app other", `"rm other"`},
		{"docker build", "docker build -f Dockerfile.build", "docker build Dockerfile --build-arg"},
		{"rm other\n", "", `"rm other"`},
		{"./deploy.py app:$V", "./deploy.py", `"./deploy.py app:1"`},
		{"./deploy.py", "rm app\n./deploy.py", `"./deploy.py app:1"`},
		{"./deploy.py app:$V", "./deploy.py app:$V\nexit 3", `"exit 0"`},
		{"docker build", "docker nothing; docker build", `"docker build`},
		{"set -e", "set -e; if", "can't be followed"},
	}
	for _, test := range tests {
		repo := fstest.MapFS{
			"build.sh":         {Data: []byte(script), Mode: 0o755},
			"deploy.py":        {Data: []byte("#!/usr/bin/python\n"), Mode: 0o755},
			"other":            {},
			"Dockerfile.build": {Data: []byte("FROM golang:1\nARG V\nRUN go build -o /out/app ./src\n")},
			"Dockerfile":       {Data: []byte("FROM alpine:3\nCOPY app /\n")},
		}
		c := newConverter(repo, Options{Script: "build.sh"})
		c.trace()
		c.plan()
		c.render()
		if c.refused() || len(c.changes) == 0 {
			t.Fatal(c.findings)
		}
		for i, ch := range c.changes {
			if ch.Path == "build.sh" {
				text := string(ch.New)
				if !strings.Contains(text, test.old) {
					t.Fatalf("no %q in\n%s", test.old, text)
				}
				c.changes[i].New = []byte(strings.Replace(text, test.old, test.new, 1))
			}
		}
		before := len(c.findings)
		c.checkAgain()
		got := ""
		for _, f := range c.findings[before:] {
			got += f.String()
		}
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%q for %q: %q, want %q", test.new, test.old, got, test.want)
		}
	}
}
