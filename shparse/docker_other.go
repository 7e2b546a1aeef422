package shparse

import (
	"github.com/stagefold/stagefold/convert/finding"
)

// containers resolves args.
func (c *call) containers(args []Arg) []*Container {
	list := make([]*Container, len(args))
	for i, arg := range args {
		list[i] = c.docker.container(arg.Value)
	}
	return list
}

// images resolves args.
func (c *call) images(args []Arg) []*Image {
	list := make([]*Image, len(args))
	for i, arg := range args {
		list[i] = c.docker.image(arg.Value)
	}
	return list
}

// echoed is the output of the commands that print each of their arguments.
func echoed(args []Arg) *Value {
	var text Value
	for _, arg := range args {
		text = text.Concat(arg.line())
	}
	return &text
}

func dockerExec(c *call, cmd Command) outcome {
	ct := c.docker.container(cmd.Args[0].Value)
	out := outcome{act: &Exec{Command: cmd, Container: ct, Argv: cmd.Args[1:]}}
	if ct != nil && !cmd.on("detach") {
		out.tar = printed(ct, cmd.Args[1:])
	}
	return out
}

// dockerStart is every command on containers that neither makes nor removes one.
func dockerStart(c *call, cmd Command) outcome {
	out := outcome{act: &Start{Command: cmd, Containers: c.containers(cmd.Args)}}
	switch cmd.Path[len(cmd.Path)-1] {
	case "stop", "kill", "pause", "unpause", "restart":
		out.stdout = echoed(cmd.Args)
	case "start":
		if !cmd.on("attach") && !cmd.on("interactive") {
			out.stdout = echoed(cmd.Args)
		}
	}
	return out
}

func dockerRemove(c *call, cmd Command) outcome {
	act := &RemoveContainer{Command: cmd, Containers: c.containers(cmd.Args)}
	for _, ct := range act.Containers {
		c.docker.remove(ct)
	}
	return outcome{act: act, stdout: echoed(cmd.Args)}
}

func dockerRename(c *call, cmd Command) outcome {
	ct := c.docker.container(cmd.Args[0].Value)
	if ct != nil {
		c.docker.rename(ct, cmd.Args[1].Value)
	}
	return outcome{act: &Docker{Command: cmd, Containers: []*Container{ct}}, stdout: known(nil)}
}

func dockerRemoveImage(c *call, cmd Command) outcome {
	act := &RemoveImage{Command: cmd, Images: c.images(cmd.Args)}
	for _, arg := range cmd.Args {
		delete(c.docker.images, imageName(arg.Value))
	}
	return outcome{act: act}
}

func dockerTag(c *call, cmd Command) outcome {
	img := c.docker.image(cmd.Args[0].Value)
	c.docker.setImage(cmd.Args[1].Value, img)
	return outcome{act: &Tag{Command: cmd, Image: img, Target: cmd.Args[1]}, stdout: known(nil)}
}

func dockerPush(c *call, cmd Command) outcome {
	return outcome{act: &Push{Command: cmd, Image: c.docker.image(cmd.Args[0].Value)}}
}

// dockerPull is docker pull: the name means the registry's image from now on.
func dockerPull(c *call, cmd Command) outcome {
	name := cmd.Args[0].Value
	if c.docker.image(name).Local() {
		c.docker.setImage(name, &Image{Ref: name})
	}
	return outcome{act: &Docker{Command: cmd, Images: []*Image{c.docker.image(name)}}}
}

func dockerCommit(c *call, cmd Command) outcome {
	img := &Image{Commit: c.op}
	act := &Commit{Command: cmd, Container: c.docker.container(cmd.Args[0].Value), Image: img}
	c.nameCommit(img, cmd.Args[1:])
	return outcome{act: act, stdout: known(c.imageID(img).line())}
}

// dockerImport is docker import. A stream that "docker export" wrote names its
// container.
func dockerImport(c *call, cmd Command) outcome {
	img := &Image{Commit: c.op}
	act := &Commit{Command: cmd, Image: img}
	c.nameCommit(img, cmd.Args[1:])
	out := outcome{act: act, stdout: known(c.imageID(img).line())}
	switch file := cmd.Args[0].Value; {
	case file.is("-"):
		act.Container = exported(c.tar)
	case !isRemote(file):
		path := c.path(file)
		out.effects = []Effect{{Verb: ReadFile, Path: path}}
		if f, ok := c.op.Files.At(path.Key()); ok && f.Origin == Packed {
			act.Container = exportedFile(f)
		}
	}
	return out
}

// nameCommit gives img the name in args, if there is one.
func (c *call) nameCommit(img *Image, args []Arg) {
	if len(args) > 0 {
		img.Ref = args[0].Value
		c.docker.setImage(img.Ref, img)
	}
}

// exported returns the container whose whole file system the stream holds.
func exported(tar []Effect) *Container {
	if len(tar) == 1 && tar[0].Source.is("/") {
		return tar[0].Container
	}
	return nil
}

func exportedFile(f File) *Container {
	if len(f.Members) == 1 && f.Members[0].Source == "/" {
		return f.Members[0].Container
	}
	return nil
}

func dockerExport(c *call, cmd Command) outcome {
	act := &Export{Command: cmd, Container: c.docker.container(cmd.Args[0].Value)}
	all := Effect{Verb: Pack, Member: Lit("."), Container: act.Container, Source: Lit("/"), Contents: true}
	file := cmd.value("output")
	if file == nil {
		return outcome{act: act, tar: []Effect{all}}
	}
	return outcome{act: act, stdout: known(nil), effects: packInto(c.path(file.Value), []Effect{all})}
}

func dockerSave(c *call, cmd Command) outcome {
	out := outcome{act: &Export{Command: cmd, Images: c.images(cmd.Args)}}
	if file := cmd.value("output"); file != nil {
		out.stdout = known(nil)
		out.effects = []Effect{{Verb: WriteFile, Path: c.path(file.Value)}}
	}
	return out
}

// dockerLoad is docker load. The names that it sets stand in the archive.
func dockerLoad(c *call, cmd Command) outcome {
	out := outcome{act: &Docker{Command: cmd}}
	if file := cmd.value("input"); file != nil {
		out.effects = []Effect{{Verb: ReadFile, Path: c.path(file.Value)}}
	}
	return out
}

// dockerOther is every command that neither makes nor changes an image or a
// container of the script's.
func dockerOther(_ *call, cmd Command) outcome {
	return outcome{act: &Docker{Command: cmd}}
}

// dockerAsk is a command whose purpose is its answer.
func dockerAsk(c *call, cmd Command) outcome {
	act := &Docker{Command: cmd}
	for _, arg := range cmd.Args {
		if ct := c.docker.container(arg.Value); ct != nil {
			act.Containers = append(act.Containers, ct)
			continue
		}
		if img, ok := c.docker.images[imageName(arg.Value)]; ok {
			act.Images = append(act.Images, img)
		}
	}
	return outcome{act: act, status: asks}
}

// dockerList is docker images: it always succeeds, with an unknown answer.
func dockerList(c *call, cmd Command) outcome {
	out := dockerAsk(c, cmd)
	out.status = succeeds
	return out
}

// dockerPrune is docker container prune and docker system prune: containers that
// don't run are gone.
func dockerPrune(c *call, cmd Command) outcome {
	for _, ct := range c.docker.containers {
		if !running(ct) {
			c.docker.remove(ct)
		}
	}
	return outcome{act: &Docker{Command: cmd}}
}

// dockerOpaque is a subcommand that reads its instructions from files.
func dockerOpaque(c *call, cmd Command) outcome {
	return outcome{act: &Docker{Command: cmd}, problem: []finding.Finding{finding.New("SF021", c.op.Range,
		"%q builds or runs what its files say, which are not looked into", cmd.name())}}
}
