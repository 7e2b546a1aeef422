package plan

import (
	"github.com/stagefold/stagefold/convert/finding"
)

var (
	// setuid is a command that sets a setuid or setgid bit.
	setuid = pattern(`chmod\s+(-\S+\s+)*([-+=,ugoarwxXt]*[+=][rwxXt]*s|[0-7]?[2-7][0-7]{3}\b)|(mkdir|install)\s(.*\s)?(-[a-zA-Z]*m|--mode)[ =]?[0-7]?[2-7][0-7]{3}\b`,
		"chmod", "mkdir", "install ", "install\t", "install\n") // and not go build -installsuffix
	// modeWords change modes or what new directories get.
	modeWords = pattern(`(^|[\s;&|("'/])(chmod|umask)\s|(mkdir|install)\s(.*\s)?(-[a-zA-Z]*m|--mode)`,
		"chmod", "umask", "mkdir", "install ", "install\t", "install\n")
	// linkWords make symbolic links.
	linkWords = pattern(`(^|[\s;&|("'/])ln\s([^;&|]*\s)?(-[a-zA-Z]*s|--symbolic)`,
		"ln")
	setcap = pattern(`(^|[\s;&|("'/])setcap\s`,
		"setcap")
)

// refuseCapabilities refuses builders that give a file capabilities: docker cp
// drops them and COPY --from keeps them (rule 1b).
func (p *planner) refuseCapabilities(n *node) {
	for _, s := range n.chain() {
		for _, in := range s.Instructions {
			if in.Keyword == "RUN" && setcap.MatchString(runText(in)) {
				p.say(finding.New("SF215", in.Range, "setcap gives a file capabilities, which docker cp dropped and COPY --from keeps"))
			}
		}
	}
}
