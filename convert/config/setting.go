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
	Words []string // what it can be, where it is one of a few; not each command has all of them
}

// settings is the table of what can be set, in the order of the schema.
var settings = [...]Setting{
	{Name: "include", Kind: List, About: "below directories take only scripts that match one of these patterns, as in a .gitignore in the root of the repository"},
	{Name: "exclude", Kind: List, About: "leave out what matches one of these patterns"},
	{Name: "no-gitignore", Kind: Switch, About: "look at files that git ignores too"},
	{Name: "set", Kind: Pairs, About: "take environment variables to be set so"},
	{Name: "arg", Kind: List, About: "take these as the positional arguments of a script"},
	{Name: "dir", Kind: Path, About: "take scripts to be run from this directory"},
	{Name: "builder-file", Kind: Path, About: "take this as the builder Dockerfile, in runs on a single unit"},
	{Name: "runtime-file", Kind: Path, About: "take this as the runtime Dockerfile, in runs on a single unit"},
	{Name: "modernize", Kind: Text, About: "write the builder stages as one would today", Words: []string{"portable", "buildkit", "off"}},
	{Name: "modernize-skip", Kind: List, About: "leave out the changes that the findings of these codes speak of"},
	{Name: "format", Kind: Text, About: "print in this format, where the command has it",
		Words: []string{"text", "diff", "json", "sarif", "github", "markdown", "html"}},
	{Name: "color", Kind: Text, About: "when to colour the output", Words: []string{"auto", "always", "never"}},
	{Name: "quiet", Kind: Switch, About: "no notes and no totals on standard error"},
	{Name: "verbose", Kind: Switch, About: "say on standard error what became of each script"},
	{Name: "jobs", Kind: Number, About: "work on so many scripts at a time"},
	{Name: "repeat", Kind: Number, About: "verify: build the old way so many times"},
	{Name: "ignore-path", Kind: List, About: "verify: set paths of the images aside that match one of these globs"},
	{Name: "builder", Kind: Text, About: "verify: build with the buildx builder of this name"},
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
