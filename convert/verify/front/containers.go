package front

import (
	"encoding/csv"
	"os"
	"regexp"
	"strings"
	"sync"
)

// create is docker create and docker run.
func (c *call) create() int {
	if why := c.reachesOut(); why != "" {
		return c.refuse(why)
	}
	c.drop("pull")
	name := c.value("name")
	c.change("name", func(name string) string { return c.newThing(Container, name) })
	c.add("label", Label+"="+c.ID)
	c.change("volumes-from", func(v string) string { return c.head(v, ":", c.container) })
	c.change("link", c.link)
	c.change("volume", c.volume)
	c.change("mount", c.mount)
	for _, kind := range []string{"network", "ipc", "pid"} {
		c.change(kind, c.namespace)
	}
	if c.ownNetwork() && name != "" {
		c.add("network-alias", name)
	}
	if c.name == "run" && (c.redirected() || c.mountsHost()) {
		c.noteSource(c.args[0])
	}
	c.args[0] = c.image(c.args[0])
	if c.name == "create" {
		return c.pass(named)
	}
	return c.pass(raw)
}

// redirected reports whether what the command prints goes into a file or another
// command.
func (c *call) redirected() bool {
	here, err := os.Stdout.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(c.Output())
	return err != nil || !os.SameFile(here, there)
}

// mountsHost reports whether the container sees a directory of the host, where it
// may leave files.
func (c *call) mountsHost() bool {
	for _, v := range append(c.values("volume"), c.values("mount")...) {
		if name, _, found := strings.Cut(v, ":"); found && !volumeName().MatchString(name) || strings.Contains(v, "type=bind") {
			return true
		}
	}
	return false
}

// noteContainerSource does so for the image of a container.
func (c *call) noteContainerSource(container string) {
	if image, err := c.docker("container", "inspect", "--format", "{{.Config.Image}}", container); err == nil {
		c.noteSource(image)
	}
}

// noteSource writes down that files come out of the image ref, by the names that
// the script gave it.
func (c *call) noteSource(ref string) {
	names, o := c.ownImages(ref)
	for _, name := range names {
		if o == ours && strings.HasSuffix(name, c.suffix()) {
			c.note(Event{Kind: Source, Text: c.Public(name)})
		}
	}
}

// reachesOut says why the container could do what the front would not see, or "".
func (c *call) reachesOut() string {
	for _, mount := range append(c.values("volume"), c.values("mount")...) {
		if strings.Contains(mount, "docker.sock") {
			return "the container would command the engine"
		}
	}
	return ""
}

// head makes private what stands in front of sep.
func (c *call) head(value, sep string, private func(string) string) string {
	name, rest, found := strings.Cut(value, sep)
	if !found {
		return private(name)
	}
	return private(name) + sep + rest
}

// link is the value of --link: the container is still known by its own name.
func (c *call) link(value string) string {
	name, alias, found := strings.Cut(value, ":")
	if !found {
		alias = name
	}
	return c.container(name) + ":" + alias
}

// volumeName is what the engine takes for the name of a volume, and not for a path.
var volumeName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`) })

// volume is the value of -v. A volume with a name is the script's own: what the
// user's holds must not change.
func (c *call) volume(value string) string {
	name, path, found := strings.Cut(value, ":")
	if !found || !volumeName().MatchString(name) {
		return value
	}
	return c.newThing(Volume, name) + ":" + path
}

// mount is the value of --mount.
func (c *call) mount(value string) string {
	fields, err := csv.NewReader(strings.NewReader(value)).Read()
	if err != nil || strings.Contains(value, "type=bind") || strings.Contains(value, "type=tmpfs") {
		return value
	}
	for i, field := range fields {
		if key, name, ok := strings.Cut(field, "="); ok && (key == "source" || key == "src") {
			fields[i] = key + "=" + c.newThing(Volume, name)
		}
	}
	var out strings.Builder
	w := csv.NewWriter(&out)
	c.trouble(w.Write(fields))
	w.Flush()
	return strings.TrimSuffix(out.String(), "\n")
}

// namespace is the value of --network and the like.
func (c *call) namespace(value string) string {
	if name, ok := strings.CutPrefix(value, "container:"); ok {
		return "container:" + c.container(name)
	}
	return c.thing(Network, value)
}

// ownNetwork reports whether the container joins a network of the script's, in
// which others find it by its name.
func (c *call) ownNetwork() bool {
	return strings.HasSuffix(c.value("network"), c.suffix()) && !strings.HasPrefix(c.value("network"), "container:")
}

// copy is docker cp. Nothing is copied into a container of somebody else's.
func (c *call) copy() int {
	for i, arg := range c.args {
		name, _, found := strings.Cut(arg, ":")
		if !found || name == "" || strings.ContainsAny(name[:1], "/.") {
			continue // as the client tells a path of the host
		}
		c.args[i] = c.head(arg, ":", c.container)
		private, _, _ := strings.Cut(c.args[i], ":")
		if i == 1 && c.ownerOf(Container, private) == foreign {
			return c.hold(Foreign, "the script did not make the container")
		}
		if i == 0 {
			c.noteContainerSource(private)
		}
	}
	return c.pass(raw)
}

func (c *call) commit() int {
	c.args[0] = c.container(c.args[0])
	if len(c.args) > 1 {
		c.args[1] = c.newImage(c.args[1])
	}
	return c.passID()
}

func (c *call) importImage() int {
	if len(c.args) > 1 {
		c.args[1] = c.newImage(c.args[1])
	}
	return c.passID()
}

func (c *call) watch() int {
	c.args[0] = c.container(c.args[0])
	return c.pass(raw)
}

// askContainers only looks, at whatever container.
func (c *call) askContainers() int {
	for i, name := range c.args {
		c.args[i] = c.container(name)
	}
	if c.name == "export" {
		c.noteContainerSource(c.args[0])
		return c.pass(raw)
	}
	return c.pass(named)
}

// changeContainers changes or removes the script's own containers.
func (c *call) changeContainers() int {
	if c.name == "exec" {
		return c.changeThings(Container, c.args[:1], c.args[1:])
	}
	return c.changeThings(Container, c.args, nil)
}

func (c *call) rename() int {
	from := c.container(c.args[0])
	if c.ownerOf(Container, from) == foreign {
		return c.hold(Foreign, "the script did not make the container")
	}
	c.args = []string{from, c.newThing(Container, c.args[1])}
	return c.pass(named)
}

// connect is docker network connect and disconnect.
func (c *call) connect() int {
	c.args = []string{c.thing(Network, c.args[0]), c.container(c.args[1])}
	if c.ownerOf(Network, c.args[0]) == foreign || c.ownerOf(Container, c.args[1]) == foreign {
		return c.hold(Foreign, "the script did not make the network and the container")
	}
	return c.pass(named)
}
