package config

import "slices"

// Name is the name of the file.
const Name = ".stagefold.yaml"

// A Kind is what a setting takes.
type Kind string

// The kinds.
const (
	Text   Kind = "text"   // a word
	Path   Kind = "path"   // of a file or directory, as seen from the directory of the file
	Switch Kind = "switch" // true or false
	Number Kind = "number" // above 0
	List   Kind = "list"   // of words, or one
	Pairs  Kind = "pairs"  // names with values, or a list of NAME=VALUE
)

// A Setting is a key of the file, and the flag of the same name.
type Setting struct {
	Name  string
	Kind  Kind
	About string
}

// settings is the table of what can be set, in the order of the schema.
var settings = [...]Setting{
	{"include", List, "below directories take only scripts that match one of these patterns, as in a .gitignore in the root of the repository"},
	{"exclude", List, "leave out what matches one of these patterns"},
	{"no-gitignore", Switch, "look at files that git ignores too"},
	{"set", Pairs, "take environment variables to be set so"},
	{"arg", List, "take these as the positional arguments of a script"},
	{"dir", Path, "take scripts to be run from this directory"},
	{"builder-file", Path, "take this as the builder Dockerfile, in runs on a single unit"},
	{"runtime-file", Path, "take this as the runtime Dockerfile, in runs on a single unit"},
	{"modernize", Text, "write the builder stages as one would today"},
	{"modernize-skip", List, "leave out the changes that the findings of these codes speak of"},
	{"format", Text, "print in this format, where the command has it"},
	{"color", Text, "when to colour the output"},
	{"quiet", Switch, "no notes and no totals on standard error"},
	{"verbose", Switch, "say on standard error what became of each script"},
	{"jobs", Number, "work on so many scripts at a time"},
	{"repeat", Number, "verify: build the old way so many times"},
	{"ignore-path", List, "verify: set paths of the images aside that match one of these globs"},
	{"builder", Text, "verify: build with the buildx builder of this name"},
}

// commands are those that have a section of their own.
var commands = [...]string{"convert", "scan", "check", "verify", "explain"}

// Settings returns what can be set.
func Settings() []Setting { return slices.Clone(settings[:]) }

// Commands returns the names of the sections.
func Commands() []string { return slices.Clone(commands[:]) }

// Lookup returns the setting of a name.
func Lookup(name string) (Setting, bool) {
	i := slices.IndexFunc(settings[:], func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return settings[i], true
}
