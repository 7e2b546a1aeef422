package plan

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// jobsOf are the jobs that containers of a node do, in their order: what docker run or
// docker start begins, and what docker exec does beside it.
func (p *planner) jobsOf(n *node, used []*shparse.Container) []*job {
	var jobs []*job
	for _, op := range p.way.Ops {
		switch a := op.Act.(type) {
		case *shparse.Create:
			if p.streamOf(a.Container) == nil && slices.Contains(used, a.Container) && !p.idle(n, a) {
				jobs = append(jobs, &job{node: n, op: op, run: waitedFor(a)})
			}
		case *shparse.Start:
			jobs = append(jobs, p.startJobs(n, op, a, used)...)
		case *shparse.Exec:
			if run, ok := runOf(a.Container); ok && slices.Contains(used, a.Container) && !p.looks(n, op, a) {
				jobs = append(jobs, &job{node: n, op: op, run: inside(run, a)})
			}
		}
	}
	return jobs
}

// waitedFor is a docker run without --detach: the script waits for a container that is
// not idle, or it would be taken to be.
func waitedFor(c *shparse.Create) *shparse.Create {
	if !c.Detached {
		return c
	}
	plain := without(c, "detach")
	plain.Detached = false
	return plain
}

// startJobs are the jobs of a docker start.
func (p *planner) startJobs(n *node, op *shparse.Op, s *shparse.Start, used []*shparse.Container) []*job {
	if s.Path[len(s.Path)-1] != "start" {
		return nil
	}
	var jobs []*job
	for _, ct := range s.Containers {
		c, ok := runOf(ct)
		if !ok || c.Run || !slices.Contains(used, ct) {
			continue
		}
		run := *c
		run.Run, run.Detached = true, s.Flag("attach") == nil && s.Flag("interactive") == nil
		if p.idle(n, &run) {
			p.moved[op] = true
			continue
		}
		jobs = append(jobs, &job{node: n, op: op, run: waitedFor(&run)})
	}
	return jobs
}

// waits reports whether the script waits for the end of a container's process.
func (p *planner) waits(c *shparse.Container) bool {
	return slices.ContainsFunc(p.way.Ops, func(op *shparse.Op) bool {
		s, ok := op.Act.(*shparse.Start)
		return ok && slices.Contains(s.Containers, c) && slices.Contains([]string{"wait", "attach"}, s.Path[len(s.Path)-1])
	})
}

// looks reports whether a docker exec does nothing to the files of its container.
func (p *planner) looks(n *node, op *shparse.Op, e *shparse.Exec) bool {
	argv, ok := knownWords(e.Argv)
	return ok && idleProcess(argv) && (op.Captured.File == "" || p.consumed(op))
}

// inside is a docker exec as a docker run in the same container would be.
func inside(run *shparse.Create, e *shparse.Exec) *shparse.Create {
	c := *run
	c.Argv, c.Run, c.Detached = e.Argv, true, false
	c.Flags = slices.DeleteFunc(slices.Clone(run.Flags), func(f shparse.Flag) bool {
		return slices.Contains([]string{"entrypoint", "detach", "interactive", "init"}, f.Name) ||
			(f.Name == "workdir" || f.Name == "user") && e.Flag(f.Name) != nil
	})
	c.Flags = append(c.Flags, e.Flags...)
	c.Flags = append(c.Flags, shparse.Flag{Name: "entrypoint"})
	return &c
}

// checkOrder refuses a job behind a copy out of its container: that copy would see what
// the job did.
func (p *planner) checkJobOrder(j *job) bool {
	for _, op := range p.way.Ops {
		if op.Seq < j.op.Seq && p.takesFrom(op, j.run.Container) {
			p.say(finding.New("SF206", j.op.Range, "%q does work in the container behind a copy out of it", shortName(j.op)))
			return false
		}
	}
	return true
}

// takesFrom reports whether an operation brings files out of a container.
func (p *planner) takesFrom(op *shparse.Op, c *shparse.Container) bool {
	switch a := op.Act.(type) {
	case *shparse.Copy:
		return a.Container == c && !a.Into
	case *shparse.Exec:
		return a.Container == c && p.consumed(op)
	}
	return false
}

// checkJobFlags refuses settings of a container that a RUN does not have.
func (p *planner) checkJobFlags(j *job) bool {
	for _, fl := range j.run.Flags {
		text, known := fl.Value.Known()
		switch {
		case slices.Contains(plainRunFlags, fl.Name):
		case fl.Name == "interactive" && j.isExec() && len(j.run.Argv) > 0 && !slices.Contains(shells, j.run.Argv[len(j.run.Argv)-1].String()):
			p.say(finding.New("SF234", fl.Range, "%q is taken to read no input", commandOf(j)))
		case fl.Name == "user" && known && p.runsAs(j.node, text):
		default:
			p.say(finding.New("SF206", fl.Range, "%q does work in the container, with --%s", shortName(j.op), fl.Name))
			return false
		}
	}
	return true
}

func (j *job) isExec() bool {
	_, ok := j.op.Act.(*shparse.Exec)
	return ok
}

// runsAs reports whether a RUN at the end of the node's stage runs as a user.
func (p *planner) runsAs(n *node, user string) bool {
	end := n.part.Stage.At(nil, n.part.Args)
	if end.UserSet {
		return end.User == user || rootUser(end.User) && rootUser(user)
	}
	return rootUser(user) && has(n.outerBase(), runsAsRoot)
}

// idleProcess reports whether a process is known to leave the files of its container
// alone.
func idleProcess(argv []string) bool {
	if len(argv) == 3 && slices.Contains(shells, argv[0]) && argv[1] == "-c" && plainWords.MatchString(argv[2]) {
		argv = strings.Fields(argv[2])
	}
	return len(argv) > 0 && (slices.Contains(idleCommands, argv[0]) || packs(argv))
}

var plainWords = pattern(`^[A-Za-z0-9_./: -]+$`)

// refused reports whether a finding says already why the work of an operation can't
// move.
func (p *planner) refused(op *shparse.Op) bool {
	return slices.ContainsFunc(p.findings, func(f finding.Finding) bool {
		return f.Code == "SF206" && f.Range.File == op.Range.File && f.Range.Start.Offset >= op.Range.Start.Offset && f.Range.End.Offset <= op.Range.End.Offset
	})
}
