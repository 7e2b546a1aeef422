package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// carryModes turns the chmod that the script did on artifacts into RUNs of the
// builder's stage, which do the same to the same file.
func (p *planner) carryModes(n *node) {
	for _, in := range n.takes {
		for _, it := range in.items {
			for _, a := range it.artifacts {
				p.carryMode(a)
			}
		}
	}
}

func (p *planner) carryMode(a artifact) {
	modes := a.file.Modes
	if a.file.Stream && (len(modes) == 0 || !absolute(modes[0])) {
		p.say(finding.New("SF227", a.file.By[0].Range, "%q is taken to be written with the mode 0644: a umask of 022", a.file.Path))
		modes = streamModes(modes)
	}
	if len(modes) == 0 || compiled(a) && !slices.ContainsFunc(modes, func(m string) bool { return !slices.Contains(programModes, m) }) {
		return
	}
	at := a.file.By[len(a.file.By)-1].Range
	end := a.from.part.Stage.At(nil, a.from.part.Args)
	switch {
	case slices.ContainsFunc(modes, func(m string) bool { return !plainMode.MatchString(m) }):
		p.say(finding.New("SF218", at, "the mode of %q is changed on the host by %q, which chmods differ about", a.file.Path, strings.Join(modes, " ")))
	case a.glob || a.path != a.file.Source:
		p.say(finding.New("SF218", at, "the mode of %q is changed on the host, but only a part of it is copied", a.file.Path))
	case end.UserSet && !rootUser(end.User):
		p.say(finding.New("SF218", at, "the mode of %q is changed on the host, and the builder's stage runs as %q", a.file.Path, end.User))
	case slices.ContainsFunc(end.Volumes, func(v string) bool { return below(path.Clean(v), a.path) }):
		p.say(finding.New("SF218", at, "the mode of %q is changed on the host, and a RUN can't change it in the volume of the builder", a.file.Path))
	case len(end.Shell) > 0 || strings.ContainsAny(a.path, " \t\n'\"$\\`*?[#&;|<>(){}!~"):
		p.say(finding.New("SF218", at, "the mode of %q is changed on the host, and its path can't be written plainly in a RUN", a.file.Path))
	default:
		a.from.part.addRun(chmods(modes, a.path), a.deeds()...)
	}
}

// programModes are changes that leave a file with the mode 0755 as it is.
var programModes = []string{"755", "0755", "+x", "a+x", "u+x", "ugo+x", "+rx", "a+rx"}

// plainMode is a mode that every chmod reads alike: X, s and t are not, nor what
// depends on the mode before.
var plainMode = pattern(`^(-R )?([0-7]{3,4}|[ugoa]*[-+=][rwx]+)$`)

// absolute reports whether a mode of chmod does not depend on the one before.
func absolute(mode string) bool { return mode != "" && strings.Trim(mode, "01234567") == "" }

// streamModes are the modes of a file that the shell's redirection made: 0644 at
// first, whatever the file in the container had.
func streamModes(modes []string) []string {
	if len(modes) > 0 && (modes[0] == "+x" || modes[0] == "a+x") {
		return append([]string{"755"}, modes[1:]...)
	}
	return append([]string{"644"}, modes...)
}

// chmods is the shell text for changes of a mode, one after the other.
func chmods(modes []string, name string) string {
	var list []string
	for _, m := range modes {
		list = append(list, "chmod "+m+" "+name)
	}
	return strings.Join(list, " && ")
}

// addRun adds a RUN to the end of the part's stage, once, for the work of operations.
func (part *Part) addRun(text string, why ...finding.Range) {
	if !slices.ContainsFunc(part.Runs, func(r Run) bool { return r.Text == text }) {
		part.Runs = append(part.Runs, Run{text, why})
	}
}
