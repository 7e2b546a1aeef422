package verify

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
)

// An Image is what two builds must have in common.
type Image struct {
	Tree     Tree
	Config   Config
	Platform Platform
}

// maxDocument bounds the JSON documents of an archive, in bytes.
const maxDocument = 4 << 20

// ReadArchive reads the stream that "docker save" writes for one image, in the
// format of the Docker Engine and in the OCI layout that newer engines write.
func ReadArchive(r io.Reader) (*Image, error) {
	manifests, a, err := readArchive(r)
	if err == nil && len(manifests) != 1 {
		err = fmt.Errorf("manifest.json: expected one image, found %d", len(manifests))
	}
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	img, err := a.image(manifests[0])
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	return img, nil
}

// ReadArchiveTags reads such a stream of several images, which hold the layers that
// they share once. It returns them by the tags that the archive gives them.
func ReadArchiveTags(r io.Reader) (map[string]*Image, error) {
	manifests, a, err := readArchive(r)
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	images := make(map[string]*Image)
	for _, m := range manifests {
		img, err := a.image(m)
		if err != nil {
			return nil, fmt.Errorf("image archive: %w", err)
		}
		for _, tag := range m.RepoTags {
			images[tag] = img
		}
	}
	return images, nil
}

// readArchive takes all members of an archive in.
func readArchive(r io.Reader) ([]manifest, *archive, error) {
	a := &archive{
		layers:    make(map[string]*layer),
		documents: make(map[string][]byte),
		aliases:   make(map[string]string),
	}
	if err := a.read(r); err != nil {
		return nil, nil, err
	}
	var manifests []manifest
	return manifests, a, a.decode("manifest.json", &manifests)
}

// An archive collects the members of an image archive. Its manifest says what
// they are for, and may come last.
type archive struct {
	layers    map[string]*layer
	documents map[string][]byte
	aliases   map[string]string // symbolic links: a layer that occurs twice is stored once
}

func (a *archive) read(r io.Reader) error {
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.add(h, tr); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

func (a *archive) add(h *tar.Header, body io.Reader) error {
	name := path.Clean(h.Name)
	switch h.Typeflag {
	case tar.TypeSymlink:
		a.aliases[name] = path.Join(path.Dir(name), h.Linkname)
		return nil
	case tar.TypeLink:
		a.aliases[name] = path.Clean(h.Linkname)
		return nil
	case tar.TypeReg:
		return a.addFile(name, body)
	default:
		return nil
	}
}

// addFile tells by its first bytes what a member is: the names are digests.
func (a *archive) addFile(name string, body io.Reader) error {
	br := bufio.NewReader(body)
	switch sniff(br) {
	case document:
		data, err := io.ReadAll(io.LimitReader(br, maxDocument+1))
		if err == nil && len(data) > maxDocument {
			err = fmt.Errorf("document of more than %d bytes", maxDocument)
		}
		a.documents[name] = data
		return err
	case tarball:
		l, err := readLayer(br)
		a.layers[name] = l
		return err
	case gzipped:
		zr, err := gzip.NewReader(br)
		if err != nil {
			return err
		}
		l, err := readLayer(zr)
		a.layers[name] = l
		return err
	default:
		return nil
	}
}

// manifest is one image of an archive's manifest.json.
type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func (a *archive) image(m manifest) (*Image, error) {
	var config imageConfig
	if err := a.decode(m.Config, &config); err != nil {
		return nil, err
	}
	var layers []*layer
	for _, name := range m.Layers {
		l, ok := a.layers[a.resolve(name)]
		if !ok {
			return nil, fmt.Errorf("layer %q is missing, or not a tar archive that is plain or compressed with gzip", name)
		}
		layers = append(layers, l)
	}
	tree, err := flatten(layers)
	if err != nil {
		return nil, err
	}
	return &Image{Tree: tree, Config: config.Config, Platform: config.Platform}, nil
}

func (a *archive) decode(name string, into any) error {
	data, ok := a.documents[a.resolve(name)]
	if !ok {
		return fmt.Errorf("%q is missing", name)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// resolve follows the archive's symbolic link at name: links to links don't
// occur.
func (a *archive) resolve(name string) string {
	name = path.Clean(name)
	if target, ok := a.aliases[name]; ok {
		return target
	}
	return name
}
