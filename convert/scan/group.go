package scan

import (
	"cmp"
	"context"
	"slices"
)

// Groups puts units with changes together that change the same files: each group is
// written whole, or not at all. They come in the order of their first units.
func Groups(units []*Unit) [][]*Unit {
	group := map[file]int{} // of each changed file
	var groups [][]*Unit
	for _, u := range units {
		at := len(groups)
		for _, c := range u.Changes {
			if g, ok := group[file{u.Root, c.Path}]; ok && g != at {
				at = merge(groups, group, min(g, at), max(g, at))
			}
		}
		if len(u.Changes) == 0 {
			continue
		}
		if at == len(groups) {
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], u)
		for _, c := range u.Changes {
			group[file{u.Root, c.Path}] = at
		}
	}
	return slices.DeleteFunc(groups, func(g []*Unit) bool { return len(g) == 0 })
}

// merge moves the second group into the first, which may be one that is only about
// to be made, and returns the first.
func merge(groups [][]*Unit, group map[file]int, first, second int) int {
	if second == len(groups) {
		return first
	}
	for _, u := range groups[second] {
		for _, c := range u.Changes {
			group[file{u.Root, c.Path}] = first
		}
	}
	groups[first] = append(groups[first], groups[second]...)
	groups[second] = nil
	return first
}

// ConvertShard converts the scripts of one shard and settles them. All scripts of
// the tree are to be among the jobs: those of other shards are converted as far as
// they share files with this one's. Units that share files are in one shard, that of
// the script which comes first.
func ConvertShard(ctx context.Context, jobs []Job, s Shard, o Options) ([]*Unit, error) {
	own := slices.Clone(jobs)
	for i := range own {
		if !s.Has(own[i].Script) {
			own[i].As = Builder
		}
	}
	units, err := Convert(ctx, own, o)
	for more := true; more && err == nil; {
		more, err = convertSharing(ctx, jobs, own, units, o)
	}
	if err != nil {
		return nil, err
	}
	units = Settle(units)
	for _, g := range Groups(units) {
		first := slices.MinFunc(g, func(a, b *Unit) int { return cmp.Compare(a.Script, b.Script) })
		for _, u := range g {
			u.foreign = !s.Has(first.Script)
		}
	}
	for _, u := range units {
		if len(u.Changes) == 0 {
			u.foreign = !s.Has(u.Script)
		}
	}
	return slices.DeleteFunc(units, func(u *Unit) bool { return u.foreign && u.As != Builder }), nil
}

// convertSharing converts those of the jobs that were only looked at and use a file
// that a unit changes. It reports whether there were any.
func convertSharing(ctx context.Context, jobs, own []Job, units []*Unit, o Options) (bool, error) {
	changed := map[file]bool{}
	for _, u := range units {
		for _, c := range u.Changes {
			changed[file{u.Root, c.Path}] = true
		}
	}
	more := false
	for i, u := range units {
		if own[i].As != jobs[i].As && u.usesAny(changed) {
			own[i].As, more = jobs[i].As, true
			units[i] = own[i].convert()
			o.finish(units[i])
		}
	}
	return more, ctx.Err()
}

// usesAny reports whether a unit uses one of some files, or may.
func (u *Unit) usesAny(files map[file]bool) bool {
	for name := range u.files() {
		if files[file{u.Root, name}] {
			return true
		}
	}
	for f := range files {
		if f.root == u.Root && u.hearsay.speaksOf(f.path) {
			return true
		}
	}
	return false
}
