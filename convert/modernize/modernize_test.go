package modernize

import (
	"slices"
	"testing"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// lone is the input of a Dockerfile all of whose stages but the last are builders,
// and of whose context nothing is known.
func lone(f *dockerfile.File, mode Mode) Input {
	in := Input{
		Text: edit.NewText(f.Path, f.Source), File: f, Final: f.Stages[len(f.Stages)-1], Mode: mode,
		Origin:  func(int, int) finding.Range { return finding.Range{} },
		Context: Context{Touched: func(string) bool { return true }},
	}
	for i := range len(f.Stages) - 1 {
		in.Builders = append(in.Builders, i)
	}
	return in
}

func parse(t *testing.T, text string) *dockerfile.File {
	t.Helper()
	f, findings := dockerfile.Parse("Dockerfile", []byte(text))
	if f == nil {
		t.Fatal(findings)
	}
	return f
}

// TestBoundaries: where a chain can end.
func TestBoundaries(t *testing.T) {
	tests := []struct {
		run  string
		want []int // the parts behind which it ends
	}{
		{"go get a && go build", []int{0}},
		{"apk add a && apk add b && apk add c", []int{0, 1}},
		{"mkdir a && go build", nil},
		{"go build && mkdir a && ls", nil},
		{"go get a && cd b && go build && go vet", []int{0}},
		{"go get a && X=1 && go build", []int{0}},
		{"X=1 go get a && go build", []int{0}},
		{"go get ${X:=a} && go build -o $X", nil},
		{"go get $((X=1)) && go build", nil},
		{"f() { ls; } && go get a && go build", nil},
		{"go get a && . ./env && go build", []int{0}},
		{"go get a && $TOOL && go build", []int{0}},
		{"go get a & go build && go vet", nil},
		{"go get a && go build &", nil},
		{"(cd a && go get b) && go build", []int{0}},
		{"(serve &) && ./test && go build", []int{1}},
		{"! go vet && go build && go get a", nil},
		{"go get a && [ -f b ] && go build", []int{1}},
		{"go get $(./list) && ./check && go build", []int{1}},
		{"curl -fsS http://a | tar xz && go build", []int{0}},
		{"curl -fsS http://a | sh && ./b", nil},
		{"apt-get update && apt-get install -y a && go build", []int{1}},
		{"apt-get update && apt-get upgrade -y && apt-get install -y a && go build", []int{2}},
		{"apt-get update | cat && apt-get install -y a && go build", []int{1}},
		{"apk add a --virtual deps && go build && apk del deps && go get b", []int{2}},
		{"cargo build && go build", nil},
		{"npm ci && pip install a && npm prune", nil},
		{"npm ci && pip install a", []int{0}},
		{"git clone http://a b && make && go build", []int{1}},
		{"make && go build && make install", nil},
		{"make serve && ./test", nil},
		{"mvn package && go build", []int{0}},
		{"mvn tomcat:start && ./test", nil},
		{"go get a && echo $$ >b && go build", nil},
		{"go get a && echo $RANDOM >b && go build", nil},
		{"go get a && cat /dev/shm/a && go build", nil},
		{"go get a >/dev/null && go build 2>/dev/null", []int{0}},
		{"go get a && cd - && go build", nil},
		{"go get a && curl -o b http://b && chmod +x b && go build", []int{0, 2}},
		{"/usr/bin/git clone http://a && /opt/git && /opt/b", []int{0}},
		{"go get a # && go build", nil},
	}
	for _, tt := range tests {
		f := parse(t, "FROM golang:1\nRUN "+tt.run+"\n")
		in := f.Stages[0].Instructions[0]
		var got []int
		if c, _ := readChain(in, f.Stages[0].At(in, nil)); c != nil {
			got, _ = c.boundaries()
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: ends behind %v, want %v", tt.run, got, tt.want)
		}
	}
}

// TestSteps: which commands are known to read nothing of the context, and which are
// dependency steps.
func TestSteps(t *testing.T) {
	tests := []struct {
		base, run string
		known     bool
	}{
		{"golang:1.7.3", "go get -d -v golang.org/x/net/html", true},
		{"golang:1.7.3", "go get", false},
		{"golang:1.7.3", "go get ./...", false},
		{"golang:1.7.3", "go get golang.org/x/...", false},
		{"golang:1.7.3", "go get $PKG", false},
		{"golang", "go get golang.org/x/net/html", false},
		{"golang:1.12", "go get golang.org/x/net/html", false},
		{"example/golang:1.7", "go get golang.org/x/net/html", false},
		{"golang:1.20", "go install example.com/tool@latest", true},
		{"golang:1.20", "go install example.com/tool", false},
		{"golang:1.20", "GOFLAGS=-mod=mod go mod download", false},
		{"golang:1.20", "CGO_ENABLED=0 go mod download -x", true},
		{"golang:1.20", "go mod download example.com/a", false},
		{"alpine", "apk add --no-cache git>2.0 'make=1.0-r0'", false}, // writes a file
		{"alpine", "apk add --no-cache git 'make=1.0-r0'", true},
		{"alpine", "apk add -X ./repo git", false},
		{"alpine", "apk add ./a.apk", false},
		{"alpine", "apk add a.apk", false},
		{"debian", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -qqy gcc && rm -rf /var/lib/apt/lists/*", true},
		{"debian", "apt-get install -y ./a.deb", false},
		{"debian", "apt-get install -c apt.conf gcc", false},
		{"node", "npm install -g gulp @vue/cli@3.0.0", true},
		{"node", "npm install -g .", false},
		{"node", "npm install -g ./a.tgz", false},
		{"node", "npm install gulp", false},
		{"node", "npm ci --production", true},
		{"node", "npm ci --prefix app", false},
		{"python", "pip install flask==1.0", true},
		{"python", "pip install flask", false},
		{"python", "pip install -r a/requirements.txt", false},
		{"python", "pip install --target lib -r requirements.txt", false},
		{"python", "pip install -r requirements.txt", true},
		{"alpine", "curl -sSLo /usr/bin/a https://example.com/a", true},
		{"alpine", "curl -sSLO https://example.com/a", true},
		{"alpine", "curl -sSL https://example.com/a", false},
		{"alpine", "curl -o /missing/a https://example.com/a", false},
		{"alpine", "curl -K config -o /a https://example.com/a", false},
		{"alpine", "wget -q https://example.com/a.tgz", true},
		{"alpine", "wget -i list", false},
		{"alpine", "wget -qO /usr/bin/a https://example.com/a", true},
		{"alpine", "mkdir -p /out/bin dir", true},
		{"alpine", "mkdir /out/bin", false},
		{"alpine", "mkdir -m 700 /out", false},
		{"alpine", "cp a b", false},
		{"alpine", "apk add git || true", false},
	}
	for _, tt := range tests {
		f := parse(t, "FROM "+tt.base+"\nWORKDIR /src\nRUN "+tt.run+"\n")
		m := &modernizer{Input: lone(f, Portable)}
		if got := m.stepOf(f.Stages[0].Instructions[1]) != nil; got != tt.known {
			t.Errorf("FROM %s, %s: known is %v, want %v", tt.base, tt.run, got, tt.known)
		}
	}
}

// FuzzRun: whatever the Dockerfile, the result is one, with the same stages, and is
// left alone by a second run.
func FuzzRun(f *testing.F) {
	for _, text := range []string{
		"FROM golang:1.7\nWORKDIR /src\nCOPY . .\nRUN apk add a && go get b.c/d \\\n # why\n && cd /src && go build\nFROM scratch\nCOPY --from=0 /src /\n",
		"# escape=`\nFROM golang:1.20 AS b\r\nRUN go mod download && `\r\n go build\r\nFROM scratch\r\nCOPY --from=b / /\r\n",
		"FROM a\nrun --mount=type=cache,target=/a b && c\nRUN <<E\na && b\nE\nRUN [\"a\"]\n\nFROM b",
		"\ufeffFROM node:8\nENV CGO_ENABLED=0\nCOPY --chown=a [\"a\", \"/b/\"]\n\n# c\nRUN npm install -g a && go build\n\nFROM c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, _ := dockerfile.Parse("Dockerfile", []byte(text))
		if file == nil {
			return
		}
		once, _ := Run(lone(file, BuildKit))
		again, findings := dockerfile.Parse("Dockerfile", []byte(once.String()))
		if again == nil || len(again.Stages) != len(file.Stages) {
			t.Fatalf("no Dockerfile of %d stages: %v\n%s", len(file.Stages), findings, once.String())
		}
		if twice, _ := Run(lone(again, BuildKit)); twice.String() != once.String() {
			t.Errorf("the second run changes\n%s\nto\n%s", once.String(), twice.String())
		}
	})
}
