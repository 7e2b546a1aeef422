// Command app counts the links of the page that the environment variable url
// names: those that stay on its host, and those that leave it.
//
// It keeps to what Go 1.7 has, since Dockerfile.build compiles it with that.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
)

var href = regexp.MustCompile(`(?i)<a\s[^>]*href\s*=\s*["']?([^"'\s>]+)`)

func main() {
	if err := run(os.Getenv("url")); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(1)
	}
}

func run(address string) error {
	base, err := url.Parse(address)
	if err != nil {
		return err
	}
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var page bytes.Buffer
	if _, err := page.ReadFrom(resp.Body); err != nil {
		return err
	}
	internal, external := count(base, page.Bytes())
	_, err = fmt.Printf("{\"internal\":%d,\"external\":%d}\n", internal, external)
	return err
}

// count resolves each link of page against base. Links that don't parse count
// as neither.
func count(base *url.URL, page []byte) (internal, external int) {
	for _, match := range href.FindAllSubmatch(page, -1) {
		link, err := base.Parse(string(match[1]))
		switch {
		case err != nil:
		case link.Host == base.Host:
			internal++
		default:
			external++
		}
	}
	return internal, external
}
