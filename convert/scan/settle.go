package scan

import (
	"bytes"
	"slices"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// Settle decides on what several units have to do with one another, and returns
// those that are left.
func Settle(units []*Unit) []*Unit {
	standAside(units)
	units = dropParts(units)
	s := &settling{users: map[file][]*Unit{}}
	for _, u := range units {
		if u.Status == convert.Refused && u.hearsay.names != nil {
			s.obscure = append(s.obscure, u)
		}
		for name := range u.files() {
			at := file{u.Root, name}
			s.users[at] = append(s.users[at], u)
		}
	}
	for s.refuse(units) {
	}
	s.share(units)
	s.warn(units)
	return units
}

// A file is a path in one of several repositories.
type file struct{ root, path string }

type settling struct {
	users   map[file][]*Unit
	obscure []*Unit // refused, and not all is known of what they use
}

// usersOf returns the units that use a file, or may.
func (s *settling) usersOf(root, name string) []*Unit {
	users := s.users[file{root, name}]
	for _, u := range s.obscure {
		if u.Root == root && u.hearsay.speaksOf(name) && !slices.Contains(users, u) {
			users = append(slices.Clip(users), u)
		}
	}
	return users
}

// files are the files of the repository that a unit is made of, or changes.
func (u *Unit) files() map[string]bool {
	set := map[string]bool{}
	for _, list := range [][]string{u.Scripts, u.Built} {
		for _, name := range list {
			set[name] = true
		}
	}
	for _, c := range u.Changes {
		set[c.Path] = true
	}
	return set
}

// standAside takes the changes from scripts that only run others, where those are
// units themselves and all changes are theirs.
func standAside(units []*Unit) {
	byScript := map[file]*Unit{}
	for _, u := range units {
		byScript[file{u.Root, u.Script}] = u
	}
	for _, u := range units {
		all := len(u.Changes) > 0 && u.As != Named
		for _, c := range u.Changes {
			all = all && slices.ContainsFunc(u.Scripts, func(name string) bool {
				o := byScript[file{u.Root, name}]
				return o != nil && o != u && !differs(c, o.Changes)
			})
		}
		if all {
			u.Status, u.Changes, u.Findings, u.Dockerfile, u.Forecast = convert.Nothing, nil, nil, "", Forecast{}
		}
	}
}

// differs reports whether c is not among changes.
func differs(c edit.Change, changes []edit.Change) bool {
	return !slices.ContainsFunc(changes, func(d edit.Change) bool {
		return d.Path == c.Path && d.Delete == c.Delete && bytes.Equal(d.New, c.New)
	})
}

// dropParts leaves out the scripts that a converted unit runs and that are nothing
// by themselves.
func dropParts(units []*Unit) []*Unit {
	part := map[file]bool{}
	for _, u := range units {
		if len(u.Changes) == 0 {
			continue
		}
		for _, name := range u.Scripts {
			if name != u.Script {
				part[file{u.Root, name}] = true
			}
		}
	}
	return slices.DeleteFunc(units, func(u *Unit) bool {
		return len(u.Changes) == 0 && u.As != Named && part[file{u.Root, u.Script}]
	})
}

// refuse refuses the units that can't be converted beside the others, and reports
// whether there were any: what was refused is in the way of others in turn.
func (s *settling) refuse(units []*Unit) bool {
	found := map[*Unit]finding.Finding{}
	for _, u := range units {
		for _, c := range u.Changes {
			users := s.usersOf(u.Root, c.Path)
			i := slices.IndexFunc(users, func(o *Unit) bool { return o != u && inTheWay(u, c, o) })
			if i >= 0 {
				found[u] = sharedFile(u, c.Path, users[i].Script)
				break
			}
		}
	}
	for u, f := range found {
		u.Status, u.Changes, u.Dockerfile, u.Forecast = convert.Refused, nil, "", Forecast{}
		u.Findings = finding.Sort(append(u.Findings, f))
	}
	return len(found) > 0
}

// inTheWay reports whether o, which uses the file of the change c of u, would not
// get the same file of its own conversion.
func inTheWay(u *Unit, c edit.Change, o *Unit) bool {
	switch {
	case slices.ContainsFunc(o.Changes, func(d edit.Change) bool { return d.Path == c.Path }):
		return differs(c, o.Changes)
	case u.related(o):
		return false
	default:
		return c.Delete || o.Status != convert.Nothing
	}
}

// related reports whether one of the scripts runs the other.
func (u *Unit) related(o *Unit) bool {
	return slices.Contains(o.Scripts, u.Script) || slices.Contains(u.Scripts, o.Script)
}

func sharedFile(u *Unit, path, other string) finding.Finding {
	return finding.New("SF305", u.top(), "the file %q belongs to the unit of %q too", path, other)
}

// top is the first place of a unit's script.
func (u *Unit) top() finding.Range {
	return finding.Range{File: u.Script, Start: finding.Pos{Line: 1, Column: 1}, End: finding.Pos{Line: 1, Column: 1}}
}

// say adds findings to a unit that is converted.
func (u *Unit) say(fs ...finding.Finding) {
	u.Findings = finding.Sort(append(u.Findings, fs...))
	if worst, _ := finding.Worst(u.Findings); worst == finding.Warning && u.Status == convert.Converted {
		u.Status = convert.Assumed
	}
}

// share notes which units are left that change the same files.
func (s *settling) share(units []*Unit) {
	for _, u := range units {
		for _, c := range u.Changes {
			for _, o := range s.users[file{u.Root, c.Path}] {
				if o != u && len(o.Changes) > 0 && !slices.Contains(u.Shares, o.Script) {
					u.Shares = append(u.Shares, o.Script)
				}
			}
		}
		slices.Sort(u.Shares)
	}
}

// warn lists the scripts that are no units and build a Dockerfile that changes.
func (s *settling) warn(units []*Unit) {
	for _, u := range units {
		for _, c := range u.Changes {
			for _, o := range s.users[file{u.Root, c.Path}] {
				if len(o.Changes) == 0 && slices.Contains(o.Built, c.Path) && !u.related(o) {
					u.say(finding.New("SF307", u.top(), "%q is built by %q too, whose image gets its files out of the builder's stage from now on", c.Path, o.Script))
				}
			}
		}
	}
}
