package shparse

import (
	"strconv"
	"strings"
)

// summary says in a verb and a few words what o does.
func (o *Op) summary() (verb, text string) {
	switch a := o.Act.(type) {
	case *Build:
		return "build", a.summary()
	case *Create:
		return a.summary()
	case *Copy:
		return a.summary()
	case *Exec:
		return "exec", "in " + containerWord(a.Container) + ": " + argsText(a.Argv)
	case *Start:
		return lastOf(a.Path), argsText(a.Args)
	case *RemoveContainer:
		return "remove", words("container", argsText(a.Args))
	case *RemoveImage:
		return "remove", words("image", argsText(a.Args))
	case *Tag:
		return "tag", words(imageWord(a.Image), "as", a.Target.String())
	case *Push:
		return "push", imageWord(a.Image)
	case *Commit:
		return "commit", words(containerWord(a.Container), "as", imageWord(a.Image))
	case *Export:
		return lastOf(a.Path), argsText(a.Args)
	case *Docker:
		return "docker", argsText(o.Argv[min(1, len(o.Argv)):])
	case *Unknown:
		return "unknown", argsText(o.Argv)
	}
	return "host", argsText(o.Argv)
}

func (b *Build) summary() string {
	file := b.FilePath.String()
	if file == "" {
		file = "standard input"
	}
	dir := b.Dir.String()
	if dir == "" {
		dir = b.Context.String()
	}
	text := words(listText(b.Tags), "from", quoteWord(file), "in", quoteWord(dir))
	if b.Target != nil {
		text = words(text, "up to", quoteWord(b.Target.String()))
	}
	var given []string
	for _, a := range b.BuildArgs {
		arg := a.Name.String()
		if a.Value != nil {
			arg += "=" + a.Value.String()
		}
		given = append(given, quoteWord(arg))
	}
	if len(given) > 0 {
		text = words(text, "with", strings.Join(given, ", "))
	}
	return text
}

func (c *Create) summary() (verb, text string) {
	verb = "create"
	if c.Run {
		verb = "run"
	}
	text = words(containerWord(c.Container), "from", imageWord(c.Container.image()))
	for _, m := range c.Mounts {
		text = words(text, "with", quoteWord(m.Host.String()), "at", quoteWord(m.Path.String()))
	}
	if len(c.Argv) > 0 {
		text += ": " + argsText(c.Argv)
	}
	return verb, text
}

func (c *Container) image() *Image {
	if c == nil {
		return nil
	}
	return c.Image
}

func (c *Copy) summary() (verb, text string) {
	inside := quoteWord(c.Ref.String() + ":" + c.Path.String())
	outside := c.HostPath.String()
	if outside == "" {
		outside = c.Host.String()
	}
	if outside == "-" {
		outside = "standard output"
	}
	if c.Into {
		return "insert", words(quoteWord(c.Host.String()), "to", inside)
	}
	return "extract", words(inside, "to", quoteWord(outside))
}

func containerWord(c *Container) string {
	switch {
	case c == nil:
		return "<unknown container>"
	case len(c.Name) == 0:
		return "<container>"
	}
	return quoteWord(c.Name.String())
}

func imageWord(i *Image) string {
	if i == nil || len(i.Ref) == 0 {
		return "an image"
	}
	return quoteWord(i.Ref.String())
}

// fileText says in words what the script made of f.
func fileText(f File) string {
	text := f.Origin.String()
	switch f.Origin {
	case Repository:
		text = "in the repository"
	case Generated:
		if f.Content != nil {
			text = words("generated:", quoteWord(f.Content.String()))
		}
	case Extracted:
		text = words("extracted from", quoteWord(containerWord(f.Container)+":"+f.Source))
	case Copied:
		text = words("copied from", quoteWord(f.From))
	case Link:
		text = words("link to", quoteWord(f.From))
	case Packed:
		text = words("archive of", strconv.Itoa(len(f.Members)), "files")
	case Unpacked:
		text = words("unpacked from", quoteWord(f.Source))
	case Mystery:
		text = "unknown"
		if n := len(f.By); n > 0 {
			text = words("may have been made by", argsText(f.By[n-1].Argv))
		}
	}
	if len(f.Modes) > 0 {
		text += ", mode " + strings.Join(f.Modes, ", ")
	}
	return text
}

// argsText joins arguments as a person would type them.
func argsText(args []Arg) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = quoteWord(a.String())
	}
	return strings.Join(parts, " ")
}

func listText(args []Arg) string {
	if len(args) == 0 {
		return "an image"
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = quoteWord(a.String())
	}
	return strings.Join(parts, ", ")
}

// quoteWord quotes a word in which a reader could not see where it ends.
func quoteWord(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n\"") {
		return strconv.Quote(word)
	}
	return word
}

// words joins the words that are there.
func words(list ...string) string {
	var there []string
	for _, w := range list {
		if w != "" {
			there = append(there, w)
		}
	}
	return strings.Join(there, " ")
}

func lastOf(path []string) string {
	if len(path) == 0 {
		return "docker"
	}
	return path[len(path)-1]
}
