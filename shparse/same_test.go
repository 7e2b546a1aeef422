package shparse

import (
	"testing"
	"testing/fstest"
)

func TestSameAt(t *testing.T) {
	tests := []struct {
		words   string // of a build argument of the first of two builds
		between string // the commands between them
		want    Sameness
	}{
		{`V=1`, ``, Same},
		{`V=$V`, ``, Same},
		{`V=$V`, `V=2`, Differs},
		{`V=$((1 + 1))`, ``, Differs},
		{`V=$V`, `setv 2`, Differs},
		{`V=$V`, `setv 1`, Same},
		{`V=$V`, `(V=2)`, Same},
		{`V=$V`, `unset V`, Differs},
		{`V=$V`, `V=1`, Same},
		{`V=$V`, `[ -n "$CI" ] || V=2`, Differs},
		{`V=$V`, `: $((V++))`, Differs},
		{`V=$1`, ``, Same},
		{`V=$1`, `shift`, Differs},
		{`V=$1`, `set -- 2`, Differs},
		{`V=$1`, `[ -n "$1" ] || exit 1`, Same},
		{`V=$E`, `[ "$E" = x ] || exit 1`, Same},
		{`V=$E`, `E=2`, Differs},
		{`V=$E`, `set -u`, Differs},
		{`V=$E`, `declare -n r=E; r=2`, Differs},
		{`V=$E`, `for ((E = 1; E < 3; E++)); do :; done`, Differs},
		{`V=$V`, `set -e`, Same},
		{`V=$V`, `set -f`, Differs},
		{`V=${E:-d}`, `E=${E:-e}`, Differs},
		{`V=$RANDOM`, ``, Differs},
		{`V=$?`, ``, Differs},
		{`V=$PWD`, ``, Same},
		{`V=$PWD`, `cd sub`, Differs},
		{`V=$(basename $0)-$V`, `setv 2`, Differs},

		{`V=$(git rev-parse HEAD)`, `docker cp x:/app app`, Same},
		{"V=`git rev-parse HEAD`", ``, Same},
		{`V=$(git describe --tags --always 2>/dev/null || echo none)`, `mkdir -p out`, Same},
		{`V=$(git describe --dirty)`, ``, Differs},
		{`V=$(git status --porcelain | wc -l)`, ``, Differs},
		{`V=$(git log -1 --format=%cr)`, ``, Differs},
		{`V=$(git log --since=yesterday --oneline)`, ``, Differs},
		{`V=$(git rev-parse HEAD)`, `git commit -am x`, Differs},
		{`V=$(git rev-parse HEAD)`, `git fetch --tags`, Differs},
		{`V=$(git rev-parse HEAD)`, `./release.py`, Differs},
		{`V=$(git rev-parse HEAD)`, `docker run -v "$PWD":/w img`, Differs},
		{`V=$(git rev-parse HEAD)`, `cd sub`, Differs},
		{`V=$(git rev-parse HEAD)`, `rm -rf .git`, Differs},

		{`V=$(cat VERSION)`, `docker cp x:/app app`, Same},
		{`V=$(cat VERSION)`, `echo 2 >VERSION`, Differs},
		{`V=$(cat VERSION)`, `mv VERSION OLD`, Differs},
		{`V=$(cat VERSION)`, `docker cp x:/VERSION VERSION`, Differs},
		{`V=$(cat VERSION)`, `docker run -v "$PWD":/w img`, Differs},
		{`V=$(cat VERSION)`, `make`, Differs},
		{`V=$(cat /dev/urandom)`, ``, Differs},
		{`V=$(cat "$F")`, ``, Differs},
		{`V=$(<VERSION)`, ``, Differs},
		{`V=$(cat)`, ``, Differs},
		{`V=$(cat VERSION | tr -d v | cut -d. -f1)`, ``, Same},
		{`V=$(sed -n 's/^v//p' VERSION)`, ``, Same},
		{`V=$(sed 's/.*/date/e' VERSION)`, ``, Differs},
		{`V=$(awk '{print $1}' VERSION)`, ``, Same},
		{`V=$(awk 'BEGIN {srand(); print rand()}' VERSION)`, ``, Differs},
		{`V=$(sort -R VERSION | head -1)`, ``, Differs},
		{`V=$(tee OUT <VERSION)`, ``, Differs},
		{`V=$(echo x >OUT; cat VERSION)`, ``, Differs},

		{`V=$(id -u):$(id -g)`, ``, Same},
		{`V=$(basename "$(pwd)")`, ``, Same},
		{`V=$(date -u +%F)`, ``, Later},
		{`V=$(date)-$(git rev-parse --short HEAD)`, ``, Later},
		{`V=$(date)-$(./x.py)`, ``, Differs},
		{`V=$(mktemp)`, ``, Differs},
		{`V=$(uuidgen)`, ``, Differs},
		{`V=$(f)`, ``, Differs},
		{`V=$(docker images -q)`, ``, Differs},
		{`V=$(if true; then echo x; fi)`, ``, Differs},
		{`V=$(cat <(echo x))`, ``, Differs},
	}
	for _, test := range tests {
		repo := fstest.MapFS{
			"build.sh": {Mode: 0o755, Data: []byte("#!/bin/bash\nf() { echo x; }\nsetv() { V=$1; }\nV=1\nid=$(docker create --name x b)\n" +
				"docker build --build-arg \"" + test.words + "\" -t b -f Dockerfile.build .\n" + test.between + "\ndocker build -t a .\n")},
			"VERSION":   {Data: []byte("v1.2\n")},
			"sub/x":     {},
			".git/HEAD": {Data: []byte("ref: refs/heads/main\n")},
		}
		tr, builds := tracedBuilds(t, repo)
		flag := builds[0].Act.(*Build).Flag("build-arg")
		if got := tr.SameAt(*flag, builds[0], builds[1]); got != test.want {
			t.Errorf("%s, then %q: %d, want %d", test.words, test.between, got, test.want)
		}
	}
}

// tracedBuilds follows build.sh, and returns its builds in the order in which they run.
func tracedBuilds(t *testing.T, repo fstest.MapFS) (*Trace, []*Op) {
	t.Helper()
	tr := Read(Config{FS: repo, Path: "build.sh"})
	if len(tr.Ways) == 0 {
		t.Fatalf("%s\n%v", repo["build.sh"].Data, tr.Findings)
	}
	var builds []*Op
	for _, op := range tr.Ways[0].Ops {
		if _, ok := op.Act.(*Build); ok {
			builds = append(builds, op)
		}
	}
	return tr, builds
}

// The words of a command that runs more than once mean the same where its variables do.
func TestSameAtAgain(t *testing.T) {
	tests := []struct {
		script string
		a, b   int // builds, in the order in which they run
		want   Sameness
	}{
		{"for v in 1 2; do docker build --build-arg V=$v -t b .; docker build -t a .; done", 0, 1, Same},
		{"for v in 1 2; do docker build --build-arg V=$v -t b .; docker build -t a .; done", 2, 3, Same},
		{"for v in 1 2; do docker build --build-arg V=$v -t b .; docker build -t a .; done", 0, 3, Differs},
		{"one() { local v=$1; docker build --build-arg V=$v -t $v .; }; one 1; one 2", 0, 1, Differs},
		{"one() { docker build --build-arg V=$1 -t $1 .; }; one 1; one 2", 0, 1, Differs},
		{"one() { docker build --build-arg V=$1 -t b .; docker build -t a .; }; one 1; one 2", 2, 3, Same},
		{"V=2\none() { local V=1; docker build --build-arg V=$V -t b .; }; one; docker build -t a .", 0, 1, Differs},
		{"V=2\n(V=1; docker build --build-arg V=$V -t b .); docker build -t a .", 0, 1, Differs},
		{"IFS=,; docker build --build-arg V=$V -t b .; unset IFS; docker build -t a .", 0, 1, Same},
		{"V=1; IFS=,; docker build --build-arg V=$V -t b .; unset IFS; docker build -t a .", 0, 1, Differs},
		{"docker build --secret id=s,src=s.txt -t b .; cd sub; docker build -t a .", 0, 1, Differs},
		{"docker build --network host -t b .; cd sub; docker build -t a .", 0, 1, Same},
	}
	for _, test := range tests {
		repo := fstest.MapFS{"build.sh": {Mode: 0o755, Data: []byte("#!/bin/bash\n" + test.script + "\n")}, "sub/x": {}}
		tr, builds := tracedBuilds(t, repo)
		flag := builds[test.a].Act.(*Build).Flags[0]
		if got := tr.SameAt(flag, builds[test.a], builds[test.b]); got != test.want {
			t.Errorf("%s: %d, want %d", test.script, got, test.want)
		}
	}
}
