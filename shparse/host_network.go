package shparse

import "strings"

// isRemoteFile reports whether an argument of scp, rsync or a cloud tool is not
// a file of this host.
func isRemoteFile(v Value) bool {
	text := v.String()
	if strings.Contains(text, "://") {
		return true
	}
	host, _, ok := strings.Cut(text, ":")
	return ok && !strings.Contains(host, "/") && host != ""
}

// transfers is a command that copies files to or from another machine: the last
// argument may be a file here.
func transfers(c *call, p *parsedFlags) outcome {
	var files []Arg
	for _, arg := range p.args {
		if head := arg.head(); !strings.HasPrefix(head, "-") {
			files = append(files, arg)
		}
	}
	out := c.informs(c.readsExisting(files)...)
	remote := false
	for _, arg := range files {
		remote = remote || isRemoteFile(arg.Value)
	}
	if n := len(files); remote && !isRemoteFile(files[n-1].Value) {
		changed := Effect{Verb: Change, Path: c.path(files[n-1].Value)}
		if c.exists(changed.Path.Key()) == directory {
			changed.Contents = true
		}
		out.effects = append(out.effects, changed)
		out.act.(*Host).Effects = out.effects
	}
	return out
}

// network is a command that talks to a service and reads the files it names.
func network(c *call, p *parsedFlags) outcome { return c.informs(c.readsExisting(p.args)...) }

// curl is curl: it makes the file of -o, or with -O one named like the URL.
func curl(c *call, p *parsedFlags) outcome {
	var effects []Effect
	for _, f := range p.flags {
		switch {
		case f.Name == "output" && !f.Value.is("-"):
			effects = append(effects, Effect{Verb: WriteFile, Path: c.path(f.Value.Value)})
		case f.Name == "remote-name":
			effects = append(effects, c.named(p.args, c.op.Dir)...)
		case f.Name == "data" || f.Name == "upload-file" || f.Name == "form" || f.Name == "data-binary":
			effects = append(effects, c.readsExisting([]Arg{{Value: afterAt(f.Value.Value)}})...)
		}
	}
	if p.has("remote-header-name", "remote-name-all", "output-dir") {
		return unknown(c)
	}
	return c.printsUnknown(effects...)
}

// afterAt is the file in @file or name=@file.
func afterAt(v Value) Value {
	if _, after, ok := v.cut("@"); ok {
		return after
	}
	return v
}

// named makes a file in dir for each URL, called like its last element.
func (c *call) named(urls []Arg, dir Value) []Effect {
	var effects []Effect
	for _, url := range urls {
		name, _, _ := url.cut("?")
		effects = append(effects, Effect{Verb: WriteFile, Path: under(dir, name.base())})
	}
	return effects
}

// wget is wget.
func wget(c *call, p *parsedFlags) outcome {
	dir := c.op.Dir
	if f := p.last("directory-prefix"); f != nil {
		dir = c.path(f.Value.Value)
	}
	switch f := p.last("output-document"); {
	case p.has("recursive", "mirror", "input-file", "content-disposition"):
		return unknown(c)
	case p.has("spider"):
		return answers(c, &parsedFlags{})
	case f == nil:
		return c.printsUnknown(c.named(p.args, dir)...)
	case f.Value.is("-"):
		return c.printsUnknown()
	default:
		return c.host(Effect{Verb: WriteFile, Path: c.path(f.Value.Value)})
	}
}

// syncFiles is rsync between directories of this host.
func syncFiles(c *call, p *parsedFlags) outcome {
	remote := false
	for _, arg := range p.args {
		remote = remote || isRemoteFile(arg.Value)
	}
	switch {
	case remote:
		return transfers(c, p)
	case len(p.args) < 2 || !p.onlyHas("archive", "recursive", "verbose", "compress", "quiet", "human-readable", "links", "perms",
		"times", "group", "owner", "devices", "progress", "stats", "P", "whole-file", "inplace", "checksum"):
		return unknown(c)
	}
	dest := p.args[len(p.args)-1].Value
	var effects []Effect
	for _, arg := range p.args[:len(p.args)-1] {
		e, ok := c.syncOne(arg.Value, dest)
		if !ok {
			return unknown(c)
		}
		effects = append(effects, e)
	}
	return c.host(effects...)
}

// syncOne is one source of rsync: DIR/ is what the directory holds.
func (c *call) syncOne(src, dest Value) (Effect, bool) {
	to, there := c.follow(c.path(dest))
	_, kind := c.follow(c.path(src))
	e := Effect{Verb: CopyTo, From: c.path(src), Path: to, Recursive: true}
	switch {
	case endsInSlash(src):
		e.Contents = there == directory
		return e, kind == directory || kind == existing || kind == unknownExistence
	case there == directory, kind == directory, endsInSlash(dest):
		e.Path = under(to, src.base())
		e.Contents = kind == directory && c.exists(e.Path.Key()) == directory
		return e, there != unknownExistence && there != existing
	}
	return e, kind == regular && (there == missing || there == regular || there == maybeMissing)
}
