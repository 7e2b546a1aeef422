package shparse

import (
	"slices"
	"strings"
)

// A psList is the lines that docker ps prints, as far as they are known: the
// containers that the script made come first, the newest in front. What other
// containers there are stands behind them.
type psList struct {
	made   []*Container // those that may be meant, the newest first
	rows   bool         // whole rows, not ids alone
	titled bool         // a row of titles comes first
}

// dockerPS is docker ps. Where it can only mean one container that the script
// made, its output is that id.
func dockerPS(c *call, cmd Command) outcome {
	act := &Docker{Command: cmd}
	out := outcome{act: act}
	ct := psContainer(c, cmd)
	if ct != nil {
		act.Containers = []*Container{ct}
	}
	form := psForm(cmd)
	switch {
	case ct != nil && form == psIDs:
		out.stdout = known(c.id(ct).line())
	case ct != nil && form == psNames && len(ct.Name) > 0:
		out.stdout = known(ct.Name.line())
	case ct == nil && len(cmd.values("filter")) == 0 && cmd.value("last") == nil && (form == psIDs || form == psRows):
		live := c.docker.live()
		if !cmd.on("all") {
			live = slices.DeleteFunc(live, func(ct *Container) bool { return !running(ct) })
		}
		if len(live) > 0 {
			out.stdout = known(c.listed(&psList{made: live, rows: form == psRows, titled: form == psRows}))
		}
	}
	return out
}

// A psFormat is what docker ps prints of each container.
type psFormat uint8

const (
	psRows psFormat = iota
	psIDs
	psNames
	psOther
)

func psForm(cmd Command) psFormat {
	format := cmd.value("format")
	switch {
	case format == nil && cmd.on("quiet"):
		return psIDs
	case format == nil:
		return psRows
	}
	text, _ := format.Known()
	switch strings.ReplaceAll(text, " ", "") {
	case "{{.ID}}":
		return psIDs
	case "{{.Names}}":
		return psNames
	}
	return psOther
}

// psContainer returns the one container of the script that docker ps means.
func psContainer(c *call, cmd Command) *Container {
	filters := cmd.values("filter")
	last := cmd.value("last")
	switch {
	case len(filters) == 0 && (cmd.on("latest") || last != nil && last.is("1")):
		return c.docker.last
	case len(filters) == 1:
		ct := filtered(c, filters[0].Value)
		if ct != nil && !cmd.on("all") && !running(ct) {
			return nil
		}
		return ct
	}
	return nil
}

// filtered returns the container that a filter of docker ps selects by name, or by
// the image that it was made from. Names are matched as parts by docker; the
// script's own is taken to be the only one.
func filtered(c *call, filter Value) *Container {
	key, value, _ := filter.cut("=")
	switch {
	case key.is("ancestor"):
		return c.docker.ofImage(value)
	case !key.is("name"):
		return nil
	}
	if text, ok := value.Known(); ok {
		value = Lit(strings.Trim(text, "^/$"))
	}
	return c.docker.container(value)
}

// ofImage returns the only container there is of an image, nil for several.
func (d *docker) ofImage(ref Value) *Container {
	img, ok := d.images[imageName(ref)]
	if !ok {
		return nil
	}
	var found *Container
	for _, ct := range d.live() {
		switch {
		case ct.Image != img:
		case found != nil:
			return nil
		default:
			found = ct
		}
	}
	return found
}

// live returns the containers that the script made and that are still there, the
// newest first.
func (d *docker) live() []*Container {
	list := slices.DeleteFunc(slices.Clone(d.made), func(ct *Container) bool { return d.gone[ct] })
	slices.Reverse(list)
	return list
}

// running reports whether ct was started in the background.
func running(ct *Container) bool {
	cr, ok := ct.By.Act.(*Create)
	return ok && cr.Detached
}

// listed is what docker ps prints as a hole.
func (c *call) listed(l *psList) Value {
	return Value{{Hole: &Hole{Reason: Output, Name: "docker ps", Source: c.op.Range, list: l}}}.line()
}

// psList returns what docker ps printed, where that is all of standard input.
func (c *call) psList() *psList {
	if c.stdin == nil || c.stdin.tail() != "\n" {
		return nil
	}
	if h := c.stdin.trimTail(1).hole(); h != nil {
		return h.list
	}
	return nil
}

// grepPS is grep behind docker ps: the rows of the script's containers whose
// image or name holds the word.
func (c *call) grepPS(l *psList, word string) (Value, bool) {
	if !l.rows || len(word) < 3 {
		return nil, false
	}
	var found []*Container
	for _, ct := range l.made {
		text := ct.Name.String() + " "
		if ct.Image != nil {
			text += ct.Image.Ref.String()
		}
		if strings.Contains(text, word) {
			found = append(found, ct)
		}
	}
	if len(found) == 0 {
		return nil, false
	}
	return c.listed(&psList{made: found, rows: true}), true
}

// firstLine is head and tail behind docker ps, where the first line alone is asked
// for.
func (c *call) firstLine(p *parsedFlags) (Value, bool) {
	n, sign, ok := p.number("lines", 10)
	l := c.psList()
	if !ok || n != 1 || sign != 0 || l == nil || len(p.args) > 0 || c.name() != "head" {
		return nil, false
	}
	return c.firstOfPS(l)
}

// firstOfPS is "head -n 1" behind docker ps.
func (c *call) firstOfPS(l *psList) (Value, bool) {
	switch {
	case l.titled:
		return nil, false
	case !l.rows:
		return c.id(l.made[0]).line(), true
	}
	return c.listed(&psList{made: l.made[:1], rows: true}), true
}

// psField is a column of what docker ps printed: the ids are in the first, the names
// in the last. The script's only container is taken to be the only one.
func (c *call) psField(l *psList, field string) (Value, bool) {
	ct := l.made[0]
	switch {
	case len(l.made) > 1 || l.titled:
		return nil, false
	case field == "$1":
		return c.id(ct).line(), true
	case field == "$NF" && l.rows && len(ct.Name) > 0:
		return ct.Name.line(), true
	}
	return nil, false
}

// cutColumns is cut -d X -f N. Behind docker ps the first field is the id.
func cutColumns(c *call, p *parsedFlags) outcome {
	l := c.psList()
	fields, delimiter := p.last("fields"), p.last("delimiter")
	if l != nil && len(p.args) == 0 && fields != nil && fields.Value.is("1") && (!l.rows || delimiter != nil && delimiter.Value.is(" ")) {
		if text, ok := c.psField(l, "$1"); ok {
			return c.prints(text)
		}
	}
	return idFilter(cutFields)(c, p)
}
