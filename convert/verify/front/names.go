package front

import (
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// Label marks the containers, volumes and networks of a session; its value is the
// session's ID.
const Label = "io.stagefold.verify"

// maxTag is the longest tag that a private name has, in bytes. Docker takes 128;
// some are left for Session.Keep.
const maxTag = 112

// suffix is what private names end with.
func (s *Session) suffix() string { return "-" + s.ID }

// Private is the private name of an image, a container, a volume or a network.
func (s *Session) Private(name string) string { return name + s.suffix() }

// PrivateImage is the private name of an image: the tag gets the suffix.
func (s *Session) PrivateImage(ref string) string {
	full := fullName(ref)
	room := len(full) + len(s.suffix()) - (strings.LastIndexByte(full, ':') + 1 + maxTag)
	if room > 0 {
		full = full[:len(full)-room]
	}
	return s.Private(full)
}

// Public takes the suffix out of text.
func (s *Session) Public(text string) string { return strings.ReplaceAll(text, s.suffix(), "") }

// fullName is ref without the default registry and with the tag that it has by
// default. What is no image's name stays.
func fullName(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// An owner says whose a thing is that a command names.
type owner uint8

const (
	missing owner = iota // nobody's: there is no such thing
	foreign              // not made by the script
	ours
)

// made reports whether the script has made a thing of kind k called name.
func (c *call) made(k Kind, name string) bool {
	names, err := c.names(k)
	c.trouble(err)
	return slices.Contains(names, name)
}

// image returns the name by which the engine knows the image ref. The name of an
// image that the script made is private.
func (c *call) image(ref string) string {
	if !strings.HasSuffix(ref, c.suffix()) && c.made(Image, fullName(ref)) {
		return c.PrivateImage(ref)
	}
	return ref
}

// newImage makes ref the name of an image that the script makes.
func (c *call) newImage(ref string) string {
	if strings.HasSuffix(ref, c.suffix()) {
		return ref
	}
	c.note(Event{Kind: Image, Text: fullName(ref)})
	return c.PrivateImage(ref)
}

// thing is image for a container, a volume or a network.
func (c *call) thing(k Kind, name string) string {
	if c.made(k, name) {
		return c.Private(name)
	}
	return name
}

func (c *call) newThing(k Kind, name string) string {
	if strings.HasSuffix(name, c.suffix()) {
		return name
	}
	c.note(Event{Kind: k, Text: name})
	return c.Private(name)
}

func (c *call) container(name string) string { return c.thing(Container, name) }

// ownerOf tells whose the container, volume or network is that the engine knows as
// name.
func (c *call) ownerOf(k Kind, name string) owner {
	if strings.HasSuffix(name, c.suffix()) {
		return ours
	}
	labels := "{{index .Labels \"" + Label + "\"}}"
	if k == Container {
		labels = strings.Replace(labels, ".Labels", ".Config.Labels", 1)
	}
	id, err := c.docker(string(k), "inspect", "--format", labels, name)
	switch {
	case err != nil:
		return missing
	case id == c.ID:
		return ours
	default:
		return foreign
	}
}

// ownImages returns the names by which to remove the image ref, and whose it is.
// An image that the user has too, under another name, only loses the script's.
func (c *call) ownImages(ref string) ([]string, owner) {
	if name := c.image(ref); strings.HasSuffix(name, c.suffix()) {
		return []string{name}, ours
	}
	out, err := c.docker("image", "inspect", "--format", "{{.Id}}{{range .RepoTags}} {{.}}{{end}}", ref)
	if err != nil {
		return []string{ref}, missing
	}
	fields := strings.Fields(out)
	id, tags := fields[0], fields[1:]
	if byName := !strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), strings.TrimPrefix(ref, "sha256:")); byName {
		return nil, foreign
	}
	private := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return !strings.HasSuffix(t, c.suffix()) })
	switch {
	case len(private) > 0:
		return private, ours
	case len(tags) == 0 && c.made(ImageID, id):
		return []string{ref}, ours
	default:
		return nil, foreign
	}
}
