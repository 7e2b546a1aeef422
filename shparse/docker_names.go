package shparse

import (
	"maps"
	"strings"
)

// image returns the image that ref means now. One that the script did not make
// becomes known by this.
func (d *docker) image(ref Value) *Image {
	if h := ref.hole(); h != nil && h.Reason == ImageID && h.Image != nil {
		return h.Image
	}
	key := imageName(ref)
	if img, ok := d.images[key]; ok {
		return img
	}
	img := &Image{Ref: ref}
	d.setImage(ref, img)
	return img
}

// setImage makes ref a name of img.
func (d *docker) setImage(ref Value, img *Image) {
	if d.images == nil {
		d.images = map[string]*Image{}
	}
	d.images[imageName(ref)] = img
}

// container returns the container that ref means now, or nil where the script
// did not make it.
func (d *docker) container(ref Value) *Container {
	if h := ref.hole(); h != nil && h.Reason == ContainerID && h.Container != nil {
		return h.Container
	}
	return d.containers[ref.Key()]
}

// add makes ct known.
func (d *docker) add(ct *Container) {
	d.last = ct
	d.made = append(d.made, ct)
	if len(ct.Name) == 0 {
		return
	}
	if d.containers == nil {
		d.containers = map[string]*Container{}
	}
	d.containers[ct.Name.Key()] = ct
}

// remove forgets the name of ct. Its id still means it, as one that is gone.
func (d *docker) remove(ct *Container) {
	if ct == nil {
		return
	}
	if d.gone == nil {
		d.gone = map[*Container]bool{}
	}
	d.gone[ct] = true
	maps.DeleteFunc(d.containers, func(_ string, other *Container) bool { return other == ct })
	if d.last == ct {
		d.last = nil
	}
}

// rename gives ct another name.
func (d *docker) rename(ct *Container, name Value) {
	maps.DeleteFunc(d.containers, func(_ string, other *Container) bool { return other == ct })
	if d.containers == nil {
		d.containers = map[string]*Container{}
	}
	d.containers[name.Key()] = ct
}

// imageName is the Key of ref in full: without the default registry and with the tag
// that it has by default. Text that is unknown is given the default tag like any
// other name without one: where it holds a tag, it does so in all its uses.
func imageName(ref Value) string {
	for _, prefix := range []string{"docker.io/", "index.docker.io/", "library/"} {
		if head := ref.head(); strings.HasPrefix(head, prefix) && len(head) > len(prefix) {
			ref = ref.skip(len(prefix))
		}
	}
	if ref.isTagged() {
		return ref.Key()
	}
	return ref.Key() + ":latest"
}

// isTagged reports whether an image's name has a digest, or a tag: a colon behind its
// last slash.
func (v Value) isTagged() bool {
	tagged := false
	for _, p := range v {
		if strings.Contains(p.Lit, "@") {
			return true
		}
		if slash := strings.LastIndexByte(p.Lit, '/'); slash >= 0 {
			tagged = strings.Contains(p.Lit[slash:], ":")
		} else if strings.Contains(p.Lit, ":") {
			tagged = true
		}
	}
	return tagged
}

// id is the hole that the id of ct leaves in the script.
func (c *call) id(ct *Container) Value {
	return Value{{Hole: &Hole{Reason: ContainerID, Container: ct, Source: c.op.Range}}}
}

// imageID is the hole that the id of img leaves in the script.
func (c *call) imageID(img *Image) Value {
	return Value{{Hole: &Hole{Reason: ImageID, Image: img, Source: c.op.Range}}}
}

// output is a hole for text that the command named by what prints.
func (c *call) output(what string) Value {
	return Value{{Hole: &Hole{Reason: Output, Name: what, Source: c.op.Range}}}
}

// path is a word of the command used as a path of the host.
func (c *call) path(v Value) Value { return relPath(c.op.Dir, v) }
