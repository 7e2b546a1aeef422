package plan

import (
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A trait is something that is known of every version of an official image.
type trait uint8

const (
	runsAsRoot  trait = 1 << iota // no USER in its Dockerfiles
	startsShell                   // no ENTRYPOINT, and a CMD that is a shell or an interpreter, which ends at once without a terminal
)

// traits are those of the Docker official images, read off their Dockerfiles. Left
// out are images of which some version has a USER (gradle, elasticsearch,
// jenkins, solr, memcached, ...).
var traits = map[string]trait{
	"adoptopenjdk": runsAsRoot | startsShell, "almalinux": runsAsRoot | startsShell, "alpine": runsAsRoot | startsShell, "amazoncorretto": runsAsRoot | startsShell,
	"amazonlinux": runsAsRoot | startsShell, "archlinux": runsAsRoot | startsShell, "bash": runsAsRoot, "buildpack-deps": runsAsRoot | startsShell,
	"busybox": runsAsRoot | startsShell, "centos": runsAsRoot | startsShell, "clojure": runsAsRoot, "dart": runsAsRoot | startsShell,
	"debian": runsAsRoot | startsShell, "docker": runsAsRoot, "eclipse-temurin": runsAsRoot | startsShell, "elixir": runsAsRoot | startsShell,
	"erlang": runsAsRoot | startsShell, "fedora": runsAsRoot | startsShell, "gcc": runsAsRoot | startsShell, "golang": runsAsRoot | startsShell,
	"haskell": runsAsRoot | startsShell, "httpd": runsAsRoot, "ibmjava": runsAsRoot, "iojs": runsAsRoot | startsShell,
	"java": runsAsRoot | startsShell, "jruby": runsAsRoot, "julia": runsAsRoot, "mariadb": runsAsRoot, "maven": runsAsRoot,
	"mono": runsAsRoot | startsShell, "nginx": runsAsRoot, "node": runsAsRoot | startsShell, "openjdk": runsAsRoot | startsShell, "microsoft/dotnet": runsAsRoot | startsShell, "oraclelinux": runsAsRoot | startsShell,
	"perl": runsAsRoot, "php": runsAsRoot, "postgres": runsAsRoot, "pypy": runsAsRoot, "python": runsAsRoot | startsShell,
	"r-base": runsAsRoot | startsShell, "redis": runsAsRoot, "rockylinux": runsAsRoot | startsShell, "ruby": runsAsRoot | startsShell,
	"rust": runsAsRoot | startsShell, "sapmachine": runsAsRoot, "swift": runsAsRoot | startsShell, "tomcat": runsAsRoot,
	"ubuntu": runsAsRoot | startsShell,
}

// has reports whether a base image is known to have the trait.
func has(b dockerfile.Base, t trait) bool {
	if b.Scratch() {
		return true
	}
	name := b.Image
	if !b.Known {
		var tagged bool
		name, _, _ = strings.Cut(name, "$")
		if name, _, tagged = strings.Cut(name, ":"); !tagged {
			return false // more of the name may follow
		}
	}
	named, err := reference.ParseNormalizedNamed(name)
	return err == nil && traits[reference.FamiliarName(named)]&t != 0
}

// baseOf is the external image that a stage stands on in the end. Where its name is
// not known, Image is what the Dockerfile says.
func baseOf(s *dockerfile.Stage, args dockerfile.Args) dockerfile.Base {
	first := stageChain(s)[0]
	base := first.ResolveBase(args)
	if !base.Known {
		base.Image = first.Base
	}
	return base
}

// lastOf returns the last instruction with the keyword that a stage has or
// inherits from a stage of its file, and the stage it stands in.
func lastOf(s *dockerfile.Stage, keyword string) *dockerfile.Instruction {
	chain := stageChain(s)
	for _, st := range slices.Backward(chain) {
		for _, in := range slices.Backward(st.Instructions) {
			if in.Keyword == keyword {
				return in
			}
		}
	}
	return nil
}
