package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/blueprint"
	"github.com/stagefold/stagefold/convert/write"
)

// planned are the flags of convert that decide what comes out of it. A plan records
// their values.
var planned = []string{
	"script", "builder-file", "runtime-file", modernizeFlag, "modernize-skip",
	"include", "exclude", "no-gitignore", "shard", "set", "arg", "dir",
}

// checkPlan refuses flags that a plan makes no sense with.
func checkPlan(c *cli.Context) error {
	if !c.IsSet("plan") {
		return nil
	}
	for _, name := range []string{"write", "dockerfile-only"} {
		if c.Bool(name) {
			return usagef(c, "--plan says what would be written: it does not go with --%s", name)
		}
	}
	return nil
}

// plan writes the file of --plan.
func (v *conversion) plan() error {
	if err := v.locator.checkHere(); err != nil {
		return err
	}
	b := blueprint.Blueprint{
		Format: blueprint.Format, Tool: version(), Dir: v.locator.here(),
		Paths: []string{}, Listed: v.listed, Settings: settingsOf(v.ctx), Outputs: outputsOf(v.ctx),
		Groups: blueprint.Groups(v.units, func(root string) string { return v.repos[root].display(".") }),
	}
	if v.listed == nil && !v.ctx.IsSet("script") {
		b.Paths = pathsOf(v.ctx)
	}
	var text bytes.Buffer
	if err := b.JSON(&text); err != nil {
		return err
	}
	return os.WriteFile(v.ctx.String("plan"), text.Bytes(), 0o666)
}

// settingsOf returns the values of the flags that were given and that decide what
// comes out.
func settingsOf(c *cli.Context) map[string][]string {
	settings := map[string][]string{}
	for _, name := range planned {
		f := flagNamed(c.Command, name)
		if f == nil || !c.IsSet(name) {
			continue
		}
		if _, ok := f.(*cli.StringSliceFlag); ok {
			settings[name] = c.StringSlice(name)
		} else if value := fmt.Sprint(c.Value(name)); value != "" {
			settings[name] = []string{value}
		}
	}
	if settings[modernizeFlag] == nil {
		delete(settings, "modernize-skip")
	}
	return settings
}

// outputsOf are the files that the run itself makes, as given.
func outputsOf(c *cli.Context) []string {
	var names []string
	for _, flag := range []string{"plan", "output"} {
		if name := c.String(flag); name != "" {
			names = append(names, filepath.ToSlash(name))
		}
	}
	return names
}

// An aside is a set of files that are no input of a conversion, by absolute path:
// what the run makes itself.
type aside []string

func newAside(names []string) (aside, error) {
	var all aside
	for _, name := range names {
		full, err := realFile(filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		all = append(all, full)
	}
	return all, nil
}

// in returns what reports the files that are aside in a repository, and those of git
// and of stagefold.
func (a aside) in(repo *repository) func(string) bool {
	return func(name string) bool {
		base := path.Base(name)
		return base == ".git" || base == ".stagefold" || strings.HasPrefix(base, write.Prefix) ||
			slices.Contains(a, filepath.Join(repo.dir, filepath.FromSlash(name)))
	}
}

// here is the current directory, as seen from the root of its repository.
func (l *locator) here() string {
	rel, err := filepath.Rel(top(l.cwd), l.cwd)
	if err != nil {
		return "." // both are absolute
	}
	return filepath.ToSlash(rel)
}

var errOutside = errors.New("a plan is for what lies in the repository of the current directory")

// checkHere refuses paths outside of the repository of the current directory: there
// a plan could not be found again.
func (l *locator) checkHere() error {
	base := top(l.cwd)
	for _, repo := range l.sorted() {
		rel, err := filepath.Rel(base, repo.dir)
		if err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("%q: %w", repo.display("."), errOutside)
		}
	}
	return nil
}
