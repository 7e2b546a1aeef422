package shparse

import (
	"fmt"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// parseDocker takes the words of a docker command line apart. The first is the
// client. The row is nil where there is no subcommand, or none that is known.
func parseDocker(argv []Arg) (Command, *subcommand, *flagError) {
	cmd := Command{Client: argv[0]}
	global, err := globalFlags.parse(argv[1:])
	cmd.Global = global.flags
	if err != nil {
		return cmd, nil, err
	}
	rest, err := cmd.readPath(global.args)
	if err != nil || len(cmd.Path) == 0 {
		return cmd, nil, err
	}
	row := spelled(strings.Join(cmd.Path, " ")).row
	if row == nil {
		cmd.Args = rest
		return cmd, nil, nil
	}
	parsed, err := row.spec().parse(rest)
	cmd.Flags, cmd.Args = parsed.flags, parsed.args
	if err == nil && cmd.Flag("help") == nil {
		err = cmd.checkArgs(row)
	}
	return cmd, row, err
}

// readPath takes the words of the subcommand, and flags of a group between them,
// from the front of args and returns the rest.
func (cmd *Command) readPath(args []Arg) ([]Arg, *flagError) {
	path := ""
	for len(args) > 0 {
		word, ok := args[0].Known()
		if s := spelled(word); path == "" && s.row != nil && !s.group {
			cmd.Path = s.words
			return args[1:], nil
		}
		if !ok {
			return args, &flagError{arg: args[0], unknown: true, message: fmt.Sprintf("has an unknown subcommand: %q", args[0])}
		}
		cmd.Path = append(cmd.Path, word)
		if path != "" {
			word = path + " " + word
		}
		path = word
		if !spelled(path).group {
			return args[1:], nil
		}
		group, err := groupFlags.parse(args[1:])
		cmd.Global = append(cmd.Global, group.flags...)
		if err != nil {
			return nil, err
		}
		args = group.args
	}
	return args, nil
}

// checkArgs compares the number of arguments with what the subcommand takes.
// Unquoted text that is unknown may be any number of words: where there are too
// many arguments, it is taken to be flags.
func (cmd *Command) checkArgs(row *subcommand) *flagError {
	n := len(cmd.Args)
	switch {
	case n < row.min:
		return &flagError{arg: cmd.Client, message: fmt.Sprintf("expects %s, found %d", count(row), n)}
	case row.max < 0 || n <= row.max:
		return nil
	}
	var kept []Arg
	for i, arg := range cmd.Args {
		if arg.MaySplit && arg.hole() != nil && n > row.max {
			cmd.Flags = append(cmd.Flags, Flag{Value: cmd.Args[i], Range: arg.Word})
			n--
			continue
		}
		kept = append(kept, arg)
	}
	cmd.Args = kept
	if n > row.max {
		return &flagError{arg: kept[row.max], message: fmt.Sprintf("expects %s, found %d: the first one too many is %q", count(row), n, kept[row.max])}
	}
	return nil
}

// count says how many arguments row takes.
func count(row *subcommand) string {
	switch {
	case row.max < 0:
		return "at least " + arguments(row.min)
	case row.max == row.min:
		return arguments(row.min)
	}
	return fmt.Sprintf("%d to %s", row.min, arguments(row.max))
}

func arguments(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// Opaque returns the arguments whose text is unknown and which are taken to be
// flags, as $OPTS in "docker build $OPTS .".
func (cmd *Command) Opaque() []Arg {
	var list []Arg
	for _, f := range cmd.Flags {
		if f.Name == "" {
			list = append(list, f.Value)
		}
	}
	return list
}

// name is the subcommand as a person would say it: "docker cp".
func (cmd *Command) name() string {
	return strings.TrimSpace("docker " + strings.Join(cmd.Path, " "))
}

// values returns the values of all flags called name, in order.
func (cmd *Command) values(name string) []Arg {
	var list []Arg
	for _, f := range cmd.Flags {
		if f.Name == name {
			list = append(list, f.Value)
		}
	}
	return list
}

// value returns the value of the last flag called name, or nil.
func (cmd *Command) value(name string) *Arg {
	if f := cmd.Flag(name); f != nil {
		return &f.Value
	}
	return nil
}

// on reports whether the boolean flag called name is set.
func (cmd *Command) on(name string) bool { return cmd.Flag(name).on() }

// runDocker is the model of the docker clients.
func runDocker(c *call) outcome {
	cmd, row, err := parseDocker(c.argv)
	switch {
	case err != nil:
		return outcome{act: &Docker{Command: cmd}, problem: []finding.Finding{err.finding(cmd.name())}}
	case row == nil && len(cmd.Path) > 0 && cmd.Flag("help") == nil:
		return unknownPlugin(c, cmd)
	case row == nil, cmd.Flag("help") != nil:
		return outcome{act: &Docker{Command: cmd}}
	}
	out := row.model(c, cmd)
	for _, arg := range cmd.Opaque() {
		out.problem = append(out.problem, finding.New("SF020", arg.Word,
			"%q: the unquoted %q is taken to hold nothing but flags", cmd.name(), arg))
	}
	return out
}

// unknownPlugin is a subcommand that the table lacks. It may do anything.
func unknownPlugin(c *call, cmd Command) outcome {
	out := unknown(c)
	out.act = &Unknown{Name: cmd.name(), Paths: out.act.(*Unknown).Paths}
	return out
}

// dockerCompose is docker compose, also as docker-compose: what it builds and
// runs stands in files that the tracer doesn't read.
func dockerCompose(c *call, cmd Command) outcome {
	sub := ""
	if len(cmd.Args) > 0 {
		sub = cmd.Args[0].String()
		cmd.Path = append(cmd.Path, sub)
		cmd.Args = cmd.Args[1:]
	}
	out := outcome{act: &Docker{Command: cmd}}
	switch sub {
	case "build", "run", "up", "create":
		out.problem = []finding.Finding{finding.New("SF021", c.op.Range,
			"%q builds or runs what its files say, which are not looked into", cmd.name())}
	}
	return out
}

// runCompose is the model of docker-compose.
func runCompose(c *call) outcome {
	parsed, err := spelled("compose").row.spec().parse(c.argv[1:])
	cmd := Command{Client: c.argv[0], Path: []string{"compose"}, Flags: parsed.flags, Args: parsed.args}
	if err != nil {
		return outcome{act: &Docker{Command: cmd}, problem: []finding.Finding{err.finding("docker-compose")}}
	}
	return dockerCompose(c, cmd)
}

// runBuildx is the model of docker-buildx, the plugin called by its own name.
func runBuildx(c *call) outcome { return c.as("docker", "buildx") }

// runBuildah is the model of buildah, of which only the build is known.
func runBuildah(c *call) outcome {
	if len(c.argv) > 1 && (c.argv[1].is("bud") || c.argv[1].is("build") || c.argv[1].is("build-using-dockerfile")) {
		sub := *c
		sub.argv = append([]Arg{c.argv[0], literal("build", c.argv[1])}, c.argv[2:]...)
		return runDocker(&sub)
	}
	return unknown(c)
}

// as runs the model of docker with words in place of the client.
func (c *call) as(words ...string) outcome {
	sub := *c
	sub.argv = nil
	for _, w := range words {
		sub.argv = append(sub.argv, literal(w, c.argv[0]))
	}
	sub.argv = append(sub.argv, c.argv[1:]...)
	return runDocker(&sub)
}
