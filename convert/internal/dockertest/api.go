package dockertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// An api asks the engine for what the lab itself needs, by the Docker Engine API
// and without a version in the path, which every engine understands. The docker
// command line would take longer to start than the engine to answer, a score of
// times for each script. https://docs.docker.com/reference/api/engine/
type api struct {
	client *http.Client
	base   string
}

// dial returns the API of the engine that the docker command line talks to. It
// knows engines at a socket and at a TCP address without TLS.
func dial(e engine) (api, error) {
	host, err := e.docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
	if err != nil {
		return api{}, err
	}
	scheme, address, _ := strings.Cut(host, "://")
	switch scheme {
	case "unix", "tcp":
	default:
		return api{}, fmt.Errorf("the engine is at %q, and the lab knows unix:// and tcp:// alone", host)
	}
	network := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, scheme, address)
	}}
	return api{&http.Client{Transport: network}, "http://docker"}, nil
}

// A summary is what the engine says of an image or a container in a list.
type summary struct {
	ID       string `json:"Id"`
	RepoTags []string
	Image    string // of a container: the name that it was made with, or an id
	Labels   map[string]string
}

// images lists images, those that only other images need too. Its filters are
// those of docker image ls.
func (a api) images(ctx context.Context, filters map[string][]string) (list []summary, err error) {
	err = a.json(ctx, "/images/json", url.Values{"all": {"1"}, "filters": {filterText(filters)}}, &list)
	return list, err
}

// containers lists containers, those that don't run too. Its filters are those of
// docker ps.
func (a api) containers(ctx context.Context, filters map[string][]string) (list []summary, err error) {
	err = a.json(ctx, "/containers/json", url.Values{"all": {"1"}, "filters": {filterText(filters)}}, &list)
	return list, err
}

// tag gives an image one more name.
func (a api) tag(ctx context.Context, image, repository, tag string) error {
	return a.do(ctx, http.MethodPost, "/images/"+image+"/tag", url.Values{"repo": {repository}, "tag": {tag}})
}

// removeImage takes a name from an image, and removes the image with its last one.
func (a api) removeImage(ctx context.Context, image string) error {
	return a.do(ctx, http.MethodDelete, "/images/"+image, url.Values{"force": {"1"}})
}

// pruneImages removes the images without a name that match the filters.
func (a api) pruneImages(ctx context.Context, filters map[string][]string) error {
	return a.do(ctx, http.MethodPost, "/images/prune", url.Values{"filters": {filterText(filters)}})
}

// removeContainer removes a container and its volumes.
func (a api) removeContainer(ctx context.Context, id string) error {
	return a.do(ctx, http.MethodDelete, "/containers/"+id, url.Values{"force": {"1"}, "v": {"1"}})
}

// save returns the archive of an image, which the caller closes.
func (a api) save(ctx context.Context, image string) (io.ReadCloser, error) {
	return a.ask(ctx, http.MethodGet, "/images/"+image+"/get", nil)
}

func filterText(filters map[string][]string) string {
	text, err := json.Marshal(filters)
	if err != nil {
		panic(err) // a map of strings can be written as JSON
	}
	return string(text)
}

// json reads an answer into v.
func (a api) json(ctx context.Context, path string, query url.Values, v any) (err error) {
	body, err := a.ask(ctx, http.MethodGet, path, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	return json.NewDecoder(body).Decode(v)
}

// do makes a change, and waits until it is done.
func (a api) do(ctx context.Context, method, path string, query url.Values) error {
	body, err := a.ask(ctx, method, path, query)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return errors.Join(err, body.Close())
}

// ask returns the body of an answer. An answer that tells of a failure is an error
// with the engine's own words.
func (a api) ask(ctx context.Context, method, path string, query url.Values) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < http.StatusBadRequest {
		return answer.Body, nil
	}
	text, err := io.ReadAll(answer.Body)
	return nil, errors.Join(fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text), err, answer.Body.Close())
}
