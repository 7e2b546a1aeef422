package shparse

import (
	"slices"
	"strings"
)

// dockerBuild is docker build in all its spellings.
func dockerBuild(c *call, cmd Command) outcome {
	img := &Image{Build: c.op}
	b := &Build{Command: cmd, Image: img, Context: cmd.Args[0], Tags: cmd.values("tag"), Target: cmd.value("target")}
	b.BuildArgs = buildArgs(b.Flags)
	b.File = cmd.value("file")
	b.readContext(c)
	b.readFile(c)
	if len(b.Tags) > 0 {
		img.Ref = b.Tags[0].Value
	}
	for _, tag := range b.Tags {
		c.docker.setImage(tag.Value, img)
	}
	out := outcome{act: b, effects: b.effects(c)}
	if cmd.on("quiet") {
		out.stdout = known(c.imageID(img).line())
	}
	return out
}

// buildArgs returns the --build-arg flags among flags.
func buildArgs(flags []Flag) []BuildArg {
	n := 0
	for i := range flags {
		if flags[i].Name == "build-arg" {
			n++
		}
	}
	list := slices.Grow([]BuildArg(nil), n)
	for i := range flags {
		if flags[i].Name != "build-arg" {
			continue
		}
		name, value, given := flags[i].Value.cut("=")
		arg := BuildArg{Name: name, Flag: &flags[i]}
		if given {
			arg.Value = &value
		}
		list = append(list, arg)
	}
	return list
}

// readContext sets what is known of the context. A context of "-" is a tar or,
// where the stream is text, the Dockerfile itself.
func (b *Build) readContext(c *call) {
	switch {
	case !b.Context.is("-"):
		if !isRemote(b.Context.Value) {
			b.Dir = c.path(b.Context.Value)
		}
	case c.tar != nil:
		b.Tar = c.tar
	default:
		b.readInput(c)
	}
}

// readFile sets where the Dockerfile is: -f is relative to the working
// directory, and the default lies in the context.
func (b *Build) readFile(c *call) {
	switch {
	case b.File == nil && len(b.Dir) > 0:
		b.FilePath = under(b.Dir, Lit("Dockerfile"))
	case b.File == nil:
	case b.File.is("-"):
		b.readInput(c)
	case len(b.Dir) > 0:
		b.FilePath = c.path(b.File.Value)
	}
}

// readInput takes the Dockerfile from standard input.
func (b *Build) readInput(c *call) {
	b.Text, b.FilePath = c.stdin, c.stdinFile
	if c.doc == nil || c.stdin == nil {
		return
	}
	if text, _ := c.stdin.Known(); len(text) == c.doc.Body.End.Offset-c.doc.Body.Start.Offset {
		b.Heredoc = c.doc // and nothing of it was read before
	}
}

// isRemote reports whether a build context is a URL or a git repository.
func isRemote(context Value) bool {
	for _, prefix := range []string{"http://", "https://", "git://", "git@", "ssh://", "github.com/"} {
		if strings.HasPrefix(context.head(), prefix) {
			return true
		}
	}
	return false
}

// effects are what the build writes on the host.
func (b *Build) effects(c *call) []Effect {
	var list []Effect
	if file := b.value("iidfile"); file != nil {
		list = append(list, Effect{Verb: WriteFile, Path: c.path(file.Value), Content: known(c.imageID(b.Image))})
	}
	if file := b.value("metadata-file"); file != nil {
		list = append(list, Effect{Verb: WriteFile, Path: c.path(file.Value)})
	}
	for _, output := range b.values("output") {
		if dest := outputDir(output.Value); len(dest) > 0 {
			list = append(list, Effect{Verb: Change, Path: c.path(dest), Contents: true})
		}
	}
	return list
}

// outputDir is the host path that "docker build --output" writes to, empty where
// it writes to none.
func outputDir(output Value) Value {
	if _, _, keyed := output.cut("="); !keyed && !output.is("-") {
		return output
	}
	for _, field := range output.fields(",") {
		if key, value, ok := field.cut("="); ok && key.is("dest") && !value.is("-") {
			return value
		}
	}
	return nil
}
