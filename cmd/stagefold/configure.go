package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/stagefold/stagefold/convert/config"
	"github.com/stagefold/stagefold/convert/tree"
)

const aboutSettings = `

Settings: the nearest .stagefold.yaml upwards from PATH, within the repository, gives
flags by their names ("exclude: [testdata/]"); "stagefold schema config" prints its
JSON Schema. A variable STAGEFOLD_NAME, where the list below has one, counts more than
the file, and a flag counts most.`

// maxConfig is the size in bytes up to which a configuration is read.
const maxConfig = 1 << 20

// configured makes a command read the configuration before it runs.
func configured(command *cli.Command) {
	if !slices.Contains(config.Commands(), command.Name) {
		return
	}
	command.Description += aboutSettings
	action := command.Action
	command.Action = func(c *cli.Context) error {
		if err := configure(c); err != nil {
			return err
		}
		return action(c)
	}
}

// configure sets the flags that neither the command line nor the environment gives,
// from the configuration around what the command is to look at.
func configure(c *cli.Context) error {
	f, dir, err := configOf(c)
	if f == nil || err != nil {
		return err
	}
	for _, v := range f.For(c.Command.Name) {
		own := f.Own(c.Command.Name, v)
		switch {
		case flagNamed(c.Command, v.Name) == nil && own:
			return f.ErrorAt(v, "%s has no setting %q", c.Command.Name, v.Name)
		case flagNamed(c.Command, v.Name) == nil, c.IsSet(v.Name), !own && othersWord(c.Command.Name, v):
			continue
		}
		if err := setFrom(c, v, dir); err != nil {
			return f.ErrorAt(v, "%v", err)
		}
	}
	return nil
}

// setFrom gives a flag the value of a configuration in dir.
func setFrom(c *cli.Context, v config.Value, dir string) error {
	for _, value := range v.Values {
		if v.Kind == config.Path {
			value = filepath.Join(dir, filepath.FromSlash(value))
		}
		if err := c.Set(v.Name, value); err != nil {
			return fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	c.App.Metadata[v.Name] = true
	return checkChoices(c)
}

// isConfigured reports whether a flag has its value from the configuration.
func isConfigured(c *cli.Context, name string) bool { return c.App.Metadata[name] != nil }

// othersWord reports whether a value for all commands is a word that only others
// have, such as a format.
func othersWord(command string, v config.Value) bool {
	own := flagWords(command, v.Name)
	if own == nil || slices.Contains(own, v.Values[0]) {
		return false
	}
	return slices.ContainsFunc(config.Commands(), func(o string) bool { return slices.Contains(flagWords(o, v.Name), v.Values[0]) })
}

// configOf returns the configuration for a command, and the directory that it is in,
// as seen from the current one; nil where there is none.
func configOf(c *cli.Context) (*config.File, string, error) {
	l, err := newLocator()
	if err != nil {
		return nil, "", err
	}
	defer l.close()
	found := map[string]bool{}
	var at string
	for _, dir := range lookedAt(c) {
		full, err := realDir(dir)
		if err != nil {
			continue // the command itself says so
		}
		at, err = nearestConfig(full)
		if err != nil {
			return nil, "", err
		}
		found[at] = true
	}
	switch {
	case len(found) > 1:
		return nil, "", usagef(c, "the paths have different %s files around them: expected paths with the same one", config.Name)
	case at == "":
		return nil, "", nil
	}
	f, err := readConfig(l, at)
	if err != nil {
		return nil, "", err
	}
	rel, err := filepath.Rel(l.cwd, at)
	return f, rel, err
}

// lookedAt are the directories that a command is to look at, or the parents of its
// files.
func lookedAt(c *cli.Context) []string {
	paths := pathsOf(c)
	switch {
	case c.String("script") != "":
		paths = []string{c.String("script")}
	case c.Bool("merge"), c.String("files-from") != "":
		paths = []string{"."}
	}
	var dirs []string
	for _, p := range paths {
		if info, err := os.Stat(p); err != nil || !info.IsDir() {
			p = filepath.Dir(p)
		}
		dirs = append(dirs, p)
	}
	return dirs
}

// nearestConfig returns the nearest directory from dir upwards, within the
// repository, that holds a configuration, or "".
func nearestConfig(dir string) (string, error) {
	for last := top(dir); ; dir = filepath.Dir(dir) {
		_, err := os.Lstat(filepath.Join(dir, config.Name))
		switch {
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		case dir == last:
			return "", nil
		}
	}
}

func readConfig(l *locator, dir string) (*config.File, error) {
	repo, err := l.repository(dir)
	if err != nil {
		return nil, err
	}
	rel, err := repo.relative(dir)
	if err != nil {
		return nil, err
	}
	name := path.Join(rel, config.Name)
	shown := repo.display(name)
	text, whole, err := tree.New(repo.root).ReadHead(name, maxConfig)
	if err == nil && !whole {
		err = fmt.Errorf("expected at most %d bytes", maxConfig)
	}
	if err != nil {
		return nil, fmt.Errorf("read the configuration %q: %w", shown, err)
	}
	return config.Parse(shown, text)
}
