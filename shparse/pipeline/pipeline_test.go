package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert/finding"
)

func read(name, text string) *Pipeline {
	return Read(Config{FS: fstest.MapFS{name: {Data: []byte(text)}}, Path: name, Env: map[string]string{"GIVEN": "given"}})
}

// describe writes what the jobs run, one shell after the other.
func describe(p *Pipeline) string {
	var out strings.Builder
	for _, f := range p.Findings {
		fmt.Fprintln(&out, f)
	}
	for _, j := range p.Jobs {
		fmt.Fprintf(&out, "job %s\n", j.Name)
		for _, f := range j.Findings {
			fmt.Fprintf(&out, "  %s [%d]\n", f.Message, f.Range.Start.Line)
		}
		for _, s := range j.Shells {
			fmt.Fprint(&out, describeShell(s))
		}
	}
	return out.String()
}

func describeShell(s *Shell) string {
	var out strings.Builder
	if s.Path != "" {
		fmt.Fprintf(&out, "  %s\n", strings.TrimSpace(s.Path+" "+s.Options))
	}
	if len(s.Dir) > 0 {
		fmt.Fprintf(&out, "    in %s\n", s.Dir)
	}
	if s.Cond != nil {
		fmt.Fprintf(&out, "    if %s\n", s.Cond.Text)
	}
	for _, v := range s.Env {
		isRoot := len(v.Value) == 1 && v.Value[0].Hole != nil && v.Value[0].Hole.Kind == Root
		if v.Name != "CI" && v.Name != "TF_BUILD" && !isRoot {
			fmt.Fprintf(&out, "    %s=%s\n", v.Name, v.Value)
		}
	}
	if s.Ignore {
		fmt.Fprintf(&out, "    goes on\n")
	}
	var text strings.Builder
	for _, p := range s.Script() {
		text.WriteString(p.Text.String())
	}
	for line := range strings.Lines(text.String()) {
		fmt.Fprintf(&out, "    | %s\n", strings.TrimRight(line, "\n"))
	}
	return out.String()
}

var readTests = []struct {
	name, file, text, want string
}{
	{"gitlab sections", ".gitlab-ci.yml", `
image: alpine:3
variables: {A: x, B: "$A-$CI_JOB_ID", GIVEN: file, N: {value: 1, description: a number}}
before_script: [one, "two 'x' \"y\""]
job:
  script:
    - three
    - >-
      four
      five
    - |
      six
      seven
  after_script: eight
  artifacts: {paths: [out/, "$A.tar"], reports: {junit: report.xml}}
.hidden: {script: no}
trigger: {trigger: other}
`, `
job job
  /bin/sh -e -o pipefail
    A=x
    B=x-${CI_JOB_ID}
    GIVEN=given
    N=1
    | one
    | two 'x' "y"
    | three
    | four five
    | six
    | seven
  /bin/sh -e -o pipefail
    A=x
    B=x-${CI_JOB_ID}
    GIVEN=given
    N=1
    goes on
    | eight
    | ci-artifacts out/ x.tar report.xml
job trigger
`},
	{"gitlab templates", ".gitlab-ci.yml", `
default: {before_script: [setup], image: {name: "golang:1"}}
.a: {script: [a], variables: {X: a, Y: a}}
.b: {script: &s [b], variables: {X: b}}
one:
  extends: [.a, .b]
  rules: [{if: $X, variables: {Y: z}}]
two:
  extends: .none
  before_script: []
  script: [[!reference [.a, script], [*s]], c, {d: e}]
  parallel: {matrix: [{Z: [1, 2]}]}
`, `
job one
  /bin/bash -e -o pipefail
    X=b
    Y=${Y}
    | setup
    | b
job two
  ".none" is extended, and not in this file [9]
  expected a command, found a mapping [11]
  /bin/bash -e -o pipefail
    Z=${Z}
    | a
    | b
    | c
`},
	{"gitlab included", ".gitlab-ci.yml", "include: x.yml\njob: {script: a}\n", `
job job
  what is included may give the job commands in front of its own [1]
  /bin/bash -e -o pipefail
    | a
`},
	{"travis phases", ".travis.yml", `
language: go
env:
  global: ["A=1 B='x y'", "C=$A", {secure: xyz}]
after_success: push
script: [build, test]
before_install: prepare
after_failure: never
deploy:
  - {provider: releases, file: [app, app.tar]}
  - {provider: script, script: bash deploy.sh}
cache: {directories: [vendor]}
`, `
job job
  /bin/bash
    A=1
    B=x y
    C=${C}
    | prepare
    | ci-go-install
    | build
    | test
    | push
    | ci-deploy-releases app app.tar
    | bash deploy.sh
    | ci-cache vendor
`},
	{"travis jobs", ".travis.yml", `
env: [X=1, X=2]
install: skip
script: build
jobs:
  include:
    - {name: lint, script: lint, env: X=3}
    - {stage: lint, script: more}
`, `
job job
  /bin/bash
    X=${X}
    | build
job lint
  /bin/bash
    X=3
    | lint
job lint#2
  /bin/bash
    X=${X}
    | more
`},
	{"github steps", ".github/workflows/x.yml", `
env: {A: 1, V: "${{ github.ref_name }}"}
defaults: {run: {shell: sh}}
jobs:
  one:
    env: {B: "${{ env.A }}2"}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-go@v5
      - run: echo ${{ env.B }} ${{ matrix.x }} ${{ github.workspace }}
        shell: bash
        working-directory: sub/${{ env.A }}
        continue-on-error: true
      - run: |
          one
          two
        env: {A: 3}
      - run: print(1)
        shell: python
      - run: three
        if: ${{ github.ref == 'x' }}
      - run: never
        if: failure()
      - uses: actions/upload-artifact@v4
        with: {name: x, path: "app\nout/*.tar\n!no"}
      - uses: docker/build-push-action@v5
      - uses: some/thing@v1
  two: {uses: ./.github/workflows/y.yml}
  three: {runs-on: windows-latest, steps: [{run: dir}]}
`, `
job one
  /bin/bash -e -o pipefail
    in sub/1
    A=1
    V=${github.ref_name}
    B=12
    goes on
    | echo 12 ${matrix.x} ${github.workspace}
  /bin/sh -e
    V=${github.ref_name}
    B=12
    A=3
    | one
    | two
    | ci-python
  /bin/sh -e
    if github.ref == 'x'
    A=1
    V=${github.ref_name}
    B=12
    | three
    | ci-upload-artifact app out/*.tar
    | ci-build-push-action
    | ci-thing
job three
  the job runs on Windows [29]
`},
	{"circle", ".circleci/config.yml", `
commands:
  greet: {steps: [{run: echo << parameters.who >>}]}
jobs:
  one:
    docker: [{image: x, environment: {A: 1}}]
    environment: {B: 2}
    steps:
      - checkout
      - setup_remote_docker: {version: 20}
      - greet: {who: you}
      - run: {command: "cat <<EOF\n$A\nEOF", environment: {B: 3}, working_directory: sub, shell: /bin/sh -e}
      - persist_to_workspace: {root: out, paths: [app]}
      - store_artifacts: {path: app}
      - docker/build: {image: x}
      - run: {command: cleanup, when: on_fail}
      - when: {condition: x, steps: [{run: y}]}
`, `
job one
  steps under a condition are not followed [17]
  /bin/bash -e -o pipefail
    A=1
    B=2
    | echo ${parameters.who}
  /bin/sh -e
    in sub
    A=1
    B=3
    | cat <<EOF
    | $A
    | EOF
    | ci-persist_to_workspace out/app
    | ci-store_artifacts app
    | ci-docker-build
    | ci-when
`},
	{"drone", ".drone.yml", `
kind: pipeline
name: first
environment: {A: 1}
steps:
  - name: one
    image: golang
    environment: {T: {from_secret: t}, B: 2}
    commands: ["a ${DRONE_TAG}", "b $${HOME} ${X:-y}"]
  - {name: two, image: plugins/docker}
  - {name: three, commands: [c], when: {event: tag}, failure: ignore, depends_on: [one]}
---
kind: secret
---
pipeline:
  old: {commands: [d]}
`, `
job first
  the steps do not run in the order in which they stand here [11]
  /bin/sh -e
    A=1
    B=2
    | a ${DRONE_TAG}
    | b ${HOME} ${X:-y}
    | ci-plugins-docker
  /bin/sh -e
    if the condition of the step three
    A=1
    goes on
    | c
job default
  /bin/sh -e
    | d
`},
	{"azure", "azure-pipelines.yml", `
variables: [{name: a.b, value: "x"}, {name: tag, value: "$(Build.BuildId)"}]
stages:
  - jobs:
    - job: one
      variables: {own: y}
      steps:
        - checkout: self
        - script: echo $(a.b) $(tag) $(pwd) ${{ parameters.x }} $(docker ps -q)
          workingDirectory: $(Build.SourcesDirectory)/sub
          env: {E: "$(own)"}
        - bash: two
          condition: eq(variables.x, 'y')
        - task: Docker@2
          inputs: {command: login}
        - task: Docker@2
        - publish: $(own)/out
        - template: x.yml
    - deployment: two
      strategy: {runOnce: {deploy: {steps: [{bash: three}]}}}
`, `
job one
  the step "template" is not followed [18]
  /bin/bash
    in ${Build.SourcesDirectory}/sub
    A_B=x
    TAG=${Build.BuildId}
    OWN=y
    E=y
    | echo x ${Build.BuildId} $(pwd) ${parameters.x} $(docker ps -q)
  /bin/bash
    if eq(variables.x, 'y')
    A_B=x
    TAG=${Build.BuildId}
    OWN=y
    | two
    | ci-Docker
    | ci-publish y/out
    | ci-template
job two
  /bin/bash
    A_B=x
    TAG=${Build.BuildId}
    | three
`},
	{"jenkins", "Jenkinsfile", `
// sh 'no'
/* sh 'no' */
node {
  echo "sh 'no'"
  sh 'one \'x\' $A'
  sh "two ${env.BUILD_NUMBER} \$B ${foo()}"
  sh '''
    three
  '''
  def x = sh(returnStdout: true, script: """four""").trim()
  push 'no'
}
`, `
job Jenkinsfile
  /bin/sh -e
    | one 'x' $A
  /bin/sh -e
    | two ${BUILD_NUMBER} $B ${foo()}
  /bin/sh -e
    | 
    |     three
    |   
  /bin/sh -e
    | four
`},
	{"no yaml", ".drone.yml", "a: [", ".drone.yml:1:1: error: the file is no YAML: line 1: did not find expected node content [SF070]\n"},
	{"separator", ".drone.yml", "a: b\u2028", ".drone.yml:1:5: error: expected plain text, found a line separator of Unicode [SF070]\n"},
	{"empty", ".travis.yml", "", ""},
}

func TestRead(t *testing.T) {
	for _, tt := range readTests {
		t.Run(tt.name, func(t *testing.T) {
			got := describe(read(tt.file, tt.text))
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSystemOf(t *testing.T) {
	for name, want := range map[string]System{
		".gitlab-ci.yml": GitLab, "ci/build.gitlab-ci.yml": GitLab, "sub/.travis.yml": Travis, ".drone.yaml": Drone,
		".circleci/config.yml": CircleCI, "config.yml": None, ".github/workflows/a.yaml": GitHub, "workflows/a.yml": None,
		".gitea/workflows/a.yml": GitHub, "azure-pipelines.release.yml": Azure, ".azure-pipelines/x.yml": Azure,
		"Jenkinsfile": Jenkins, "Jenkinsfile.release": Jenkins, "x.jenkinsfile": Jenkins, "docker-compose.yml": None,
	} {
		if got := SystemOf(name); got != want {
			t.Errorf("%s is of %v, want %v", name, got, want)
		}
	}
}

// TestPlaces checks that verbatim pieces are what the file has at their place.
func TestPlaces(t *testing.T) {
	for _, tt := range readTests {
		p := read(tt.file, tt.text)
		for _, j := range p.Jobs {
			for _, s := range j.Shells {
				checkPieces(t, p, s.Script())
			}
		}
	}
}

func checkPieces(t *testing.T, p *Pipeline, pieces []Piece) {
	t.Helper()
	for _, piece := range pieces {
		text, known := piece.Known()
		r := piece.Range
		if r.File != p.Path || r.Start.Offset > r.End.Offset || r.End.Offset > len(p.Source) {
			t.Fatalf("%q stands at %v", text, r)
		}
		if got := string(p.Source[r.Start.Offset:r.End.Offset]); piece.Verbatim && (!known || got != text) {
			t.Errorf("%s: the file has %q, the piece %q", r, got, text)
		}
	}
}

// A rewriteTest lets all lines go that have the word "gone", and puts "new" in the
// place of "old".
var rewriteTests = []struct {
	name, file, text, want string
}{
	{"items", ".gitlab-ci.yml", "j:\n  script:\n    # a\n    - gone   # b\n    # c\n    - stays\n    - 'gone too'\n\nk: {script: x}\n",
		"j:\n  script:\n    # a\n    # c\n    - stays\n\nk: {script: x}\n"},
	{"block", ".gitlab-ci.yml", "j:\n  script:\n    - |\n      gone\n        stays\n\n      gone\n    - |-\n      stays\n      gone\n",
		"j:\n  script:\n    - |\n        stays\n\n    - |-\n      stays\n"},
	{"whole block", ".gitlab-ci.yml", "j:\n  script:\n    - |\n      gone\n      gone\n    - stays\n", "j:\n  script:\n    - stays\n"},
	{"quoted", ".gitlab-ci.yml", "j:\n  script:\n    - \"old \\\"x\\\"\"\n    - 'old'\n", "j:\n  script:\n    - \"n\\\"e'w \\\"x\\\"\"\n    - 'n\"e''w'\n"},
	{"section", ".gitlab-ci.yml", "j:\n  before_script:\n    - gone\n    # left\n  script: x\n", "j:\n    # left\n  script: x\n"},
	{"section beside another", ".gitlab-ci.yml", "before_script: [a]\nj:\n  before_script:\n    - gone\n  script: x\n", "before_script: [a]\nj:\n  before_script: []\n  script: x\n"},
	{"no script", ".gitlab-ci.yml", "j:\n  script:\n    - gone\n", "SF071"},
	{"flow", ".gitlab-ci.yml", "j:\n  script: [gone, stays]\n", "SF071"},
	{"step", ".github/workflows/x.yml", "jobs:\n  j:\n    steps:\n      - name: x\n        run: |\n          gone\n        env: {A: [1]}\n\n      # y\n      - run: stays\n",
		"jobs:\n  j:\n    steps:\n\n      # y\n      - run: stays\n"},
	{"step with an id", ".github/workflows/x.yml", "jobs: {j: {steps: [{run: a}]}, k: {steps: [{id: x, run: gone}]}}\n", "SF071"},
	{"last step", ".circleci/config.yml", "jobs:\n  j:\n    steps:\n      - run: gone\n", "SF071"},
	{"phase", ".travis.yml", "language: c\nbefore_install:\n- gone\ninstall:\n- gone\nscript: x\n", "language: c\ninstall: true\nscript: x\n"},
	{"phase on a line", ".travis.yml", "after_script: gone\ninstall: gone\nscript: x\n", "install: true\nscript: x\n"},
	{"anchored", ".gitlab-ci.yml", "j:\n  script:\n    - &x gone\n    - stays\nk: {script: [*x]}\n", "SF071"},
	{"CRLF", ".travis.yml", "script:\r\n- gone\r\n- |\r\n  gone\r\n  stays\r\n", "script:\r\n- |\r\n  stays\r\n"},
}

func TestRewrite(t *testing.T) {
	for _, tt := range rewriteTests {
		t.Run(tt.name, func(t *testing.T) {
			got, findings := rewritten(t, read(tt.file, tt.text))
			for _, f := range findings {
				got = string(f.Code)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, findings)
			}
		})
	}
}

// TestCheck checks that a change of anything else is found.
func TestCheck(t *testing.T) {
	p := read(".gitlab-ci.yml", "# x\nj:\n  script:\n    - gone\n    - stays\n  tags: [a]\n")
	w := p.Rewrite(changesOf(p))
	for text, want := range map[string]bool{
		"j:\n  script:\n    - stays\n  tags: [a]\n":             true,
		"j:\n  script:\n    - stays\n  tags: [b]\n":             false,
		"j:\n  script:\n    - stays\n":                          false,
		"j:\n  script:\n    - gone\n    - stays\n":              false,
		"j:\n  script:\n    - stays\n  tags:\n    - a\n":        false,
		"j:\n  script:\n    - stays\n  tags: [a]\nk: {}\n":      false,
		"j:\n  script:\n    - stays\n  tags: [a]\n---\nk: {}\n": false,
		"j: [\n": false,
	} {
		if got := len(w.Check([]byte(text))) == 0; got != want {
			t.Errorf("%q is found to be the same: %t, want %t", text, got, want)
		}
	}
}

func TestBounds(t *testing.T) {
	for name, text := range map[string]string{
		"too big":  strings.Repeat("#", maxSize+1),
		"too many": "j:\n  script: [" + strings.Repeat("a,", maxItems+1) + "]\n",
		"aliases":  "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\nj: {script: [*d,*d,*d,*d,*d]}\n",
	} {
		if p := read(".gitlab-ci.yml", text); len(p.Jobs) > 0 || !finding.Refused(p.Findings) {
			t.Errorf("%s: %d jobs, %v", name, len(p.Jobs), p.Findings)
		}
	}
	loop := read(".gitlab-ci.yml", ".a: {extends: .b}\n.b: {extends: .a}\nj: {extends: .a, script: [!reference [j, script]]}\n")
	if len(loop.Jobs) != 1 {
		t.Errorf("the loop makes %d jobs", len(loop.Jobs))
	}
}
