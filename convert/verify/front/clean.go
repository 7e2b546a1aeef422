package front

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Left image is one that the script has made and not removed.
type Left struct {
	Name string // without the suffix; empty where the image has none
	ID   string
	Size int64 // in bytes, as the engine counts it
}

// Left returns the images that the script whose events are given has left, by name,
// and then those without one that are no layers of others.
func (s *Session) Left(events []Event) ([]Left, error) {
	out, err := s.docker("image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
	if err != nil {
		return nil, err
	}
	var left []Left
	for row := range strings.Lines(out) {
		name, id, _ := strings.Cut(strings.TrimSpace(row), " ")
		switch {
		case strings.HasSuffix(name, s.suffix()):
			left = append(left, Left{Name: s.Public(name), ID: id})
		case strings.HasPrefix(name, "<none>") && isAmong(id, events):
			left = append(left, Left{ID: id})
		}
	}
	if len(left) == 0 {
		return nil, nil
	}
	slices.SortFunc(left, func(a, b Left) int { return strings.Compare(a.Name, b.Name) })
	ids := []string{"image", "inspect", "--format", "{{.Size}}"}
	for _, l := range left {
		ids = append(ids, l.ID)
	}
	if out, err = s.docker(ids...); err != nil {
		return nil, err
	}
	for i, size := range strings.Fields(out) {
		if left[i].Size, err = strconv.ParseInt(size, 10, 64); err != nil {
			return nil, fmt.Errorf("size of %s: %w", left[i].ID, err)
		}
	}
	return left, nil
}

// isAmong reports whether id is that of an image of events, where it may be short.
func isAmong(id string, events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == ImageID && sameID(id, e.Text) })
}

func sameID(full, id string) bool {
	return strings.HasPrefix(strings.TrimPrefix(full, "sha256:"), strings.TrimPrefix(id, "sha256:"))
}

// Keep gives an image that the script has left a name that Settle leaves alone, and
// returns it.
func (s *Session) Keep(l Left, keeper string) (string, error) {
	kept := s.PrivateImage(l.Name) + "-" + keeper
	_, err := s.docker("tag", l.ID, kept)
	return kept, err
}

// Stop removes the containers of the script, so that commands that wait for them
// end.
func (s *Session) Stop() error {
	containers, err := s.docker("ps", "-aq", "--filter", "label="+Label+"="+s.ID)
	return errors.Join(err, s.remove([]string{"rm", "-f", "-v"}, strings.Fields(containers)))
}

// Settle removes the containers, volumes, networks and names of images of the
// script. The images that were kept stay, and those that these are made of.
func (s *Session) Settle() error {
	steps, err := s.names(Step)
	errs := []error{err, s.Stop(), s.remove([]string{"rm", "-f", "-v"}, steps)}
	for _, k := range []Kind{Volume, Network} {
		names, err := s.names(k)
		for i, name := range names {
			names[i] = s.Private(name)
		}
		errs = append(errs, err, s.remove([]string{string(k), "rm"}, names))
	}
	images, err := s.names(Image)
	for i, name := range images {
		images[i] = s.PrivateImage(name)
	}
	return errors.Join(append(errs, err, s.remove([]string{"image", "rm", "--no-prune"}, images))...)
}

// remove runs a removal. What is gone already is no error: docker removes the rest.
func (s *Session) remove(command, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.docker(append(command, names...)...)
	if err == nil {
		return nil
	}
	for line := range strings.Lines(err.Error()) {
		gone := func(words string) bool { return strings.Contains(strings.ToLower(line), words) }
		if !slices.ContainsFunc([]string{"no such", "not found", "already in progress", "exit status"}, gone) {
			return err
		}
	}
	return nil
}

// Clean removes all that the session has made: what Settle removes, the images that
// were kept, and the layers of the legacy builder. What the user has too stays.
func (s *Session) Clean() error {
	errs := []error{s.Settle()}
	out, err := s.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
	kept := slices.DeleteFunc(strings.Fields(out), func(name string) bool { return !strings.Contains(name, s.suffix()) })
	errs = append(errs, err, s.remove([]string{"image", "rm", "--no-prune"}, kept))
	ids, err := s.names(ImageID)
	errs = append(errs, err)
	for _, id := range slices.Backward(s.nameless(ids)) {
		errs = append(errs, s.removeLayer(id))
	}
	for _, id := range slices.Backward(s.nameless(ids)) {
		errs = append(errs, s.removeUntold(id))
	}
	return errors.Join(errs...)
}

// nameless returns those of the images that are there and have no name.
func (s *Session) nameless(ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	// The command fails where an image is gone, and still prints the others.
	out, _ := s.docker(append([]string{"image", "inspect", "--format", "{{len .RepoTags}} {{.Id}}"}, ids...)...)
	var left []string
	for row := range strings.Lines(out) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(row), "0 "); ok {
			left = append(left, id)
		}
	}
	return left
}

// removeLayer removes an image without a name. One that others are built on is
// somebody else's too.
func (s *Session) removeLayer(id string) error {
	err := s.remove([]string{"image", "rm", "--no-prune"}, []string{id})
	if err != nil && strings.Contains(err.Error(), "conflict") {
		return nil
	}
	return err
}

// removeUntold removes an image without a name after those without one on top of it:
// steps that the legacy builder ended when the script was stopped, before the client
// could tell.
func (s *Session) removeUntold(id string) error {
	children, err := s.namelessOn(id)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := s.removeUntold(child); err != nil {
			return err
		}
	}
	return s.removeLayer(id)
}

// namelessOn returns the images without a name that are built on an image and no step
// further.
func (s *Session) namelessOn(id string) ([]string, error) {
	out, err := s.docker("image", "ls", "-aq", "--no-trunc", "--filter", "since="+id)
	if err != nil || out == "" {
		return nil, err
	}
	rows, _ := s.docker(append([]string{"image", "inspect", "--format", "{{len .RepoTags}} {{.Parent}} {{.Id}}"}, strings.Fields(out)...)...)
	var children []string
	for row := range strings.Lines(rows) {
		if child, ok := strings.CutPrefix(strings.TrimSpace(row), "0 "+id+" "); ok {
			children = append(children, child)
		}
	}
	return children, nil
}
