package convert_test

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
)

var (
	randomUnits = flag.Int("random-units", 8, "how many random units TestRandomUnits converts")
	randomSeed  = flag.Int("random-seed", 1, "the seed of the first of them")
)

// TestRandomUnits converts units that a grammar gives, and runs the old and the new
// script of each against a real Docker Engine. A refusal is right by itself; too many
// of them would prove nothing.
func TestRandomUnits(t *testing.T) {
	lab, missing := openLab(t)
	var refused refusals
	t.Run("units", func(t *testing.T) {
		for seed := *randomSeed; seed < *randomSeed+*randomUnits; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				c, u := randomCase(seed)
				result := convert.Convert(repository(t, c.unpack(t)), c.options())
				if result.Status == convert.Refused {
					refused.add(result.Findings)
					return
				}
				if missing != nil {
					return
				}
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the unit:\n%s", txtar.Format(c.archive))
					}
				})
				builders := lab.Builders()
				tr := &trial{testCase: c, lab: lab, builder: builders[seed%len(builders)]}
				tr.runRandom(t, u, result)
			})
		}
	})
	refused.report(t, *randomUnits)
}

// randomCase draws a unit and makes a case of it.
func randomCase(seed int) (*testCase, *randomUnit) {
	name := fmt.Sprintf("random-%d", seed)
	u := rapid.Custom(func(t *rapid.T) *randomUnit { return drawUnit(t, name) }).Example(seed)
	a := new(txtar.Archive)
	for _, file := range sortedKeys(u.files) {
		a.Files = append(a.Files, txtar.File{Name: file, Data: []byte(u.files[file])})
	}
	settings := map[string][]string{"bases": {"golang:1 alpine:3"}}
	return &testCase{name: name, archive: a, settings: settings}, u
}

// runRandom compares what the old and the new script leave.
func (tr *trial) runRandom(t *testing.T, u *randomUnit, result *convert.Result) {
	tr.bases(t)
	t.Cleanup(func() { check(t, tr.lab.Clear(tr.namespace())) })
	tr.settings["compare"] = latest(append(slices.Clone(u.builders), u.finals...))
	before := tr.play(t, tr.unpack(t))
	check(t, tr.lab.Clear(tr.namespace()))

	dir := tr.unpack(t)
	apply(t, dir, result)
	tr.settings["compare"] = latest(append(stillBuilt(result, u), u.finals...))
	tr.settings["ignore"] = []string{strings.Join(swept(result, u.home), " ")}
	tr.compare(t, result, before, tr.play(t, dir))
}

var quoted = regexp.MustCompile(`"[^"]*"`)

// swept are the copies of changed files in an image, as the findings list them.
func swept(result *convert.Result, home string) []string {
	var list []string
	for _, f := range result.Findings {
		if f.Code != "SF222" {
			continue
		}
		for _, name := range quoted.FindAllString(f.Message, -1) {
			name = strings.Trim(name, `"`)
			list = append(list, "/all/"+strings.TrimPrefix(name, home+"/"), "/src/"+name, "/src/"+strings.TrimPrefix(name, "src/"))
		}
	}
	return list
}

// stillBuilt are the builders that the new script builds too, for another use.
func stillBuilt(result *convert.Result, u *randomUnit) []string {
	var list []string
	for _, change := range result.Changes {
		if change.Path != "build.sh" {
			continue
		}
		script := strings.ReplaceAll(string(change.New), "${NAME}", u.name)
		for _, tag := range u.builders {
			if strings.Contains(script, "-t "+tag+" ") || strings.Contains(script, "build "+tag+" ") {
				list = append(list, tag)
			}
		}
	}
	return list
}

// latest are images by their full names.
func latest(names []string) []string {
	var list []string
	for _, n := range names {
		list = append(list, n+":latest")
	}
	return list
}

// A refusals lists refusals by their message.
type refusals struct {
	mu   sync.Mutex
	list []string
}

func (c *refusals) add(findings []finding.Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range findings {
		if f.Severity == finding.Error {
			c.list = append(c.list, f.String())
			return
		}
	}
}

// report fails where most of the units were refused.
func (c *refusals) report(t *testing.T, of int) {
	slices.Sort(c.list)
	t.Logf("%d of %d units are refused:\n%s", len(c.list), of, strings.Join(c.list, "\n"))
	if 5*len(c.list) > 3*of {
		t.Error("the grammar gives too few units that convert")
	}
}
