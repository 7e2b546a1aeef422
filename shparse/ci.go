package shparse

import (
	"io/fs"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse/pipeline"
)

// IsPipeline reports whether the file at a path is that of a CI system, by its name.
func IsPipeline(name string) bool { return pipeline.SystemOf(name) != pipeline.None }

// PipelineDepth is how many directories below the root of its repository the file of a
// CI system lies, by its name.
func PipelineDepth(name string) int { return pipeline.SystemOf(name).Depth() }

// PipelineJobs returns the names of the jobs of a CI file, in order.
func PipelineJobs(fsys fs.FS, name string) []string {
	var names []string
	for _, j := range pipeline.Read(pipeline.Config{FS: fsys, Path: name}).Jobs {
		names = append(names, j.Name)
	}
	return names
}

// openPipeline makes the script of the jobs that the trace is of.
func (r *run) openPipeline() (*script, bool) {
	t := r.t
	if t.pipeline == nil {
		t.pipeline = pipeline.Read(pipeline.Config{FS: t.conf.FS, Path: t.conf.Path, Env: t.conf.Env})
		t.trace.Hosts[t.conf.Path] = t.pipeline.Source
	}
	for _, f := range t.pipeline.Findings {
		r.halted = true
		t.report(f)
	}
	name := t.conf.Path + ":" + strings.Join(t.conf.Goals, ",")
	// A step that fails ends the job, whatever its own shell does.
	c := EmbeddingConfig{Name: name, Options: "-e", Shell: "/bin/sh", Quote: quoteFor(t.pipeline.System)}
	for _, j := range t.jobs() {
		for _, f := range j.Findings {
			t.report(f)
		}
		for _, s := range j.Shells {
			if s.Cond == nil || r.decide(&question{text: s.Cond.Text, span: s.Cond.Range, key: "ci:" + s.Cond.Text}) {
				if s.Path == "/bin/bash" {
					c.Shell = s.Path
				}
				c.Passages = append(c.Passages, passageOf(s))
			}
		}
	}
	if r.halted {
		return nil, false
	}
	return t.embed(c)
}

// jobs are those that the trace is of.
func (t *tracer) jobs() []*pipeline.Job {
	if len(t.conf.Goals) == 0 {
		return t.pipeline.Jobs
	}
	var jobs []*pipeline.Job
	for _, name := range t.conf.Goals {
		j := t.pipeline.Job(name)
		if j == nil {
			t.report(finding.New("SF073", finding.Range{File: t.conf.Path}, "the file has no job %q", name))
			continue
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// quoteFor writes shell text as the file of a system has it.
func quoteFor(s pipeline.System) func(string) string {
	if s == pipeline.Drone {
		return func(text string) string { return strings.ReplaceAll(text, "${", "$${") }
	}
	return nil
}

// passageOf is what a shell of a job runs.
func passageOf(s *pipeline.Shell) Passage {
	p := Passage{Line: s.Range, Ignore: s.Ignore, Start: &ShellStart{Options: s.Options, Dir: pipelineValue(s.Dir), Env: map[string]Value{}}}
	for _, v := range s.Env {
		p.Start.Env[v.Name] = pipelineValue(v.Value)
	}
	for _, piece := range s.Script() {
		p.Pieces = append(p.Pieces, Piece{Value: pipelineValue(piece.Text), Range: piece.Range, Verbatim: piece.Verbatim})
	}
	return p
}

// pipelineValue is a text of a CI file as the trace has it.
func pipelineValue(t pipeline.Text) Value {
	var v Value
	for _, p := range t {
		if p.Hole == nil {
			v = append(v, Part{Lit: p.Lit})
			continue
		}
		v = append(v, Part{Hole: pipelineHole(p.Hole)})
	}
	return v.merged()
}

func pipelineHole(h *pipeline.Hole) *Hole {
	switch h.Kind {
	case pipeline.Root:
		return rootHole()
	case pipeline.Outside:
		return &Hole{Reason: Environment, Name: h.Name, Source: h.Range}
	}
	return &Hole{Reason: Computed, Name: h.Name, Source: h.Range, key: "ci:" + h.Name}
}
