package shparse

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// dockerCreate is docker create.
func dockerCreate(c *call, cmd Command) outcome {
	cr, out := newCreate(c, cmd)
	out.stdout = known(c.id(cr.Container).line())
	return out
}

// dockerRun is docker run.
func dockerRun(c *call, cmd Command) outcome {
	cr, out := newCreate(c, cmd)
	cr.Run = true
	cr.Detached = cmd.on("detach")
	if c.stdout != nil {
		cr.Stdout = c.stdout.Key()
	}
	out.effects = append(out.effects, cr.writes()...)
	if cr.Detached {
		out.stdout = known(c.id(cr.Container).line())
		return out
	}
	if cr.Remove {
		c.docker.remove(cr.Container)
	}
	out.tar = printed(cr.Container, cr.Argv)
	return out
}

// newCreate is what create and run have in common.
func newCreate(c *call, cmd Command) (*Create, outcome) {
	ct := &Container{By: c.op, Image: c.docker.image(cmd.Args[0].Value)}
	cr := &Create{Command: cmd, Container: ct, Argv: cmd.Args[1:], Remove: cmd.on("rm"), CIDFile: cmd.value("cidfile")}
	cr.Mounts = mounts(c, cr.Flags)
	out := outcome{act: cr}
	if name := cmd.value("name"); name != nil {
		ct.Name = name.Value
		if old := c.docker.containers[ct.Name.Key()]; old != nil {
			out.problem = append(out.problem, finding.New("SF022", name.Word,
				"the name %q is still taken by the container made at %s", ct.Name, old.By.Range))
		}
	}
	c.docker.add(ct)
	if cr.CIDFile != nil {
		out.effects = append(out.effects, Effect{Verb: WriteFile, Path: c.path(cr.CIDFile.Value), Content: known(c.id(ct))})
	}
	for _, env := range cmd.values("env-file") {
		out.effects = append(out.effects, Effect{Verb: ReadFile, Path: c.path(env.Value)})
	}
	return cr, out
}

// writes are what the container's process may do to the host through its mounts.
func (cr *Create) writes() []Effect {
	var list []Effect
	for _, m := range cr.Mounts {
		switch {
		case m.Volume:
		case m.ReadOnly:
			list = append(list, Effect{Verb: ReadFile, Path: m.Host})
		default:
			list = append(list, Effect{Verb: Share, Path: m.Host, Container: cr.Container, Source: absolute(m.Path)})
		}
	}
	return list
}

// mounts returns the -v and --mount flags among flags.
func mounts(c *call, flags []Flag) []Mount {
	var list []Mount
	for i := range flags {
		f := &flags[i]
		var m Mount
		switch f.Name {
		case "volume":
			m = shortMount(f.Value.Value)
		case "mount":
			m = longMount(f.Value.Value)
		default:
			continue
		}
		m.Flag = f
		if !m.Volume {
			m.Host = c.path(m.Host)
		}
		if len(m.Path) > 0 {
			list = append(list, m)
		}
	}
	return list
}

// shortMount reads HOST:PATH[:OPTIONS], VOLUME:PATH[:OPTIONS] or PATH. A host
// side that starts with neither a slash, a dot nor unknown text is a volume.
func shortMount(v Value) Mount {
	host, rest, ok := v.cut(":")
	if !ok {
		return Mount{Path: v, Volume: true}
	}
	path, options, _ := rest.cut(":")
	m := Mount{Host: host, Path: path}
	head := host.head()
	m.Volume = head != "" && head[0] != '/' && head[0] != '.' && head[0] != '~'
	for _, option := range options.fields(",") {
		if option.is("ro") || option.is("readonly") {
			m.ReadOnly = true
		}
	}
	return m
}

// longMount reads type=bind,source=HOST,target=PATH,readonly. Other types but
// volumes have no source, and yield a mount without a path.
func longMount(v Value) Mount {
	m := Mount{Volume: true}
	for _, field := range v.fields(",") {
		key, value, given := field.cut("=")
		name, _ := key.Known()
		switch strings.ToLower(name) {
		case "type":
			m.Volume = !value.is("bind")
		case "source", "src":
			m.Host = value
		case "target", "dst", "destination":
			m.Path = value
		case "readonly", "ro":
			m.ReadOnly = !given || value.is("true") || value.is("1")
		}
	}
	return m
}

// printed is what a process of ct started with argv prints, in terms of the
// container's files: the members of the tar stream that "tar c" writes, or else
// one nameless stream.
func printed(ct *Container, argv []Arg) []Effect {
	if len(argv) > 1 && argv[0].is("tar") {
		if members, ok := tarStream(ct, argv); ok {
			return members
		}
	}
	if len(argv) == 2 && argv[0].is("cat") && !strings.HasPrefix(argv[1].head(), "-") {
		return []Effect{{Verb: Pack, Container: ct, Source: argv[1].Value, Stream: true}}
	}
	return []Effect{{Verb: Pack, Container: ct, Stream: true}}
}
