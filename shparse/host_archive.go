package shparse

import (
	"strconv"
	"strings"
)

// packInto writes a tar stream to the file at path.
func packInto(path Value, tar []Effect) []Effect {
	effects := []Effect{{Verb: WriteFile, Path: path}}
	for _, e := range tar {
		e.Path = path
		effects = append(effects, e)
	}
	return effects
}

// tarFlags are those of GNU tar.
const tarFlags = "create,c extract,get,x list,t append,r update,u concatenate,A delete file,f= directory,C= gzip,gunzip,z " +
	"bzip2,j xz,J lzma lzip zstd auto-compress,a verbose,v exclude= exclude-from,X= strip-components,strip= " +
	"no-same-owner,o same-owner preserve-permissions,same-permissions,p owner= group= mode= mtime= numeric-owner sort= " +
	"format,H= transform,xform= to-stdout,O keep-old-files,k skip-old-files overwrite dereference,h hard-dereference " +
	"absolute-names,P files-from,T= null recursion no-recursion one-file-system totals? checkpoint? wildcards " +
	"no-wildcards anchored warning= use-compress-program,I= no-same-permissions touch,m sparse,S exclude-vcs " +
	"overwrite-dir keep-newer-files unlink-first,U remove-files force-local no-overwrite-dir delay-directory-restore " +
	"verify,W blocking-factor,b= xattrs acls selinux no-xattrs no-acls no-selinux label,V= posix exclude-caches newer,N= " +
	"exclude-vcs-ignores exclude-ignore= i B l"

// A tarLine is the command line of tar taken apart.
type tarLine struct {
	parsedFlags
	dir     Value       // the last -C, as given
	members []tarMember // what stands behind the flags
}

// A tarMember is a file named to tar.
type tarMember struct {
	dir  Value // the -C in force, as given; empty for none
	name Arg
}

// parseTar takes the words behind tar apart. The order matters: -C holds for the
// files behind it.
func parseTar(args []Arg) (*tarLine, bool) {
	args = dashed(args)
	spec := flagSpec{names: tarFlags, style: gnuStyle, first: true}
	t := &tarLine{}
	for len(args) > 0 {
		p, err := spec.parse(args)
		if err != nil {
			return nil, false
		}
		for _, f := range p.flags {
			if f.Name == "directory" {
				t.dir = relPath(orDot(t.dir), f.Value.Value)
			}
		}
		t.flags = append(t.flags, p.flags...)
		args = p.args
		if len(args) > 0 {
			t.members = append(t.members, tarMember{t.dir, args[0]})
			args = args[1:]
		}
	}
	return t, true
}

// dashed rewrites tar's oldest form of flags, in which the values follow the
// bundle in order: "xfC a.tar out".
func dashed(args []Arg) []Arg {
	if len(args) == 0 {
		return args
	}
	bundle, known := args[0].Known()
	if !known || bundle == "" || bundle[0] == '-' {
		return args
	}
	spec := flagSpec{names: tarFlags}
	var out []Arg
	rest := args[1:]
	for i := range len(bundle) {
		letter := bundle[i : i+1]
		out = append(out, literal("-"+letter, args[0]))
		if e, ok := spec.short(letter); ok && e.value == '=' && len(rest) > 0 {
			out = append(out, rest[0])
			rest = rest[1:]
		}
	}
	return append(out, rest...)
}

// archive is the value of -f, or nil for the standard streams.
func (t *tarLine) archive() *Value {
	f := t.last("file")
	if f == nil || f.Value.is("-") {
		return nil
	}
	return &f.Value.Value
}

// partial reports whether flags choose or rename members in a way that is not
// modelled.
func (t *tarLine) partial() bool {
	return t.has("exclude", "exclude-from", "transform", "files-from", "no-recursion", "remove-files", "dereference",
		"keep-old-files", "skip-old-files", "keep-newer-files", "exclude-vcs", "exclude-caches", "newer", "wildcards",
		"exclude-vcs-ignores", "exclude-ignore", "absolute-names", "update", "delete", "concatenate")
}

// tarFiles is tar.
func tarFiles(c *call, p *parsedFlags) outcome {
	t, ok := parseTar(p.args)
	switch {
	case !ok:
		return unknown(c)
	case t.has("create", "append"):
		return c.tarCreate(t)
	case t.has("extract"):
		return c.tarExtract(t)
	case t.has("list"):
		return c.printsUnknown()
	}
	return unknown(c)
}

// tarCreate is tar c. An archive of which not all is known is a mystery.
func (c *call) tarCreate(t *tarLine) outcome {
	var reads, packs []Effect
	for _, m := range t.members {
		from := relPath(relPath(c.op.Dir, orDot(m.dir)), m.name.Value)
		reads = append(reads, Effect{Verb: ReadFile, Path: from})
		name, contents := memberName(m.name.Value)
		packs = append(packs, Effect{Verb: Pack, From: from, Member: name, Contents: contents})
	}
	if t.partial() || len(t.members) == 0 {
		packs = []Effect{{Verb: Change}}
	}
	file := t.archive()
	if file == nil {
		out := c.printsUnknown(reads...)
		out.tar = packs
		return out
	}
	written := packInto(c.path(*file), packs)
	if t.has("append") {
		written = written[1:]
	}
	return c.host(append(reads, written...)...)
}

func orDot(v Value) Value {
	if len(v) == 0 {
		return Lit(".")
	}
	return v
}

// memberName is the name that a file has in an archive, and whether it is the
// archive's own root.
func memberName(v Value) (Value, bool) {
	name := relPath(Lit("."), v)
	for strings.HasPrefix(name.head(), "/") || strings.HasPrefix(name.head(), "../") {
		name = name.skip(strings.IndexByte(name.head(), '/') + 1)
	}
	if len(name) == 0 || name.is("..") {
		name = Lit(".")
	}
	return name, name.is(".")
}

// tarExtract is tar x.
func (c *call) tarExtract(t *tarLine) outcome {
	if t.has("to-stdout") {
		return c.printsUnknown()
	}
	dir := c.path(orDot(t.dir))
	e := Effect{Verb: Unpack, Path: dir}
	for _, m := range t.members {
		e.Only = append(e.Only, memberOnly(m.name.Value))
	}
	if f := t.last("strip-components"); f != nil {
		text, _ := f.Value.Known()
		n, err := strconv.Atoi(text)
		if err != nil {
			return unknown(c)
		}
		e.Strip = n
	}
	switch file := t.archive(); {
	case t.partial():
		e = Effect{Verb: Change, Path: dir}
	case file != nil:
		e.From = c.path(*file)
		return c.host(Effect{Verb: ReadFile, Path: e.From}, e)
	case c.tar == nil:
		e = Effect{Verb: Change, Path: dir}
	default:
		e.Tar = c.tar
	}
	return c.host(e)
}

func memberOnly(v Value) Value {
	name, _ := memberName(v)
	return name
}

// tarStream is what tar prints when a process in ct runs it. Paths below no
// absolute directory stay relative to the process's working directory.
func tarStream(ct *Container, argv []Arg) ([]Effect, bool) {
	t, ok := parseTar(argv[1:])
	if !ok || !t.has("create") || t.archive() != nil || t.partial() || len(t.members) == 0 {
		return nil, false
	}
	var effects []Effect
	for _, m := range t.members {
		source := relPath(orDot(m.dir), m.name.Value)
		name, contents := memberName(m.name.Value)
		effects = append(effects, Effect{Verb: Pack, Container: ct, Source: source, Member: name, Contents: contents})
	}
	return effects, true
}

// zipFiles is zip. It adds to an archive that is there.
func zipFiles(c *call, p *parsedFlags) outcome {
	if len(p.args) < 2 || p.has("delete", "exclude", "include", "update", "freshen", "filesync", "move", "junk-paths", "names-stdin") {
		return c.packMystery(p)
	}
	path := c.path(zipName(p.args[0].Value))
	var effects []Effect
	for _, arg := range p.args[1:] {
		from := c.path(arg.Value)
		name, contents := memberName(arg.Value)
		effects = append(effects, Effect{Verb: ReadFile, Path: from},
			Effect{Verb: Pack, Path: path, From: from, Member: name, Contents: contents})
	}
	return c.host(effects...)
}

// zipName is the archive that zip makes: one without an ending gets .zip.
func zipName(v Value) Value {
	if list := v.fields("/"); !strings.Contains(list[len(list)-1].tail(), ".") {
		return v.Concat(Lit(".zip"))
	}
	return v
}

// packMystery makes an archive of which the members are not known.
func (c *call) packMystery(p *parsedFlags) outcome {
	if len(p.args) == 0 {
		return c.printsUnknown()
	}
	return c.host(append(c.reads(p.args[1:]), Effect{Verb: Change, Path: c.path(zipName(p.args[0].Value))})...)
}

// unzipFiles is unzip.
func unzipFiles(c *call, p *parsedFlags) outcome {
	if len(p.args) == 0 || p.has("l", "p", "t", "v", "Z") {
		return c.printsUnknown(c.reads(p.args)...)
	}
	dir := c.op.Dir
	if d := p.last("d"); d != nil {
		dir = c.path(d.Value.Value)
	}
	from := c.path(p.args[0].Value)
	e := Effect{Verb: Unpack, From: from, Path: dir}
	for _, arg := range p.args[1:] {
		e.Only = append(e.Only, memberOnly(arg.Value))
	}
	if p.has("j", "x") {
		e = Effect{Verb: Change, Path: dir}
	}
	return c.host(Effect{Verb: ReadFile, Path: from}, e)
}

// compressFiles is gzip and its like: each file is replaced by one with the
// ending. A tar that the script made stays one; any other is a mystery.
func compressFiles(c *call, p *parsedFlags) outcome {
	if p.has("decompress") {
		return decompressFiles(c, p)
	}
	return c.recode(p, func(v Value) (Value, bool) { return v.Concat(Lit(endings[c.name()])), true })
}

// endings are those that the compressors add.
var endings = map[string]string{"gzip": ".gz", "pigz": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst", "lzma": ".lzma"}

// decompressFiles is gunzip and its like.
func decompressFiles(c *call, p *parsedFlags) outcome {
	return c.recode(p, func(v Value) (Value, bool) {
		tail := v.tail()
		for _, end := range []string{".gz", ".bz2", ".xz", ".zst", ".lzma", ".Z"} {
			if strings.HasSuffix(tail, end) && tail != end {
				return v.trimTail(len(end)), true
			}
		}
		if strings.HasSuffix(tail, ".tgz") {
			return v.trimTail(2).Concat(Lit("ar")), true
		}
		return nil, false
	})
}

// recode replaces each file by one in another coding, under another name.
func (c *call) recode(p *parsedFlags, rename func(Value) (Value, bool)) outcome {
	if len(p.args) == 0 || p.has("stdout") || p.args[0].is("-") {
		return c.recodeStream(p)
	}
	var effects []Effect
	for _, arg := range p.args {
		from := c.path(arg.Value)
		to, ok := rename(from)
		if !ok || p.has("recursive") {
			return unknown(c)
		}
		verb := MoveTo
		if p.has("keep") {
			verb = CopyTo
		}
		effects = append(effects, Effect{Verb: verb, From: from, Path: to})
		if f, ok := c.op.Files.At(from.Key()); !ok || f.Origin != Packed {
			effects = append(effects, Effect{Verb: Change, Path: to})
		}
	}
	return c.host(effects...)
}

// recodeStream is a compressor in a pipe: a tar that goes through stays one.
func (c *call) recodeStream(p *parsedFlags) outcome {
	out := c.printsUnknown(c.reads(p.args)...)
	if len(p.args) > 0 {
		return out
	}
	out.tar = c.changed()
	if len(out.tar) > 0 && out.tar[0].Verb == Change && len(c.tar[0].Member) > 0 {
		out.tar = c.tar
	}
	return out
}

// changed is what is left of a stream from a container behind a filter: what it
// is can't be known, but where it is from can.
func (c *call) changed() []Effect {
	if len(c.tar) == 0 {
		return nil
	}
	return []Effect{{Verb: Change, Container: c.tar[0].Container}}
}
