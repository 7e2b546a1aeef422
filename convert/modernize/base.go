package modernize

import (
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A knowledge is what is known of all versions of an official image.
type knowledge uint8

const (
	noVolume knowledge = 1 << iota // no VOLUME in its Dockerfiles
	rootHome                       // runs as root, whose home is /root, and sets no HOME
)

// official is what is known of the Docker official images, read off their
// Dockerfiles. Old versions of maven have a VOLUME; node has a user, and none in
// force.
var official = map[string]knowledge{
	"alpine": noVolume | rootHome, "amazonlinux": noVolume | rootHome, "buildpack-deps": noVolume | rootHome, "busybox": noVolume | rootHome,
	"centos": noVolume | rootHome, "debian": noVolume | rootHome, "eclipse-temurin": noVolume | rootHome, "elixir": noVolume | rootHome,
	"erlang": noVolume | rootHome, "fedora": noVolume | rootHome, "gcc": noVolume | rootHome, "golang": noVolume | rootHome,
	"haskell": noVolume | rootHome, "java": noVolume | rootHome, "maven": rootHome, "node": noVolume | rootHome, "openjdk": noVolume | rootHome,
	"perl": noVolume | rootHome, "php": noVolume | rootHome, "python": noVolume | rootHome, "ruby": noVolume | rootHome,
	"rust": noVolume | rootHome, "swift": noVolume | rootHome, "ubuntu": noVolume | rootHome,
}

// has reports whether something is known of an image.
func has(b dockerfile.Base, k knowledge) bool { return official[family(b)]&k == k }

// family is the name of an official image without its tag, or another name.
func family(b dockerfile.Base) string {
	name := b.Image
	if !b.Known {
		var tagged bool
		name, _, _ = strings.Cut(name, "$")
		if name, _, tagged = strings.Cut(name, ":"); !tagged {
			return ""
		}
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return ""
	}
	return reference.FamiliarName(named)
}

// goVersion is the minor version of Go 1 in an image golang:1.MINOR, and false for
// any other image.
func goVersion(b dockerfile.Base) (minor int, ok bool) {
	_, tag, _ := strings.Cut(b.Image, ":")
	tag, _, _ = strings.Cut(tag, "-")
	major, rest, _ := strings.Cut(tag, ".")
	number, _, _ := strings.Cut(rest, ".")
	minor, err := strconv.Atoi(number)
	return minor, err == nil && major == "1" && b.Known && family(b) == "golang"
}
