package front

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/shparse"
)

// A line is a docker command line in a form that can be changed and put together
// again.
type line struct {
	name  string // the subcommand's first spelling
	group []flag // flags in front of the subcommand
	path  []string
	flags []flag
	args  []string
}

// A flag has its long name. One without a value has the value "true".
type flag struct{ name, value string }

func parseLine(words []string) (*line, error) {
	cmd, name, err := shparse.ParseDocker(words)
	if err != nil {
		return nil, err
	}
	l := &line{name: name, group: flagsOf(cmd.Global), path: cmd.Path, flags: flagsOf(cmd.Flags)}
	for _, a := range cmd.Args {
		l.args = append(l.args, a.String())
	}
	return l, nil
}

func flagsOf(from []shparse.Flag) []flag {
	var list []flag
	for _, f := range from {
		list = append(list, flag{f.Name, f.Value.String()})
	}
	return list
}

// words puts the line together, without the client.
func (l *line) words() []string {
	var words []string
	for _, f := range l.group {
		if f.name != "builder" { // it belongs behind buildx, and is a flag of its subcommands too
			words = append(words, f.word())
		}
	}
	words = append(words, l.path...)
	for _, f := range l.group {
		if f.name == "builder" {
			words = append(words, f.word())
		}
	}
	for _, f := range l.flags {
		words = append(words, f.word())
	}
	if len(l.args) > 0 && strings.HasPrefix(l.args[0], "-") && l.args[0] != "-" {
		words = append(words, "--")
	}
	return append(words, l.args...)
}

func (f flag) word() string { return "--" + f.name + "=" + f.value }

// values returns the values of the flags called name.
func (l *line) values(name string) []string {
	var list []string
	for _, f := range l.flags {
		if f.name == name {
			list = append(list, f.value)
		}
	}
	return list
}

// value returns the value of the last flag called name, or "".
func (l *line) value(name string) string {
	if list := l.values(name); len(list) > 0 {
		return list[len(list)-1]
	}
	return ""
}

// on reports whether a flag without a value is given.
func (l *line) on(name string) bool {
	v := l.value(name)
	return v != "" && !strings.ContainsAny(v[:1], "0fF")
}

func (l *line) add(name, value string) { l.flags = append(l.flags, flag{name, value}) }

// drop takes the flags called names out, and reports whether there were any.
func (l *line) drop(names ...string) bool {
	n := len(l.flags)
	l.flags = slices.DeleteFunc(l.flags, func(f flag) bool { return slices.Contains(names, f.name) })
	return len(l.flags) < n
}

// change replaces the value of each flag called name.
func (l *line) change(name string, by func(string) string) {
	for i := range l.flags {
		if l.flags[i].name == name {
			l.flags[i].value = by(l.flags[i].value)
		}
	}
}
