package shparse

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// dockerCopy is docker cp.
func dockerCopy(c *call, cmd Command) outcome {
	cp := &Copy{Command: cmd, Follow: cmd.on("follow-link"), Archive: cmd.on("archive")}
	from, to := cmd.Args[0], cmd.Args[1]
	fromRef, fromPath, fromContainer := splitCopyArg(from.Value)
	toRef, toPath, toContainer := splitCopyArg(to.Value)
	out := outcome{act: cp, stdout: known(nil)}
	switch {
	case fromContainer == toContainer:
		out.problem = []finding.Finding{badCopy(cmd)}
		return out
	case toContainer:
		cp.Into = true
		cp.Ref, cp.Path, cp.Host = toRef, toPath, from.Value
	default:
		cp.Ref, cp.Path, cp.Host = fromRef, fromPath, to.Value
	}
	cp.Container = c.docker.container(cp.Ref)
	if !cp.Host.is("-") {
		cp.HostPath = c.path(cp.Host)
	}
	if cp.Into {
		out.effects = []Effect{{Verb: ReadFile, Path: cp.HostPath}}
		return out
	}
	cp.extract(c, &out)
	return out
}

// badCopy is the finding for a docker cp that has a container on both sides or
// on none.
func badCopy(cmd Command) finding.Finding {
	from, to := cmd.Args[0], cmd.Args[1]
	if from.hole() != nil || to.hole() != nil {
		return finding.New("SF004", from.Word, "%q: which of %q and %q names the container is unknown", cmd.name(), from, to)
	}
	return finding.New("SF008", from.Word, "%q: exactly one of %q and %q must name a container, as in CONTAINER:PATH", cmd.name(), from, to)
}

// splitCopyArg splits CONTAINER:PATH. Words that start with a slash or a dot are
// host paths even with a colon.
func splitCopyArg(v Value) (ref, path Value, ok bool) {
	if head := v.head(); head != "" && (head[0] == '/' || head[0] == '.') {
		return nil, nil, false
	}
	return v.cut(":")
}

// extract works out where a copy out of a container lands.
func (cp *Copy) extract(c *call, out *outcome) {
	if cp.Container == nil {
		out.problem = append(out.problem, finding.New("SF007", cp.Args[0].Word,
			"%q copies from %q, which is no container that the script made", cp.name(), cp.Ref))
	}
	if c.docker.gone[cp.Container] {
		out.problem = append(out.problem, finding.New("SF007", cp.Args[0].Word,
			"%q copies from the container made at %s, which is removed by now", cp.name(), cp.Container.By.Range))
	}
	e := Effect{Verb: Extract, Container: cp.Container, Source: absolute(cp.Path), Contents: copiesContents(cp.Path)}
	if cp.Host.is("-") {
		e.Verb = Pack
		e.Member = e.Source.base()
		if e.Contents {
			e.Member = Lit(".")
		}
		out.stdout = nil
		out.tar = []Effect{e}
		return
	}
	e, bad := cp.land(c, e)
	if bad != nil {
		out.problem = append(out.problem, *bad)
	}
	if len(e.Path) > 0 {
		out.effects = []Effect{e}
	}
}

// copiesContents reports whether a path asks for what is in a directory, not for
// the directory.
func copiesContents(path Value) bool {
	tail := path.tail()
	return strings.HasSuffix(tail, "/.") || path.is(".") || path.is("/")
}

// land gives e its exact path on the host.
func (cp *Copy) land(c *call, e Effect) (Effect, *finding.Finding) {
	dest, kind := c.follow(cp.HostPath)
	switch {
	case kind == directory && e.Contents:
		e.Path = dest
		return e, nil
	case kind == directory:
		e.Path = under(dest, e.Source.base())
		_, there := c.follow(e.Path)
		e.Contents = there == directory
		return e, nil
	case kind == missing && !c.hasParent(dest):
		f := finding.New("SF023", cp.Args[1].Word, "%q copies to %q, but there is no directory %q", cp.name(), cp.Host, dirOf(dest))
		return e, &f
	case kind == regular, kind == missing:
		e.Path = dest
		e.Contents = false
		return e, nil
	case e.Contents && kind == existing && !isOutside(dest):
		e.Path = dest // only a directory can take the contents of one
		return e, nil
	case kind == maybeMissing, isOutside(dest):
		f := cp.assumeMissing()
		e.Path = dest
		e.Contents = false
		return e, &f
	}
	f := finding.New("SF024", cp.Args[1].Word, "%q copies to %q, and whether that is a directory is unknown", cp.name(), cp.Host)
	return e, &f
}

// assumeMissing is the finding for a destination that is missing as far as one
// can see.
func (cp *Copy) assumeMissing() finding.Finding {
	return finding.New("SF025", cp.Args[1].Word, "%q copies to %q, which is taken not to be there before", cp.name(), cp.Host)
}

// endsInSlash reports whether a path as given can only be a directory.
func endsInSlash(v Value) bool {
	tail := v.tail()
	return strings.HasSuffix(tail, "/") || strings.HasSuffix(tail, "/.")
}
