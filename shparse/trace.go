package shparse

import (
	"io/fs"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Config says what to read and what is known from outside. FS and Path must be
// set; the zero value of the rest is useful.
type Config struct {
	FS   fs.FS  // the repository
	Path string // the script, slash-separated, relative to the root of FS

	// Args are the positional arguments, from $1 on. Where they are nil, and not
	// just empty, they are holes, and so is their number.
	Args []string

	// Env are the environment variables that are known. Others are holes where
	// the script doesn't set them.
	Env map[string]string

	// Dir is the directory that the script is called from, relative to the root
	// of FS, "." for the root. Empty means the directory that the script is in.
	Dir string

	// Goals are the targets that make is asked for, where Path is a Makefile; none
	// is its default goal. Of the file of a CI system they are the jobs that run, and
	// none stands for all. Defaults takes variables that only ?= sets to have that
	// value, and lists it.
	Goals    []string
	Defaults bool

	Limits Limits
}

// Limits bound the work. A zero field means the default in its comment. Past a
// bound the trace ends with a finding.
type Limits struct {
	FileSize int // bytes of one script: 1 MiB
	Steps    int // commands on all ways together: 100,000
	Ways     int // ways through the script: 256
	Depth    int // nested calls of functions and scripts: 100
	Words    int // words and bytes that one expansion yields: 1 MiB
}

// A Trace is what a script does.
type Trace struct {
	Path     string
	Ways     []*Way // none where Findings holds an error
	Findings []finding.Finding

	// Sources are the texts of the files read as script, by path: the script
	// itself and those it sources or calls. The recipes of a Makefile are a script
	// too (see Embedding).
	Sources map[string][]byte

	// Steps is how much work the trace was, as Limits.Steps counts it.
	Steps int

	// Hosts are the texts of the files that such scripts stand in, by path.
	Hosts map[string][]byte

	conf       Config   // what the trace was made of
	goals      []string // as in Config
	scripts    map[string]*script
	numbers    map[*syntax.Stmt]int // of the statements that run
	embeddings map[string]*Embedding
}

// A Way is one way through the script.
type Way struct {
	Conds []Cond // in the order in which they were met
	Ops   []*Op
	Files *Files // the host's files at the end
	Exit  Value  // the exit status

	reached reach
}

// A Cond is a condition that could not be decided, and the choice made.
type Cond struct {
	Text  string        // the condition as the author wrote it
	Range finding.Range // its place
	Taken bool          // whether it was taken to be true
	Holes []*Hole       // what it depends on
}

// An Op is a simple command that the script runs.
type Op struct {
	Seq    int             // position on its way, from 0
	Range  finding.Range   // from the first assignment or word to the last redirection
	Calls  []finding.Range // the function calls and sourced lines that led here, outermost first
	Dir    Value           // working directory relative to the root of the repository, "." for the root
	Assign []Assign        // assignments in front of the command
	Argv   []Arg
	Conds  []Cond // the undecided conditions on which it runs
	Files  *Files // the host's files before it
	Act    Action

	// Captured is the assignment or word whose $(...) or backquotes the command
	// runs in, the zero Range where it does not.
	Captured finding.Range
}

// An Assign is one NAME=VALUE in front of a command.
type Assign struct {
	Name  string
	Value Value
	Range finding.Range
}

// An Arg is one argument of a command after all expansions.
type Arg struct {
	Value
	Word     finding.Range // the word that it came from; "$@" and $LIST give several arguments one word
	MaySplit bool          // an unquoted hole may be no word or several in the real run
}

// An Action is what an Op does. It is one of the pointer types of this package:
// *Build, *Create, *Copy, *Exec, *Start, *RemoveContainer, *RemoveImage, *Tag,
// *Push, *Commit, *Export, *Docker, *Host or *Unknown.
type Action interface{ isAction() }

// Read says what the script at c.Path does. It never fails otherwise than by
// findings, and always ends.
func Read(c Config) *Trace {
	t := newTracer(c)
	t.read()
	t.trace.Steps = t.steps
	t.trace.Findings = finding.Sort(t.trace.Findings)
	if finding.Refused(t.trace.Findings) {
		t.trace.Ways = nil
	}
	return t.trace
}

// read follows the script.
func (t *tracer) read() {
	if name := t.conf.Path; IsMakefile(name) {
		t.explore((*run).openMake)
	} else if IsPipeline(name) {
		t.explore((*run).openPipeline)
	} else if sc, ok := t.load(name, finding.Range{}); ok {
		t.explore(func(*run) (*script, bool) { return sc, true })
	}
}
