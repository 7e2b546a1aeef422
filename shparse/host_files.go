package shparse

import "strings"

// makeDirs is mkdir.
func makeDirs(c *call, p *parsedFlags) outcome {
	var effects []Effect
	for _, arg := range p.args {
		path := c.path(arg.Value)
		if p.has("parents") {
			effects = append(effects, c.parents(path)...)
		}
		effects = append(effects, Effect{Verb: MakeDir, Path: path})
		if mode := p.last("mode"); mode != nil {
			effects = append(effects, Effect{Verb: SetMode, Path: path, Mode: mode.Value.String()})
		}
	}
	return c.host(effects...)
}

// parents makes the directories above path.
func (c *call) parents(path Value) []Effect {
	var effects []Effect
	list := path.fields("/")
	for i := 1; i < len(list); i++ {
		dir := joinSegments(list[:i])
		if len(dir) == 0 || dir.is("..") {
			continue
		}
		switch c.exists(dir.Key()) {
		case missing, maybeMissing, unknownExistence:
			effects = append(effects, Effect{Verb: MakeDir, Path: dir})
		}
	}
	return effects
}

// removeFiles is rm and rmdir.
func removeFiles(c *call, p *parsedFlags) outcome { return c.each(p.args, Remove) }

// each has the same effect on every argument.
func (c *call) each(args []Arg, verb Verb) outcome {
	effects := make([]Effect, 0, len(args))
	for _, arg := range args {
		effects = append(effects, Effect{Verb: verb, Path: c.path(arg.Value)})
	}
	return c.host(effects...)
}

// moveFiles is mv.
func moveFiles(c *call, p *parsedFlags) outcome {
	list, ok := c.pairs(p)
	if !ok || p.has("no-clobber", "update", "backup") {
		return unknown(c)
	}
	var effects []Effect
	for _, m := range list {
		effects = append(effects, Effect{Verb: MoveTo, From: m.from, Path: m.to})
	}
	return c.host(effects...)
}

// copyFiles is cp.
func copyFiles(c *call, p *parsedFlags) outcome {
	list, ok := c.pairs(p)
	if !ok || p.has("no-clobber", "update", "backup", "parents", "link", "symbolic-link") {
		return unknown(c)
	}
	recursive := p.has("recursive", "R", "archive")
	var effects []Effect
	for _, m := range list {
		e := Effect{Verb: CopyTo, From: m.from, Path: m.to, Recursive: recursive || p.has("no-dereference", "d")}
		if recursive && p.has("dereference", "H") {
			return unknown(c)
		}
		e.Contents = recursive && m.merges
		effects = append(effects, e)
	}
	return c.host(effects...)
}

// linkFiles is ln. A hard link is taken as a copy.
func linkFiles(c *call, p *parsedFlags) outcome {
	if len(p.args) == 1 {
		p.args = append(p.args, literal(".", p.args[0]))
	}
	if p.has("no-dereference") && len(p.args) == 2 && !p.has("target-directory") {
		if c.exists(c.path(p.args[1].Value).Key()) == symlink {
			p.flags = append(p.flags, Flag{Name: "no-target-directory"})
		}
	}
	list, ok := c.pairs(p)
	if !ok || p.has("relative", "backup") {
		return unknown(c)
	}
	var effects []Effect
	for _, m := range list {
		e := Effect{Verb: CopyTo, From: m.from, Path: m.to}
		if p.has("symbolic") {
			e = Effect{Verb: Symlink, From: m.given, Path: m.to}
		}
		effects = append(effects, e)
	}
	return c.host(effects...)
}

// changeModes is chmod. Its modes may look like flags: chmod -x file.
func changeModes(c *call, p *parsedFlags) outcome {
	recursive := false
	mode := ""
	var paths []Arg
	for i, arg := range p.args {
		head := arg.head()
		switch {
		case arg.is("-R"), arg.is("--recursive"):
			recursive = true
		case strings.HasPrefix(head, "--reference"):
			return unknown(c)
		case isFlag(head, "vfcRh"), strings.HasPrefix(head, "--"):
			recursive = recursive || strings.HasPrefix(head, "-") && strings.Contains(head, "R")
		case mode == "":
			mode = arg.String()
		default:
			paths = append(paths, p.args[i])
		}
	}
	out := c.each(paths, SetMode)
	for i := range out.effects {
		out.effects[i].Mode = mode
		out.effects[i].Recursive = recursive
	}
	return out
}

// isFlag reports whether word is a dash and letters of the set.
func isFlag(word, set string) bool {
	return len(word) > 1 && word[0] == '-' && strings.Trim(word[1:], set) == ""
}

// changeOwners is chown and chgrp.
func changeOwners(c *call, p *parsedFlags) outcome {
	args := p.args
	if !p.has("reference") && len(args) > 0 {
		args = args[1:]
	}
	out := c.each(args, SetOwner)
	for i := range out.effects {
		out.effects[i].Recursive = p.has("recursive")
	}
	return out
}

// installFiles is install.
func installFiles(c *call, p *parsedFlags) outcome {
	if p.has("strip", "backup", "compare") {
		return unknown(c)
	}
	mode := "755"
	if m := p.last("mode"); m != nil {
		mode = m.Value.String()
	}
	if p.has("directory") {
		return installDirs(c, p, mode)
	}
	list, ok := c.pairs(p)
	if !ok {
		return unknown(c)
	}
	var effects []Effect
	for _, m := range list {
		if p.has("D") {
			effects = append(effects, c.parents(m.to)...)
		}
		effects = append(effects, Effect{Verb: CopyTo, From: m.from, Path: m.to}, Effect{Verb: SetMode, Path: m.to, Mode: mode})
	}
	return c.host(effects...)
}

// installDirs is install -d.
func installDirs(c *call, p *parsedFlags, mode string) outcome {
	var effects []Effect
	for _, arg := range p.args {
		path := c.path(arg.Value)
		effects = append(effects, c.parents(path)...)
		effects = append(effects, Effect{Verb: MakeDir, Path: path}, Effect{Verb: SetMode, Path: path, Mode: mode})
	}
	return c.host(effects...)
}

// touchFiles is touch.
func touchFiles(c *call, p *parsedFlags) outcome {
	if p.has("no-create") {
		return c.host()
	}
	return c.each(p.args, Touch)
}

// truncateFiles is truncate, which makes files that are missing.
func truncateFiles(c *call, p *parsedFlags) outcome {
	if p.has("no-create") {
		return c.each(p.args, Change)
	}
	return c.each(p.args, WriteFile)
}
