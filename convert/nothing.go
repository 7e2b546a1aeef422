package convert

import (
	"io/fs"
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// explainNothing says why no way through the script folds: the Dockerfile has its
// stages already, or this is no builder pattern.
func (c *converter) explainNothing() {
	if c.refused() || len(c.folding) > 0 {
		return
	}
	builds := c.builds()
	if len(builds) == 0 {
		c.say(finding.New("SF202", finding.Range{File: c.opts.Script, Start: start, End: start}, "the script builds no image"))
		return
	}
	for _, op := range builds {
		if name, ok := c.multiStage(op); ok {
			c.say(finding.New("SF201", op.Range, "%s is a multi-stage Dockerfile already: nothing to convert", name))
			return
		}
	}
	if m := c.outlet(); m != nil {
		c.say(finding.New("SF230", m.Flag.Range, "the container writes into a directory of the host, %q, and that is not converted", m.Host.String()))
		return
	}
	if op, image := c.savedLayers(); op != nil {
		c.say(finding.New("SF236", op.Range, "docker save writes %q as layers, and which files the script takes out of them can't be told", image))
		return
	}
	if op := c.extraction(); op != nil {
		c.say(finding.New("SF202", op.Range, "no image takes in what is copied out of the container here"))
		return
	}
	c.say(finding.New("SF202", builds[0].Range, "the script builds an image and copies nothing out of a container of it"))
}

// start is the first place of any file.
var start = finding.Pos{Line: 1, Column: 1}

// builds are the builds of all ways, each statement once.
func (c *converter) builds() []*shparse.Op {
	return c.ops(func(op *shparse.Op) bool { _, ok := op.Act.(*shparse.Build); return ok })
}

// outlet is the first mount through which a container may bring files to the host,
// in front of a build, or nil.
func (c *converter) outlet() *shparse.Mount {
	for _, w := range c.tr.Ways {
		var found *shparse.Mount
		for _, op := range w.Ops {
			switch a := op.Act.(type) {
			case *shparse.Create:
				for i, m := range a.Mounts {
					if found == nil && a.Run && !m.ReadOnly && !m.Volume {
						found = &a.Mounts[i]
					}
				}
			case *shparse.Build:
				if found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// savedLayers is the first docker save of an image that the script builds whose archive
// it may unpack in front of another build, and the image; nil where there is none.
func (c *converter) savedLayers() (*shparse.Op, string) {
	for _, w := range c.tr.Ways {
		var saved *shparse.Op
		unpacked, image := false, ""
		for _, op := range w.Ops {
			switch a := op.Act.(type) {
			case *shparse.Export:
				if i := slices.IndexFunc(a.Images, (*shparse.Image).Local); saved == nil && i >= 0 {
					saved, image = op, a.Images[i].Ref.String()
				}
			case *shparse.Host:
				unpacked = unpacked || saved != nil && slices.ContainsFunc(a.Effects, unpacks)
			case *shparse.Build:
				if unpacked {
					return saved, image
				}
			}
		}
	}
	return nil, ""
}

// unpacks reports whether an effect may be that of an archive that is unpacked.
func unpacks(e shparse.Effect) bool {
	return e.Verb == shparse.Unpack || e.Verb == shparse.Change
}

// extraction is the first operation that copies a file out of a container, or nil.
func (c *converter) extraction() *shparse.Op {
	found := c.ops(func(op *shparse.Op) bool { cp, ok := op.Act.(*shparse.Copy); return ok && !cp.Into })
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// ops are the operations of all ways that pick accepts, each statement once.
func (c *converter) ops(pick func(*shparse.Op) bool) []*shparse.Op {
	var found []*shparse.Op
	for _, w := range c.tr.Ways {
		for _, op := range w.Ops {
			if pick(op) && !slices.ContainsFunc(found, func(o *shparse.Op) bool { return o.Range == op.Range }) {
				found = append(found, op)
			}
		}
	}
	return found
}

// multiStage reports whether a build's Dockerfile copies between stages, and its
// path or name.
func (c *converter) multiStage(op *shparse.Op) (string, bool) {
	var f *dockerfile.File
	b := op.Act.(*shparse.Build)
	if name, ok := b.FilePath.Known(); b.Heredoc != nil {
		f, _ = c.loadInline(b.Heredoc)
	} else if ok && fs.ValidPath(name) {
		f, _ = c.load(name, op.Range)
	}
	if f == nil {
		return "", false
	}
	copies := slices.ContainsFunc(f.Instructions, func(in *dockerfile.Instruction) bool { return in.Flag("from") != nil })
	return f.Path, copies
}
