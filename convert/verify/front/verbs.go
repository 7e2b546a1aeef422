package front

import (
	"slices"
	"strings"
)

// verbs says what is done with the docker subcommands. Those that are missing are
// held back.
var verbs = []struct {
	names string
	serve func(*call) int
}{
	{"build", (*call).build},
	{"create|run", (*call).create},
	{"cp", (*call).copy},
	{"commit", (*call).commit},
	{"import", (*call).importImage},
	{"tag", (*call).tag},
	{"pull", (*call).pull},
	{"save", (*call).save},
	{"history", (*call).askImage},
	{"images", (*call).listImages},
	{"ps", (*call).listContainers},
	{"inspect", (*call).inspect},
	{"rmi", (*call).removeImages},
	{"attach|logs", (*call).watch},
	{"diff|export|port|stats|top|wait", (*call).askContainers},
	{"exec|kill|pause|restart|rm|start|stop|unpause|update", (*call).changeContainers},
	{"rename", (*call).rename},
	{"volume create", (*call).createVolume},
	{"volume inspect", (*call).askVolumes},
	{"volume rm", (*call).removeVolumes},
	{"network create", (*call).createNetwork},
	{"network inspect", (*call).askNetworks},
	{"network rm", (*call).removeNetworks},
	{"network connect|network disconnect", (*call).connect},
	{"buildx du|buildx inspect|buildx ls|buildx version|context inspect|context ls|context show|" +
		"events|info|network ls|search|version|volume ls", (*call).ask},
	{"login|logout|manifest push|push|trust sign|plugin push|stack deploy", (*call).holdProgram},
	{"load", (*call).loadImages},
	{"buildx bake", (*call).bake},
}

func (c *call) ask() int { return c.pass(named) }

// tag gives an image another name.
func (c *call) tag() int {
	c.args[0] = c.image(c.args[0])
	c.args[1] = c.newImage(c.args[1])
	return c.pass(named)
}

// pull fetches what the machine does not have. What it has stays as it is.
func (c *call) pull() int {
	if _, err := c.docker("image", "inspect", "--format", "{{.Id}}", c.args[0]); err == nil || c.on("all-tags") {
		return c.hold(Foreign, "the image of the machine might become another one")
	}
	return c.pass(named)
}

func (c *call) save() int {
	for i, ref := range c.args {
		c.args[i] = c.image(ref)
	}
	return c.pass(raw)
}

func (c *call) askImage() int {
	c.args[0] = c.image(c.args[0])
	return c.pass(named)
}

func (c *call) listImages() int {
	if len(c.args) > 0 {
		c.args[0] = c.image(c.args[0])
	}
	c.change("filter", func(f string) string { return c.filter(f, "reference", c.image) })
	return c.pass(named)
}

func (c *call) listContainers() int {
	c.change("filter", func(f string) string {
		return c.filter(c.filter(f, "ancestor", c.image), "name", c.container)
	})
	return c.pass(named)
}

// filter makes the name in KEY=NAME private. A container's name may stand between
// the marks of a pattern, as in ^/name$.
func (c *call) filter(f, key string, private func(string) string) string {
	name, ok := strings.CutPrefix(f, key+"=")
	if !ok {
		return f
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "^"), "/"), "$")
	return key + "=" + strings.Replace(name, bare, private(bare), 1)
}

// inspect takes names of all kinds of things.
func (c *call) inspect() int {
	for i, name := range c.args {
		if private := c.container(name); private != name && !slices.Contains(c.path, "image") {
			c.args[i] = private
		} else {
			c.args[i] = c.image(name)
		}
	}
	return c.pass(named)
}

// removeImages removes the script's own images.
func (c *call) removeImages() int {
	var kept []string
	for _, ref := range c.args {
		names, o := c.ownImages(ref)
		if o == foreign {
			c.note(Event{Kind: Foreign, Text: "docker rmi " + ref, Reason: "the script did not make the image"})
			continue
		}
		kept = append(kept, names...)
	}
	if len(kept) == 0 {
		return exitHeld
	}
	c.args = kept
	return c.pass(named)
}

// loadImages is docker load: what it brings has names that are not private.
func (c *call) loadImages() int {
	return c.refuse("the images of an archive might replace those of the machine")
}

func (c *call) bake() int {
	return c.refuse("what it builds stands in files that are not looked into")
}

func (c *call) createVolume() int  { return c.createThing(Volume) }
func (c *call) createNetwork() int { return c.createThing(Network) }
func (c *call) askVolumes() int    { return c.askThings(Volume) }
func (c *call) askNetworks() int   { return c.askThings(Network) }
func (c *call) removeVolumes() int { return c.changeThings(Volume, c.args, nil) }
func (c *call) removeNetworks() int {
	return c.changeThings(Network, c.args, nil)
}

func (c *call) createThing(k Kind) int {
	c.add("label", Label+"="+c.ID)
	for i, name := range c.args {
		c.args[i] = c.newThing(k, name)
	}
	c.change("name", func(name string) string { return c.newThing(k, name) })
	return c.pass(named)
}

func (c *call) askThings(k Kind) int {
	for i, name := range c.args {
		c.args[i] = c.thing(k, name)
	}
	return c.pass(named)
}

// changeThings runs the line on those of the things called names that are the
// script's own; rest are the arguments behind them.
func (c *call) changeThings(k Kind, names, rest []string) int {
	var kept []string
	for _, name := range names {
		private := c.thing(k, name)
		if c.ownerOf(k, private) == foreign {
			c.note(Event{Kind: Foreign, Text: strings.Join(append(append([]string{"docker"}, c.path...), name), " "),
				Reason: "the script did not make the " + string(k)})
			continue
		}
		kept = append(kept, private)
	}
	if len(kept) == 0 {
		return exitHeld
	}
	c.args = append(kept, rest...)
	o := named
	if c.name == "exec" || c.on("attach") || c.on("interactive") {
		o = raw
	}
	return c.pass(o)
}
