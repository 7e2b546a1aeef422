package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A job is a docker run of a builder's image whose container files are copied
// out of: its work is not in the image and becomes a RUN at the end of the
// builder's stage (SEMANTICS: work done by docker run).
type job struct {
	node *node
	op   *shparse.Op
	run  *shparse.Create
}

// moveWork makes RUNs of the work that containers of the builders do.
func (p *planner) moveWork(nodes []*node) {
	for _, n := range nodes[:len(nodes)-1] {
		p.moveWorkOf(n)
	}
}

func (p *planner) moveWorkOf(n *node) {
	p.checkMounted(n)
	used := p.containersOf(n)
	jobs := p.jobsOf(n, used)
	switch {
	case len(jobs) == 0:
	case len(used) > 1 || p.carriersOf(n):
		p.say(finding.New("SF206", jobs[0].op.Range, "%q does work in one of several containers of %s that files are copied out of", shortName(jobs[0].op), n.part.File.Path))
	default:
		for _, j := range jobs {
			p.moveJob(j)
		}
	}
}

// carriersOf reports whether artifacts also come from containers of the node's image that
// only copy files into mounted directories: those are the image's own.
func (p *planner) carriersOf(n *node) bool {
	return slices.ContainsFunc(p.artifacts(), func(a artifact) bool { return a.from == n && p.copiesOut(a.file) })
}

// checkMounted looks at artifacts that come from a container of an image of which another
// container works in a mounted directory: they come out of a stage that has done that
// work now. Work that names one of them is refused.
func (p *planner) checkMounted(n *node) {
	for _, j := range n.jobs {
		if _, _, plain := p.carries(n, j.run); plain || !n.equipped {
			continue
		}
		text := commandLine(j.run)
		for _, a := range p.artifacts() {
			switch {
			case a.from != n, a.file.Container == j.run.Container, a.file.Mounted && !p.copiesOut(a.file):
			case strings.Contains(text, a.path):
				p.say(finding.New("SF206", j.op.Range, "%q works on %q in one of several containers of %s that files are copied out of", shortName(j.op), a.path, n.part.File.Path))
			default:
				p.say(finding.New("SF220", j.op.Range, "%q is taken not to change %q, which comes out of another container", shortName(j.op), a.path))
			}
		}
	}
}

// containersOf are the containers of the node's image that artifacts come from.
func (p *planner) containersOf(n *node) []*shparse.Container {
	return slices.DeleteFunc(p.containers(), func(c *shparse.Container) bool { return p.makerOf(c) != n || p.equipped(c) })
}

// idleCommands do nothing to the files of a container.
var idleCommands = []string{"true", "/bin/true", "echo", "/bin/echo", "sleep", "/bin/sleep", ":", "date", "ls", "pwd", "cat", "/bin/cat", "tail", "/usr/bin/tail"}

// shells end at once where they are given no command and no terminal.
var shells = []string{"sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash"}

// idle reports whether a container does nothing to its files: it is created only,
// or its process is known to do nothing.
func (p *planner) idle(n *node, c *shparse.Create) bool {
	if !c.Run {
		return true
	}
	if len(c.Mounts) > 0 {
		return false
	}
	argv, ok := p.processOf(n, c)
	switch {
	case !ok || len(argv) == 0:
		return false
	case len(argv) == 1 && slices.Contains(shells, argv[0]):
		return c.Flag("interactive") == nil || c.Detached
	case idleProcess(argv):
		return true
	}
	return c.Detached && p.assumeIdle(n, c, argv)
}

// assumeIdle says that a container that runs on while files are copied out of it is
// taken to leave them alone: nobody waits for what it does.
func (p *planner) assumeIdle(n *node, c *shparse.Create, argv []string) bool {
	waits := p.waits(c.Container)
	if !waits {
		p.say(finding.New("SF226", c.Args[0].Word, "%q, which runs on in the container, is taken to leave the files of the builder alone", strings.Join(argv, " ")))
	}
	return !waits
}

// packs reports whether an argv is a tar that makes an archive.
func packs(argv []string) bool {
	if len(argv) < 2 || path.Base(argv[0]) != "tar" {
		return false
	}
	mode := strings.TrimPrefix(argv[1], "-")
	return argv[1] == "--create" || !strings.HasPrefix(mode, "-") && strings.Contains(mode, "c") && !strings.Contains(argv[1], "=")
}

// processOf is what a container runs, where all of it is known and in exec form.
func (p *planner) processOf(n *node, c *shparse.Create) ([]string, bool) {
	entry, ok := p.entrypoint(n, c)
	if !ok {
		return nil, false
	}
	if len(c.Argv) > 0 || c.Flag("entrypoint") != nil {
		args, ok := knownWords(c.Argv)
		return append(entry, args...), ok
	}
	cmd := n.command()
	if cmd == nil {
		if len(entry) > 0 {
			return entry, true // an ENTRYPOINT resets the CMD of the base image
		}
		p.assumeBase(n, c, "start a shell")
		return []string{"sh"}, true
	}
	args, ok := cmd.Argv()
	return append(entry, args...), ok
}

// assumeBase says what is assumed of a base image that is not known, whose command
// a container runs.
func (p *planner) assumeBase(n *node, c *shparse.Create, what string) {
	base := n.outerBase()
	if !has(base, startsShell) {
		p.say(finding.New("SF226", c.Args[0].Word, "the base image %q is taken to %s", base.Image, what))
	}
}

// entrypoint is the exec form of the entrypoint of a container; false where it is
// not known or in shell form.
func (p *planner) entrypoint(n *node, c *shparse.Create) ([]string, bool) {
	if fl := c.Flag("entrypoint"); fl != nil {
		text, ok := fl.Value.Known()
		if text == "" {
			return nil, ok
		}
		return []string{text}, ok
	}
	if in := n.last("ENTRYPOINT"); in != nil {
		return in.Argv()
	}
	p.assumeBase(n, c, "have no ENTRYPOINT")
	return nil, true
}

// knownWords are the texts of arguments without holes.
func knownWords(args []shparse.Arg) ([]string, bool) {
	var words []string
	for _, a := range args {
		text, ok := a.Known()
		if !ok || a.MaySplit {
			return nil, false
		}
		words = append(words, text)
	}
	return words, true
}

// plainRunFlags are the flags of docker run that don't matter to what the process
// does to its files.
var plainRunFlags = []string{"name", "rm", "tty", "cidfile", "label", "detach-keys", "quiet", "sig-proxy", "attach", "log-driver",
	"pull", "platform", "entrypoint", "env", "workdir"}

// moveJob makes a RUN of one container's work, or says why it can't.
func (p *planner) moveJob(j *job) {
	if !p.checkJobOrder(j) || !p.checkJobFlags(j) {
		return
	}
	p.moved[j.op] = true
	for _, v := range j.node.part.Stage.At(nil, j.node.part.Args).Volumes {
		if p.takesBelow(j.node, v) {
			p.say(finding.New("SF206", j.op.Range, "%q writes into the volume %q, where a RUN has no lasting effect", shortName(j.op), v))
			return
		}
	}
	if len(j.run.Argv) == 0 && j.run.Flag("entrypoint") == nil && p.convertCommand(j) {
		return
	}
	argv, ok := p.processOf(j.node, j.run)
	if !ok {
		p.say(finding.New("SF206", j.op.Range, "%q does work in the container, and its command line is not fully known here", shortName(j.op)))
		return
	}
	text, ok := runLine(j, argv)
	if !ok {
		p.say(finding.New("SF206", j.op.Range, "%q does work in the container, with a setting that a RUN can't have", shortName(j.op)))
		return
	}
	if setcap.MatchString(text) {
		p.say(finding.New("SF215", j.op.Range, "setcap gives a file capabilities, which docker cp dropped and COPY --from keeps"))
	}
	j.node.part.Runs = append(j.node.part.Runs, Run{text, []finding.Range{j.op.Range}})
}

// takesBelow reports whether an artifact of the node lies below the directory.
func (p *planner) takesBelow(n *node, dir string) bool {
	for _, o := range p.nodes {
		for _, in := range o.takes {
			for _, it := range in.items {
				for _, a := range it.artifacts {
					if a.from == n && below(path.Clean(dir), a.path) {
						return true
					}
				}
			}
		}
	}
	return false
}

// convertCommand turns the CMD that does the work into a RUN, in its place, where
// nothing behind it changes what it runs in.
func (p *planner) convertCommand(j *job) bool {
	part := j.node.part
	cmd := lastOf(part.Stage, "CMD")
	if cmd == nil || cmd.Stage != part.Stage || j.node.last("ENTRYPOINT") != nil || j.run.Flag("env") != nil || j.run.Flag("workdir") != nil {
		return false
	}
	p.assumeBase(j.node, j.run, "have no ENTRYPOINT")
	behind := part.Stage.Instructions[slices.Index(part.Stage.Instructions, cmd)+1:]
	if slices.ContainsFunc(behind, func(in *dockerfile.Instruction) bool {
		return !slices.Contains([]string{"EXPOSE", "LABEL", "MAINTAINER", "STOPSIGNAL", "HEALTHCHECK", "ONBUILD"}, in.Keyword)
	}) {
		return false
	}
	run := "RUN"
	if part.File.Slice(cmd.KeywordRange) == "cmd" {
		run = "run"
	}
	part.replace(Replacement{Range: cmd.KeywordRange, Text: run})
	part.altered = true
	return true
}

var (
	plainWord = pattern(`^[A-Za-z0-9_./:=@%+,-]+$`)
	// quotable is what a shell, and RUN too, takes as it is in single quotes.
	quotable = pattern(`^[A-Za-z0-9_./:=@%+,;&|()*?${} "-]+$`)
	// plainScript is one line that RUN takes for nothing else: no JSON, no flag, no
	// here-document, no line that goes on. A job in the background would leave
	// behind what stands in front of it.
	plainScript = pattern(`^[^\s[#\\<` + "`" + `&-]([^\\<` + "`" + `&\n]|<[^<]|&&|>&|&>)*$`)
	plainEnv    = pattern(`^[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_./:@%+,-]*$`)
)

// runLine is what follows RUN for an argv: the shell form where a person would
// write it and it means the same, else the exec form.
func runLine(j *job, argv []string) (string, bool) {
	dir, env, ok := settings(j)
	if !ok {
		return "", false
	}
	text, ok := shellText(j.node, argv)
	switch {
	case !ok && dir+env == "":
		return dockerfile.JSON(argv), true
	case env != "" && isScript(argv):
		env = "export " + strings.TrimSuffix(env, " ") + " && "
	}
	return dir + env + text, ok
}

// settings are --workdir and --env as a shell writes them in front of a command.
func settings(j *job) (dir, env string, ok bool) {
	for _, fl := range j.run.Flags {
		text, known := fl.Value.Known()
		switch {
		case fl.Name == "workdir":
			if !known || !plainWord.MatchString(text) {
				return "", "", false
			}
			if end := j.node.part.Stage.At(nil, j.node.part.Args); !end.WorkdirKnown || end.Workdir != path.Clean(text) {
				dir = "cd " + text + " && "
			}
		case fl.Name == "env":
			if !known || !plainEnv.MatchString(text) {
				return "", "", false
			}
			env += text + " "
		}
	}
	return dir, env, true
}

// isScript reports whether an argv is a script for the default shell.
func isScript(argv []string) bool {
	return len(argv) == 3 && (argv[0] == "sh" || argv[0] == "/bin/sh") && argv[1] == "-c"
}

// shellText is an argv in shell form. It needs a shell in the image, which a RUN
// in shell form proves, and no SHELL.
func shellText(n *node, argv []string) (string, bool) {
	if !hasShell(n) {
		return "", false
	}
	if isScript(argv) && plainScript.MatchString(argv[2]) {
		return argv[2], true
	}
	words := slices.Clone(argv)
	for i, a := range words {
		switch {
		case plainWord.MatchString(a):
		case i == 0 || !quotable.MatchString(a):
			return "", false
		default:
			words[i] = "'" + a + "'"
		}
	}
	return strings.Join(words, " "), !strings.Contains(argv[0], "=")
}

// hasShell reports whether the node's image has the default shell, as a RUN in
// shell form shows.
func hasShell(n *node) bool {
	if n.last("SHELL") != nil {
		return false
	}
	if has(n.outerBase(), startsShell) && !n.outerBase().Scratch() {
		return true
	}
	return slices.ContainsFunc(n.part.Stage.Instructions, func(in *dockerfile.Instruction) bool {
		_, shell := in.Shell()
		return in.Keyword == "RUN" && shell
	})
}

// runOf returns what made a container.
func runOf(c *shparse.Container) (*shparse.Create, bool) {
	if c == nil || c.By == nil {
		return nil, false
	}
	run, ok := c.By.Act.(*shparse.Create)
	return run, ok
}
