package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/verify"
	"github.com/stagefold/stagefold/convert/verify/front"
)

// ways returns the runs of the old way and the one of the new.
func (t *trial) ways() (olds []*run, new *run) {
	for i := range t.runs {
		if r := &t.runs[i]; r.way == "old" {
			olds = append(olds, r)
		} else {
			new = r
		}
	}
	return olds, new
}

// compare fills in p from all runs so far.
func (t *trial) compare(ctx context.Context, p *Proof) error {
	olds, new := t.ways()
	align(olds, new)
	last := olds[len(olds)-1]
	p.Old, p.New = last.Run, new.Run
	p.Effects, p.Gone, p.Images = nil, nil, nil
	p.compareNames(olds, new)
	p.compareHeld(olds, new)
	shared := slices.DeleteFunc(slices.Sorted(maps.Keys(new.images)), func(name string) bool { return !inAll(olds, name) })
	if err := t.read(ctx, shared); err != nil {
		return err
	}
	for _, name := range shared {
		var images []*verify.Image
		for _, r := range olds {
			images = append(images, r.images[name].read)
		}
		p.Images = append(p.Images, Image{
			Name: name, OldSize: last.images[name].size, NewSize: new.images[name].size,
			Judgement: verify.Judge(images, new.images[name].read, t.opts.Ignore),
		})
	}
	p.sum()
	return nil
}

func inAll(runs []*run, name string) bool {
	return !slices.ContainsFunc(runs, func(r *run) bool { return r.images[name] == nil })
}

// align gives images one name whose tags differ from one old run to the next, such
// as those with the time in it. This needs each run to have one such image in the
// repository.
func align(olds []*run, new *run) {
	runs := append(slices.Clone(olds), new)
	varying := map[string]int{}
	for _, r := range runs {
		for name := range r.images {
			if !inAll(olds, name) {
				varying[repository(name)]++
			}
		}
	}
	for _, r := range runs {
		for name, img := range maps.Clone(r.images) {
			if repo := repository(name); !inAll(olds, name) && varying[repo] == len(runs) {
				delete(r.images, name)
				r.images[repo+":<varies>"] = img
			}
		}
	}
}

func repository(name string) string { return name[:max(0, strings.LastIndexByte(name, ':'))] }

// read reads the images called names that no earlier comparison has read, in one
// go: they share most of their layers.
func (t *trial) read(ctx context.Context, names []string) error {
	var unread []*image
	var tags []string
	for _, r := range t.runs {
		for _, name := range names {
			if img := r.images[name]; img.read == nil {
				unread = append(unread, img)
				tags = append(tags, img.kept)
			}
		}
	}
	if len(tags) == 0 {
		return nil
	}
	images, err := verify.Docker{Command: []string{t.session.Client}}.Images(ctx, tags)
	for _, img := range unread {
		img.read = images[img.kept]
	}
	return err
}

// compareNames compares which images are left. One that only the old way leaves is
// a builder, if files came out of it.
func (p *Proof) compareNames(olds []*run, new *run) {
	last := olds[len(olds)-1]
	for _, name := range slices.Sorted(maps.Keys(last.images)) {
		switch {
		case new.images[name] != nil || !inAll(olds, name):
		case isSource(last.events, last.images[name].name):
			p.Gone = append(p.Gone, name)
		default:
			p.Effects = append(p.Effects, fmt.Sprintf("only the old way leaves the image %q", name))
		}
	}
	common := false
	for _, name := range slices.Sorted(maps.Keys(new.images)) {
		if inAll(olds, name) {
			common = true
		} else if last.images[name] == nil {
			p.Effects = append(p.Effects, fmt.Sprintf("only the new way leaves the image %q", name))
		}
	}
	if !common {
		p.Effects = append(p.Effects, "no image is left by both ways")
	}
}

// isSource reports whether files came out of the image.
func isSource(events []front.Event, name string) bool {
	return slices.ContainsFunc(events, func(e front.Event) bool { return e.Kind == front.Source && e.Text == name })
}

// compareHeld compares what would have left the machine. Where two old runs differ
// in it, nothing can be said.
func (p *Proof) compareHeld(olds []*run, new *run) {
	want := leaving(olds[len(olds)-1].events)
	for _, r := range olds {
		if !slices.Equal(leaving(r.events), want) {
			return
		}
	}
	got := leaving(new.events)
	for _, c := range want {
		if !slices.Contains(got, c) {
			p.Effects = append(p.Effects, fmt.Sprintf("only the old way would run %q", c))
		}
	}
	for _, c := range got {
		if !slices.Contains(want, c) {
			p.Effects = append(p.Effects, fmt.Sprintf("only the new way would run %q", c))
		}
	}
	if len(p.Effects) == 0 && !slices.Equal(got, want) {
		p.Effects = append(p.Effects, fmt.Sprintf("what would leave the machine comes in another order or number: %q, and then %q", want, got))
	}
}

func leaving(events []front.Event) []string {
	var list []string
	for _, e := range events {
		if e.Kind == front.Leaves {
			list = append(list, e.Text)
		}
	}
	return list
}
