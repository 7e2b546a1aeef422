package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// rootOwned reports whether all that an artifact holds provably belongs to root
// in its builder, so that COPY --from brings the owner 0:0 that the old way gave
// without a --chown: no USER but root, no command that gives files away, and made
// by this stage and not by its base image.
func rootOwned(a artifact) bool {
	clean, made := a.from.ownership(a.from.part.Stage, a.path)
	return clean && made
}

// ownership reports whether nothing in a stage, and in what it stands on, gives name
// away, and whether something there makes it.
func (n *node) ownership(stage *dockerfile.Stage, name string) (clean, made bool) {
	switch base := n.base(stage); {
	case base != nil:
		if clean, made = base.ownership(base.part.Stage, name); !clean {
			return false, false
		}
	case !has(baseOf(stage, n.part.Args), runsAsRoot):
		return false, false
	}
	for _, s := range stageChain(stage) {
		for _, in := range s.Instructions {
			if n.givesAway(in, name) {
				return false, false
			}
			made = made || makes(in, s, n.part.Args, name)
		}
	}
	if stage != n.part.Stage {
		return true, made
	}
	for _, run := range n.part.Runs {
		if changesOwners(run.Text) {
			return false, false
		}
		made = made || textMentions(run.Text, name)
	}
	return true, made
}

// changesOwners reports whether a command may make files that do not belong to root.
func changesOwners(text string) bool {
	return ownerWords.MatchString(text) || opaque.MatchString(wrappers.ReplaceAllString(text, "tool"))
}

// givesAway reports whether an instruction may make files that do not belong to
// root.
func (n *node) givesAway(in *dockerfile.Instruction, name string) bool {
	switch in.Keyword {
	case "USER":
		return !rootUser(in.Text)
	case "RUN":
		return changesOwners(runText(in))
	case "ONBUILD":
		return false // has no effect in this build
	}
	t, ok := in.Transfer(n.part.Args)
	if !ok {
		return false
	}
	return t.Chown.Expanded != "" || t.Add && addsArchive(t) || t.From != "" && !n.ownedSources(t, name)
}

// ownedSources reports whether what a COPY --from brings to name belongs to root.
func (n *node) ownedSources(t *dockerfile.Transfer, name string) bool {
	dest, known := t.Target()
	if known && !below(path.Clean(dest), name) && !below(name, path.Clean(dest)) {
		return true
	}
	if t.FromStage == nil || len(t.Sources) != 1 || !t.Sources[0].Known {
		return false
	}
	clean, made := n.ownership(t.FromStage, path.Clean("/"+t.Sources[0].Expanded))
	return clean && made
}

// ownerWords are the commands and flags in a RUN that can leave files that do not
// belong to root: they change owners or users, or unpack what others packed.
var ownerWords = wordPattern(`(^|[\s;&|("'=/])(chown|chgrp|tar|bsdtar|cpio|pax|rsync|su|sudo|gosu|su-exec|setpriv|runuser|chpst)(\s|$|[;&|)"',])|(^|[\s;&|("'/])cp\s([^;&|]*\s)?(-[a-zA-Z]*[ap][a-zA-Z]*|--preserve\S*|--archive)(\s|$)|(^|[;&|(]\s*)install\s([^;&|]*\s)?(-o|-g|--owner|--group)|(^|\s)--(owner|chown)[ =]`,
	"chown", "chgrp", "tar", "bsdtar", "cpio", "pax", "rsync", "su", "sudo", "gosu", "su-exec", "setpriv", "runuser", "chpst", "cp", "install",
	"--owner", "--chown")

// opaque is a program of the repository, or a script, which may do anything.
var opaque = pattern(`(^|[;&|(\n]\s*)(\S+=\S*\s+)*(\./[^\s;&|]+|(/bin/)?(ba|da|a)?sh\s+[^-\s][^\s;&|]*)`,
	"./", "sh")

// wrappers are programs of the repository that are build tools under another name.
var wrappers = pattern(`\./(gradlew|mvnw|sbt)\b`,
	"./")

func rootUser(text string) bool {
	user, _, _ := strings.Cut(strings.TrimSpace(text), ":")
	return user == "root" || user == "0"
}

// addsArchive reports whether an ADD may unpack an archive, whose entries keep
// their owners. A source that is a directory or has the name of a program's
// source is not one.
func addsArchive(t *dockerfile.Transfer) bool {
	return slices.ContainsFunc(t.Sources, func(p dockerfile.Path) bool { return !p.Known || archiveName(p.Expanded) })
}

var archiveNames = pattern(`(?i)\.(tar|tgz|tbz2?|txz|tzst|tlz|gz|bz2|xz|zst)$|[*?\[]`)

// archiveName reports whether a file of that name may be an archive that ADD
// unpacks. ADD decides by content; names are how people mark such content.
func archiveName(name string) bool { return archiveNames.MatchString(name) }

// makes reports whether an instruction shows that its stage makes name, and did
// not inherit it from its base image.
func makes(in *dockerfile.Instruction, s *dockerfile.Stage, args dockerfile.Args, name string) bool {
	switch in.Keyword {
	case "WORKDIR":
		st := s.At(next(s, in), args)
		return st.WorkdirKnown && st.Workdir != "/" && below(st.Workdir, name)
	case "RUN":
		return mentions(in, name)
	case "COPY", "ADD":
		t, _ := in.Transfer(args)
		dest, known := t.Target()
		return known && path.Clean(dest) != "/" && below(path.Clean(dest), name)
	}
	return false
}

// mentions reports whether a RUN names the path, a directory above it below the
// root, or its base name.
func mentions(in *dockerfile.Instruction, name string) bool { return textMentions(runText(in), name) }

// textMentions is mentions for the text of a RUN.
func textMentions(text, name string) bool {
	text = packageManagers.ReplaceAllString(text, "")
	if containsWord(text, path.Base(name)) {
		return true
	}
	for dir := path.Dir(name); strings.Count(dir, "/") > 1; dir = path.Dir(dir) {
		if containsWord(text, dir) {
			return true
		}
	}
	return false
}

// packageManagers install files that belong to whom the package says.
var packageManagers = pattern(`\b(apk|apt|apt-get|aptitude|yum|dnf|microdnf|zypper|pacman|emerge|dpkg|rpm)\s[^;&|]*`,
	"apk", "apt", "yum", "dnf", "zypper", "pacman", "emerge", "dpkg", "rpm")

// runText is all the text of a RUN, with that of its here-documents.
func runText(in *dockerfile.Instruction) string {
	text := in.Text
	for _, h := range in.Heredocs {
		text += "\n" + h.Content
	}
	return text
}

// containsWord reports whether text holds word with no letter, digit or one of
// "_-." on either side.
func containsWord(text, word string) bool {
	inWord := func(c byte) bool {
		return c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	for at := 0; ; at++ {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(word)
		if (at == 0 || !inWord(text[at-1])) && (end == len(text) || !inWord(text[end])) {
			return true
		}
	}
}

// next returns the instruction behind in, or nil at the end of the stage.
func next(s *dockerfile.Stage, in *dockerfile.Instruction) *dockerfile.Instruction {
	i := slices.Index(s.Instructions, in)
	if i+1 < len(s.Instructions) {
		return s.Instructions[i+1]
	}
	return nil
}
