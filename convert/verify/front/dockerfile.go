package front

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A privateFile is the Dockerfile of a build in which the images that the script
// made have their private names. It stands in its place in the scratch copy for as
// long as the build runs: a context with a further file would be another one.
type privateFile struct {
	name  string
	old   []byte
	info  os.FileInfo      // nil where nothing was changed
	stdin io.Reader        // what the build reads in place of the script's input, or nil
	doc   *dockerfile.File // what is built in a directory of the machine; nil where that is not known
}

// restore puts the script's own text back.
func (p privateFile) restore() error {
	if p.info == nil {
		return nil
	}
	return errors.Join(os.WriteFile(p.name, p.old, p.info.Mode()), os.Chtimes(p.name, p.info.ModTime(), p.info.ModTime()))
}

// privateDockerfile finds the Dockerfile of the build and makes its names private.
func (c *call) privateDockerfile() (privateFile, error) {
	context, file := c.args[0], c.value("file")
	switch {
	case context == "-":
		return c.fromInput()
	case file == "-":
		return c.dockerfileFromInput()
	case strings.Contains(context, "://") || strings.HasPrefix(context, "git@"):
		return privateFile{}, nil
	case file == "":
		file = filepath.Join(context, "Dockerfile")
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return privateFile{}, nil // the builder knows better what is wrong
	}
	text := c.privateText(src)
	p := privateFile{doc: parsed(text)}
	if bytes.Equal(text, src) {
		return p, nil
	}
	p.name, p.old = file, src
	if p.info, err = os.Stat(file); err != nil {
		return privateFile{}, err
	}
	return p, os.WriteFile(file, text, p.info.Mode())
}

func (c *call) dockerfileFromInput() (privateFile, error) {
	src, err := io.ReadAll(os.Stdin)
	text := c.privateText(src)
	return privateFile{stdin: bytes.NewReader(text), doc: parsed(text)}, err
}

// fromInput is a build whose context, or whose Dockerfile without a context, comes
// from the script. An archive is handed on as it is, if it names no image that the
// script made.
func (c *call) fromInput() (privateFile, error) {
	spool, err := os.CreateTemp(c.Dir, "context")
	if err != nil {
		return privateFile{}, err
	}
	defer os.Remove(spool.Name()) // it stays open
	if _, err := io.Copy(spool, os.Stdin); err != nil {
		return privateFile{}, err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return privateFile{}, err
	}
	src, err := archived(spool, cmp.Or(c.value("file"), "Dockerfile"))
	if _, seek := spool.Seek(0, io.SeekStart); seek != nil {
		return privateFile{}, seek
	}
	if err != nil { // no archive that is read here: a Dockerfile, or one that is compressed
		text, err := io.ReadAll(spool)
		return privateFile{stdin: bytes.NewReader(c.privateText(text))}, err
	}
	if !bytes.Equal(c.privateText(src), src) {
		return privateFile{}, fmt.Errorf("the Dockerfile in the archive names an image of the script's")
	}
	return privateFile{stdin: spool}, nil
}

// archived returns the file called name of a tar.
func archived(r io.Reader, name string) ([]byte, error) {
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if path.Clean(h.Name) == path.Clean(name) {
			return io.ReadAll(tr)
		}
	}
}

// privateText makes the images private that FROM, COPY --from and RUN --mount name.
// A text that does not parse stays.
func (c *call) privateText(src []byte) []byte {
	f := parsed(src)
	if f == nil {
		return src
	}
	var edits []edit.Edit
	replace := func(at finding.Range, name string) {
		if private := c.image(name); private != name {
			edits = append(edits, edit.Edit{Start: at.Start.Offset, End: at.End.Offset, Text: private})
		}
	}
	for _, s := range f.Stages {
		if base := s.ResolveBase(c.buildArgs()); base.Known && base.Stage == nil {
			replace(s.BaseRange, base.Image)
		}
		for _, in := range s.Instructions {
			for _, flag := range in.Flags {
				for _, ref := range imageReferences(f, in, flag) {
					replace(ref, f.Slice(ref))
				}
			}
		}
	}
	out, err := edit.Apply(src, edits)
	if err != nil {
		c.trouble(err)
		return src
	}
	return out
}

// parsed is a Dockerfile's text, or nil where it does not parse.
func parsed(src []byte) *dockerfile.File {
	f, _ := dockerfile.Parse("Dockerfile", src)
	return f
}

// imageReferences are the places in a flag that name an image and not a stage:
// --from=IMAGE of COPY, and from=IMAGE in --mount of RUN.
func imageReferences(f *dockerfile.File, in *dockerfile.Instruction, flag dockerfile.Flag) []finding.Range {
	var refs []finding.Range
	take := func(start, end int) {
		if r := f.Range(start, end); f.Stage(f.Slice(r)) == nil {
			refs = append(refs, r)
		}
	}
	start, end := flag.ArgRange.Start.Offset, flag.ArgRange.End.Offset
	switch {
	case in.Keyword == "COPY" && flag.Name == "from":
		take(start, end)
	case in.Keyword == "RUN" && flag.Name == "mount":
		for option := range strings.SplitSeq(f.Slice(flag.ArgRange), ",") {
			if name, ok := strings.CutPrefix(option, "from="); ok {
				take(start+len(option)-len(name), start+len(option))
			}
			start += len(option) + 1
		}
	}
	return refs
}

// buildArgs are the --build-arg of the build.
func (c *call) buildArgs() dockerfile.Args {
	args := dockerfile.Args{}
	for _, setting := range c.values("build-arg") {
		name, value, found := strings.Cut(setting, "=")
		if !found {
			value, found = os.LookupEnv(name)
		}
		if found {
			args[name] = dockerfile.Var{Value: value, Known: true}
		}
	}
	return args
}
