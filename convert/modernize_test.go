package convert_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/modernize"
)

// TestModernize converts each case of testdata/modernize with the mode that the case
// names, compares text and findings, and then the images, as TestEquivalence does.
func TestModernize(t *testing.T) {
	cases := loadCases(t, "modernize")
	lab, missing := openLab(t)
	t.Run("cases", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.testModernized(t)
				c.testConversion(t)
				if c.modernized(t) {
					c.testBuilders(t, lab, missing)
				}
			})
		}
	})
}

// modernized reports whether anything is modernized. Where nothing is, the text is
// that of a conversion as TestEquivalence builds it, and takes no engine.
func (c *testCase) modernized(t *testing.T) bool {
	faithful := c.options()
	faithful.Modernize = modernize.Off
	a, b := convert.Convert(repository(t, c.unpack(t)), faithful), convert.Convert(repository(t, c.unpack(t)), c.options())
	return textOf(a, a.Dockerfile) != textOf(b, b.Dockerfile)
}

// testModernized checks what a case says of the changes that are made.
func (c *testCase) testModernized(t *testing.T) {
	if _, ok := modes[c.get("modernize", "")]; !ok {
		t.Fatalf("the case names no mode: expected %q or %q", "modernize: portable", "modernize: buildkit")
	}
	result := convert.Convert(repository(t, c.unpack(t)), c.options())
	var got []string
	for _, f := range result.Findings {
		if strings.HasPrefix(string(f.Code), "SF5") {
			got = append(got, place(f))
		}
	}
	if *update {
		c.settings["finding"] = got
		c.archive.Comment = withFindings(c.archive.Comment, got)
	}
	if diff := cmp.Diff(c.all("finding"), got); diff != "" {
		t.Errorf("findings (-want +got):\n%s\n%v", diff, result.Findings)
	}
	c.testSkips(t, result)
}

// withFindings replaces the findings among the settings of a case.
func withFindings(comment []byte, findings []string) []byte {
	text := regexp.MustCompile(`(?m)^finding: .*\n`).ReplaceAllString(string(comment), "")
	for _, f := range findings {
		text += "finding: " + f + "\n"
	}
	return []byte(text)
}

// testSkips checks that each change can be switched off, and all of them together.
func (c *testCase) testSkips(t *testing.T, result *convert.Result) {
	var all []finding.Code
	for _, f := range result.Findings {
		if strings.HasPrefix(string(f.Code), "SF5") && !slices.Contains(all, f.Code) {
			all = append(all, f.Code)
		}
	}
	for _, code := range all {
		options := c.options()
		options.ModernizeSkip = append(options.ModernizeSkip, code)
		skipped := convert.Convert(repository(t, c.unpack(t)), options)
		if slices.ContainsFunc(skipped.Findings, func(f finding.Finding) bool { return f.Code == code }) {
			t.Errorf("%s is switched off and there: %v", code, skipped.Findings)
		}
	}
	faithful, skipping := c.options(), c.options()
	faithful.Modernize = modernize.Off
	for _, r := range finding.Rules() {
		skipping.ModernizeSkip = append(skipping.ModernizeSkip, r.Code)
	}
	want := convert.Convert(repository(t, c.unpack(t)), faithful)
	got := convert.Convert(repository(t, c.unpack(t)), skipping)
	if diff := cmp.Diff(textOf(want, want.Dockerfile), textOf(got, got.Dockerfile)); diff != "" {
		t.Errorf("with all changes switched off the text is not the faithful one (-faithful +got):\n%s", diff)
	}
}

// TestModernizeTwice: what modernizing has made, it leaves alone.
func TestModernizeTwice(t *testing.T) {
	for _, corpus := range []string{"modernize", "equivalence"} {
		for _, c := range loadCases(t, corpus) {
			options := c.options()
			options.Modernize = modernize.BuildKit
			dir := c.unpack(t)
			fsys := repository(t, dir)
			result := convert.Convert(fsys, options)
			name := result.Dockerfile
			first := result.DockerfileText // in a file, or in the script
			f, findings := dockerfile.Parse(name, []byte(first))
			if f == nil {
				t.Fatalf("%s: %v", c.name, findings)
			}
			var builders []int
			for i := range len(f.Stages) - 1 {
				builders = append(builders, i)
			}
			ignore, _ := dockerfile.ReadIgnore(fsys, ".", name)
			second, _ := modernize.Run(modernize.Input{
				Text: edit.NewText(name, []byte(first)), File: f, Final: f.Stages[len(f.Stages)-1], Builders: builders, Mode: options.Modernize, Skip: options.ModernizeSkip,
				Origin:  func(int, int) finding.Range { return finding.Range{} },
				Context: modernize.Context{FS: fsys, Dir: ".", Ignore: ignore, Touched: func(string) bool { return false }},
			})
			if diff := cmp.Diff(first, second.String()); diff != "" {
				t.Errorf("%s changes when it is modernized again (-first +second):\n%s", c.name, diff)
			}
		}
	}
}

// TestModernizeExample: the best-known builder becomes what its author published.
func TestModernizeExample(t *testing.T) {
	want, err := os.ReadFile("testdata/modernize/href-counter.Dockerfile")
	check(t, err)
	result := convert.Convert(os.DirFS("../examples/href-counter"), convert.Options{Script: "build.sh", Modernize: modernize.Portable})
	if diff := cmp.Diff(string(want), textOf(result, result.Dockerfile)); diff != "" {
		t.Errorf("Dockerfile (-want +got):\n%s", diff)
	}
	if result.Status != convert.Converted {
		t.Errorf("status is %v: %v", result.Status, result.Findings)
	}
}

// buildable reports whether a case is built with a builder: what it makes may need
// BuildKit, and one builder may do.
func (c *testCase) buildable(b dockertest.Builder) bool {
	if !*everyBuilder && c.get("builder", string(b)) != string(b) {
		return false
	}
	return c.get("modernize", "") != "buildkit" || b == dockertest.BuildKit
}

// TestModernizeKeepsImages: an image of a builder that is pushed is the same as
// before, so that nothing of its stage is rewritten.
func TestModernizeKeepsImages(t *testing.T) {
	const builder = "FROM golang:1.7.3\nWORKDIR /src\nCOPY app.go .\nRUN go get -d example.org/x && go build -o app .\n"
	const script = "docker build -t app-build -f Dockerfile.build .\n%sdocker create --name x app-build\n" +
		"docker cp x:/src/app app\ndocker rm x\ndocker build -t app .\nrm app\n"
	for push, want := range map[string]int{"": 2, "docker push app-build\n": 1} {
		fsys := fstest.MapFS{
			"build.sh":         {Data: fmt.Appendf(nil, script, push)},
			"Dockerfile.build": {Data: []byte(builder)},
			"Dockerfile":       {Data: []byte("FROM alpine:3\nCOPY app /usr/bin/\n")},
			"app.go":           {Data: []byte("package main\n")},
		}
		r := convert.Convert(fsys, convert.Options{Script: "build.sh", Modernize: modernize.BuildKit})
		text := r.Texts["Dockerfile"].String()
		if got := strings.Count(text, "RUN "); got != want {
			t.Errorf("with %q: %d RUNs, want %d:\n%s%v", push, got, want, text, r.Findings)
		}
		if push != "" && strings.Contains(text, "--mount") {
			t.Errorf("the stage of a pushed image has a mount:\n%s", text)
		}
	}
}
