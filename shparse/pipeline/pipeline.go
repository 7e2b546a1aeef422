package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Config says what to read.
type Config struct {
	FS   fs.FS
	Path string            // the file, relative to the root of FS
	Env  map[string]string // variables that are known; they win over those of the file
}

// A Pipeline is the file of a CI system.
type Pipeline struct {
	System   System
	Path     string
	Source   []byte
	Jobs     []*Job
	Findings []finding.Finding // errors, where the file could not be read

	doc *document
}

// A Job is what one machine does.
type Job struct {
	Name   string // unlike that of any other job of the file
	Range  finding.Range
	Shells []*Shell
	// Publishes is set where files are handed on to other jobs.
	Publishes bool
	// Findings say what of the job was not read.
	Findings []finding.Finding
}

// A Shell is one process that runs commands.
type Shell struct {
	Range   finding.Range // unlike that of any other shell of the job
	Items   []*Item
	Path    string // such as "/bin/bash"
	Options string // flags as set takes them
	Dir     Text   // relative to the root, or absolute; empty is the root
	Env     []Variable
	Ignore  bool // the job goes on when it fails
	Cond    *Condition
	// Image is the step that builds an image without a shell command; its text is a
	// command of that name.
	Image string
}

// An Item is a text that a shell runs, together with others as lines of one script.
type Item struct {
	Pieces []Piece
	scalar *scalar // where it may be edited, nil where not
	holder holder
}

// A Piece is a part of a text as the shell gets it.
type Piece struct {
	Text
	Range    finding.Range // what it stands for in the file
	Verbatim bool          // byte for byte the text of Range
}

// A Variable is one that a shell gets.
type Variable struct {
	Name  string
	Value Text
}

// A Condition is what a step hangs on.
type Condition struct {
	Text  string
	Range finding.Range
}

// A Text is literal text with holes. The zero Text is empty.
type Text []Part

// A Part is literal text, or a hole where Hole is not nil.
type Part struct {
	Lit  string
	Hole *Hole
}

// A Hole is text that only a run can tell.
type Hole struct {
	Kind  Kind
	Name  string // the variable, or the expression
	Range finding.Range
}

// A Kind says what a hole stands for.
type Kind uint8

// The kinds.
const (
	Outside    Kind = iota // a variable that the system sets, or nobody
	Expression             // what the system computes
	Root                   // the directory of the checkout
)

// Lit is text without holes.
func Lit(text string) Text {
	if text == "" {
		return nil
	}
	return Text{{Lit: text}}
}

// Known returns the text, and whether it has no holes.
func (t Text) Known() (string, bool) {
	var out strings.Builder
	for _, p := range t {
		if p.Hole != nil {
			return "", false
		}
		out.WriteString(p.Lit)
	}
	return out.String(), true
}

// String shows holes as ${NAME}.
func (t Text) String() string {
	var out strings.Builder
	for _, p := range t {
		if p.Hole != nil {
			out.WriteString("${" + p.Hole.Name + "}")
			continue
		}
		out.WriteString(p.Lit)
	}
	return out.String()
}

// maxSize bounds the bytes of a file, and maxItems the items of all its jobs
// together: aliases make many of few.
const (
	maxSize  = 1 << 20
	maxItems = 10_000
	maxDepth = 50
)

// Read reads a file. It never fails otherwise than by findings.
func Read(c Config) *Pipeline {
	p := &Pipeline{System: SystemOf(c.Path), Path: c.Path}
	whole := finding.Range{File: c.Path}
	src, err := fs.ReadFile(c.FS, c.Path)
	switch {
	case err != nil:
		p.say(finding.New("SF301", whole, "cannot read %q: %v", c.Path, cause(err)))
	case len(src) > maxSize:
		p.say(finding.New("SF302", whole, "%q has %d bytes; at most %d are read", c.Path, len(src), maxSize))
	default:
		p.Source = src
		p.parse(c)
	}
	return p
}

func cause(err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func (p *Pipeline) say(fs ...finding.Finding) { p.Findings = append(p.Findings, fs...) }

// Job returns the job of a name, or nil.
func (p *Pipeline) Job(name string) *Job {
	i := slices.IndexFunc(p.Jobs, func(j *Job) bool { return j.Name == name })
	if i < 0 {
		return nil
	}
	return p.Jobs[i]
}

// parse reads the text.
func (p *Pipeline) parse(c Config) {
	doc, f := newDocument(c.Path, p.Source, p.System)
	if f != nil {
		p.say(*f)
		return
	}
	p.doc = doc
	r := &reader{document: doc, out: p, env: c.Env}
	switch p.System {
	case GitLab:
		r.gitlab()
	case Travis:
		r.travis()
	case GitHub:
		r.github()
	case CircleCI:
		r.circle()
	case Drone:
		r.drone()
	case Azure:
		r.azure()
	case Jenkins:
		r.jenkins()
	}
	if r.items > maxItems {
		p.Jobs = nil
		p.say(finding.New("SF070", finding.Range{File: c.Path}, "the jobs have more than %d commands", maxItems))
	}
}

// A reader makes jobs of a document.
type reader struct {
	*document
	out   *Pipeline
	env   map[string]string
	items int
}

// job adds a job, with a name of its own.
func (r *reader) job(name string, at *yaml.Node) *Job {
	own := name
	for n := 2; r.out.Job(own) != nil; n++ {
		own = fmt.Sprintf("%s#%d", name, n)
	}
	j := &Job{Name: own, Range: r.rangeOf(at)}
	r.out.Jobs = append(r.out.Jobs, j)
	return j
}

// variables are those of all jobs, then those of the maps, the last one first in
// rank, and in front of all what is known from outside.
func (r *reader) variables(lists ...[]Variable) []Variable {
	vars := r.out.System.presets()
	for _, list := range lists {
		vars = append(vars, list...)
	}
	var out []Variable
	for i, v := range vars {
		if slices.ContainsFunc(vars[i+1:], func(o Variable) bool { return o.Name == v.Name }) {
			continue
		}
		if text, ok := r.env[v.Name]; ok {
			v.Value = Lit(text)
		}
		out = append(out, v)
	}
	return out
}

// outside is a variable that comes from outside under its own name.
func outside(name string) Text { return Text{{Hole: &Hole{Kind: Outside, Name: name}}} }

// notRead says that a part of a job was not read.
func (j *Job) notRead(at finding.Range, format string, args ...any) {
	j.Findings = append(j.Findings, finding.New("SF072", at, format, args...))
}
