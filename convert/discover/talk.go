package discover

import (
	"bytes"
	"path"
	"regexp"
	"sync"
)

// A talk is what the words of a script speak of.
type talk uint8

const (
	client   talk = 1 << iota // a container engine's command line
	building                  // building something
	moving                    // something that can bring files out of a container
)

// extracts is the talk that every builder pattern has.
const extracts = client | building | moving

// vocabulary says which words make which talk. The words are looked for as bytes:
// "build" is in "docker-build.sh" and in "$BUILDER" too.
var vocabulary = []struct {
	talk  talk
	words []string
}{
	{client, []string{"docker", "podman", "buildah", "DOCKER", "nerdctl"}},
	{building, []string{"build"}},
	{moving, []string{" cp ", "create", "run", "export"}},
}

func talkOf(src []byte) talk {
	var all talk
	for _, v := range vocabulary {
		for _, w := range v.words {
			if bytes.Contains(src, []byte(w)) {
				all |= v.talk
				break
			}
		}
	}
	return all
}

// containerCommands are commands that can bring files out of a container. In the files
// of CI systems the words of the vocabulary are everywhere, and "run" is a key.
var containerCommands = []string{"cp ", "create ", "container ", "run ", "export "}

// commandsOf is the talk of the file of a CI system. One that only calls scripts is
// no unit, so that they are not looked for.
func commandsOf(src []byte) talk {
	all := talkOf(src) &^ moving
	for _, w := range containerCommands {
		for _, client := range []string{"docker ", "podman ", "DOCKER ", "DOCKER} "} {
			if bytes.Contains(src, []byte(client+w)) {
				all |= moving
			}
		}
	}
	return all
}

// called finds what looks like the path of a script that is run or sourced.
var called = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[\w./-]*(?:/[\w.-]+|\.(?:sh|bash|ksh|command))\b`)
})

// calls returns the base names of what src may run, each once.
func calls(src []byte) []string {
	var bases []string
	seen := map[string]bool{}
	for _, word := range called().FindAll(src, -1) {
		if base := path.Base(string(word)); !seen[base] {
			seen[base] = true
			bases = append(bases, base)
		}
	}
	return bases
}

// spread gives each script the talk of those it may call, by base name: a script
// that only runs others builds what they build.
func spread(scripts []*script) {
	byBase := map[string]talk{}
	for _, s := range scripts {
		byBase[path.Base(s.path)] |= s.talk
	}
	for range maxCalls {
		for _, s := range scripts {
			for _, base := range s.calls {
				s.talk |= byBase[base]
			}
			byBase[path.Base(s.path)] |= s.talk
		}
	}
}

// maxCalls is how many scripts may stand between one and the docker command that
// it leads to.
const maxCalls = 3
