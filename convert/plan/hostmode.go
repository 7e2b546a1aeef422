package plan

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// modeChanges are the chmods that the script did on an artifact.
func (p *planner) modeChanges(a artifact, name string) []change {
	modes := a.file.Modes
	p.assumeMasked(a)
	if a.file.Stream && (len(modes) == 0 || !absolute(modes[0])) {
		p.say(finding.New("SF227", a.file.By[0].Range, "%q is taken to be written with the mode 0644: a umask of 022", a.file.Path))
		modes = streamModes(modes)
	}
	if len(modes) == 0 || compiled(a) && !slices.ContainsFunc(modes, func(m string) bool { return !slices.Contains(programModes, m) }) {
		return nil
	}
	if a.glob || a.path != a.file.Source {
		p.say(finding.New("SF218", a.lastDeed().Range, "the mode of %q is changed on the host, but only a part of it is copied", a.file.Path))
		return nil
	}
	return p.modesAt(a.file, name, modes)
}

// assumeMasked says what is assumed of the mode of an artifact of which cp made a copy on
// the host: it loses what the umask takes, and the bits for set-ID.
func (p *planner) assumeMasked(a artifact) {
	i := slices.IndexFunc(a.file.By, func(op *shparse.Op) bool { return commandName(op) == "cp" && !preserving(op.Argv) })
	if i < 0 || a.file.Stream || len(a.file.Modes) > 0 && absolute(a.file.Modes[len(a.file.Modes)-1]) || compiled(a) {
		return
	}
	p.say(finding.New("SF217", a.file.By[i].Range, "%q is taken to have no mode bits that a umask of 022 takes from the copy", a.path))
}

// lastDeed is the last operation on an artifact.
func (a artifact) lastDeed() *shparse.Op { return a.file.By[len(a.file.By)-1] }

// modesAt are chmods of a path of the builder. It refuses those that chmods differ
// about.
func (p *planner) modesAt(f shparse.File, name string, modes []string) []change {
	by := f.By[len(f.By)-1]
	var list []change
	for _, m := range modes {
		if !plainMode.MatchString(m) {
			p.say(finding.New("SF218", by.Range, "the mode of %q is changed on the host by %q, which chmods differ about", f.Path, strings.Join(modes, " ")))
			return nil
		}
		list = append(list, change{name, "chmod " + m, strings.HasPrefix(m, "-R "), by})
	}
	return list
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

// addRun adds a RUN to the end of the part's stage, once, for the work of operations.
func (part *Part) addRun(text string, why ...finding.Range) {
	if !slices.ContainsFunc(part.Runs, func(r Run) bool { return r.Text == text }) {
		part.Runs = append(part.Runs, Run{text, why})
	}
}
