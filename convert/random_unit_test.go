package convert_test

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// A randomUnit is a builder pattern that a grammar of its shapes gave: builders,
// which may stand on each other and take each other's files, the ways out of their
// containers, steps on the host, and images that take the files in.
type randomUnit struct {
	t     *rapid.T
	name  string
	files map[string]string
	lines []string // of the script

	builders []string // tags
	finals   []string
	home     string   // the context of the finals
	loot     []loot   // what lies on the host, for a build to take
	behind   []string // what links and archives were made of
	flags    string   // that a container needs in order to write to a mount
	linked   bool     // the file in the builder is a link
	keep     string   // the flag by which cp keeps the modes of the builder's files, where that is not sure
	box      string   // how the script names the container that files come out of
	late     []string // containers that go when the script ends
}

// A loot is a file or directory on the host that came out of a builder.
type loot struct {
	host      string
	directory bool
	archive   bool // a tar of it
	keep      string
}

func (u *randomUnit) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(u.t, label)
}

// chance is true about once in n times.
func (u *randomUnit) chance(label string, n int) bool {
	return rapid.IntRange(1, n).Draw(u.t, label) == n
}

func (u *randomUnit) say(format string, args ...any) {
	u.lines = append(u.lines, fmt.Sprintf(format, args...))
}

// notChanged leaves out of a list of files those that a conversion changes.
const notChanged = "! -name 'Dockerfile*' ! -name build.sh ! -name .dockerignore"

// drawUnit draws a unit whose images have names that begin with name.
func drawUnit(t *rapid.T, name string) *randomUnit {
	u := &randomUnit{t: t, name: name, files: map[string]string{
		"main.go": name + "\n", "src/lib.go": name + " lib\n", "src/note.txt": "note\n", "src/data/x.tmp": "tmp\n",
		"run/app.conf": "conf\n", "run/etc/a.conf": "a\n", "run/etc/b.bak": "b\n",
	}}
	u.say("#!/bin/sh")
	u.say("set -e")
	u.ignoreFiles()
	for i := range rapid.IntRange(1, 3).Draw(t, "builders") {
		u.builder(i)
	}
	u.home = u.pick("runtime context", ".", ".", "run")
	u.steps(u.home)
	for i := range rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "finals") {
		u.final(i, u.home)
	}
	u.cleanUp()
	u.files["build.sh"] = u.script()
	return u
}

// script draws the style of the script.
func (u *randomUnit) script() string {
	lines := u.lines
	if len(u.late) > 0 {
		trap := []string{"clean_up() {", "\tdocker rm -f " + strings.Join(u.late, " "), "}", "trap clean_up EXIT"}
		lines = slices.Concat(lines[:2], trap, lines[2:])
	}
	text := strings.Join(lines, "\n") + "\n"
	switch style := u.pick("style", "plain", "plain", "plain", "variable", "variable", "function", "function", "wrapper"); {
	case style == "variable" && !strings.Contains(text, "<<'EOF'"): // there it would not be expanded
		text = strings.Replace(strings.ReplaceAll(text, u.name, "${NAME}"), "set -e\n", "set -e\nNAME="+u.name+"\n", 1)
	case style == "function":
		text = strings.Replace(text, "set -e\n", "set -e\nmain() {\n", 1) + "}\nmain \"$@\"\n"
	case style == "wrapper":
		text = strings.Replace(strings.ReplaceAll(text, "docker build -t ", "build "), "set -e\n", "set -e\nbuild() { docker build -t \"$@\"; }\n", 1)
	}
	return text
}

// ignoreFiles draws the ignore files of the contexts.
func (u *randomUnit) ignoreFiles() {
	patterns := map[string][]string{
		".": {"*.md\n", "**/*.bak\n", "run/app.conf\n"}, "src": {"*.txt\n", "**/*.tmp\n!data/x.tmp\n"}, "run": {"etc/*.bak\n"},
	}
	// The legacy client sends one with a line more, of a name that it makes up, where the
	// Dockerfile lies outside of the context.
	for dir, all := range patterns {
		for i := range all {
			if dir != "." {
				all[i] += ".dockerignore\n"
			}
		}
	}
	for _, dir := range sortedKeys(patterns) {
		if u.chance("ignore "+dir, 9) {
			u.files[path.Join(dir, ".dockerignore")] = u.pick("patterns "+dir, patterns[dir]...)
		}
	}
}

// builder draws a builder's Dockerfile, its build and what comes out of it.
func (u *randomUnit) builder(i int) {
	id := fmt.Sprintf("b%d", i)
	tag := fmt.Sprintf("example/%s-%s", u.name, id)
	context := u.pick("builder context", ".", ".", "src")
	base := "golang:1"
	switch {
	case len(u.builders) > 0 && u.chance("stands on a builder", 6):
		base = u.builders[len(u.builders)-1] + "\nUSER root"
	case u.chance("stands on a base", 10):
		base = u.base(id)
	}
	var text strings.Builder
	stages := u.pick("stages", "one", "one", "one", "two", "target")
	if stages == "two" {
		text.WriteString("FROM golang:1 AS dep\nRUN echo dep >/dep\n")
	}
	fmt.Fprintf(&text, "FROM %s\nLABEL unit=%s\n", base, u.name)
	if stages == "two" {
		text.WriteString("COPY --from=dep /dep /dep\n")
	}
	args := u.argument(&text, "1", "2", "")
	text.WriteString(u.pick("sources", "", "WORKDIR /src\nCOPY . .\n", "WORKDIR /src\nCOPY *.go ./\n", "COPY . /src/\n"))
	if len(u.loot) > 0 && context == "." && u.chance("takes a file", 3) {
		l := u.loot[len(u.loot)-1]
		fmt.Fprintf(&text, "COPY %s /in/%s\n", l.host, path.Base(l.host))
	}
	out := "/out" + id
	fmt.Fprintf(&text, "RUN mkdir -p %[1]s /src /in && { echo %[2]s $VERSION && find /src /in -type f %[3]s | sort; } >%[1]s/app\n", out, id, notChanged)
	fmt.Fprintf(&text, "RUN mkdir -p %[1]s/tree/sub && echo a >%[1]s/tree/a && echo b >%[1]s/tree/sub/b\n", out)
	modes := u.pick("modes", "", "", fmt.Sprintf("RUN chmod 755 %s/app\n", out), fmt.Sprintf("RUN chmod 640 %[1]s/app && chmod 700 %[1]s/tree/sub\n", out),
		fmt.Sprintf("RUN ln -s a %s/tree/link\n", out),
		fmt.Sprintf("RUN ln %[1]s/tree/sub/b %[1]s/tree/hard && chmod 4755 %[1]s/app\n", out), fmt.Sprintf("RUN cd %s/tree && echo h >.hidden && mkdir -m 1777 empty && chmod 700 sub && echo s >'a b'\n", out), fmt.Sprintf("RUN chown -R 1000:1000 %s\n", out), fmt.Sprintf("RUN chmod 777 %s\nUSER app\nRUN echo c >%s/tree/../c\n", out, out))
	text.WriteString(modes)
	u.keep = ""
	if strings.Contains(modes, "4755") || strings.Contains(modes, "1777") || strings.Contains(modes, "chmod 777") {
		u.keep = "-p "
	}
	u.linked = u.chance("link in the builder", 10)
	if u.linked {
		fmt.Fprintf(&text, "USER root\nRUN mv %[1]s/app %[1]s/app-1 && ln -s app-1 %[1]s/app\n", out)
	}
	u.flags = ""
	if strings.Contains(modes, "USER") {
		u.flags = "-u root "
	}
	text.WriteString(u.pick("command", "", "CMD [\"true\"]\n", "EXPOSE 80\n"))
	if stages == "target" {
		body := strings.Replace(text.String(), "\nLABEL", " AS compile\nLABEL", 1)
		text.Reset()
		text.WriteString(strings.Replace(body, "\nUSER root AS compile\n", " AS compile\nUSER root\n", 1) + "FROM compile AS check\nRUN false\n")
		args += " --target compile"
	}
	if u.chance("here-document", 12) {
		u.say("docker build -t %s%s -f - %s <<'EOF'\n%sEOF", tag, args, context, text.String())
	} else {
		u.files["Dockerfile."+id] = text.String()
		u.say("docker build -t %s%s -f Dockerfile.%s %s", tag, args, id, context)
	}
	u.builders = append(u.builders, tag)
	u.extract(id, tag, out)
}

// base draws an image of the script's own for a builder to stand on.
func (u *randomUnit) base(id string) string {
	tag := fmt.Sprintf("example/%s-base-%s", u.name, id)
	u.files["Dockerfile.base-"+id] = "FROM golang:1\n" + u.pick("base", "RUN echo base >/base\n", "ENV BASE=1\nWORKDIR /w\n", "ONBUILD RUN echo on >/onbuild\n")
	u.say("docker build -t %s -f Dockerfile.base-%s .", tag, id)
	u.builders = append(u.builders, tag)
	return tag
}

// argument draws an ARG and the flag that gives it a value.
func (u *randomUnit) argument(text *strings.Builder, values ...string) string {
	if !u.chance("argument", 4) {
		return ""
	}
	text.WriteString(u.pick("declaration", "ARG VERSION\n", "ARG VERSION=0\n"))
	if v := u.pick("value", values...); v != "" {
		return " --build-arg VERSION=" + v
	}
	return ""
}

// extract draws the ways in which a file and a directory come out.
func (u *randomUnit) extract(id, tag, out string) {
	plain := "docker create --name %[1]s-%[2]s %[3]s"
	create := fmt.Sprintf(u.pick("create", plain, plain, plain, plain, plain, plain, plain, plain, "docker run --name %[1]s-%[2]s %[3]s true", "docker create --name %[1]s-%[2]s %[3]s true\ndocker start -a %[1]s-%[2]s",
		"docker run -d --name %[1]s-%[2]s %[3]s sleep 100\ndocker exec -u root %[1]s-%[2]s sh -c 'echo more >>"+out+"/app'"), u.name, id, tag)
	u.box = u.name + "-" + id
	if strings.HasPrefix(create, "docker create") && !strings.Contains(create, "\n") && u.chance("captured", 3) {
		u.say("BOX_%s=$(%s)", id, strings.Replace(create, "--name "+u.box+" ", "", 1))
		u.box = "$BOX_" + id
	} else {
		u.say("%s", create)
	}
	host := u.pick("host name", "app-"+id, "bin/app-"+id)
	if strings.HasPrefix(host, "bin/") {
		u.say("%s", u.pick("make bin", "mkdir -p bin", "[ -d bin ] || mkdir bin", "if [ ! -d bin ]; then\n\tmkdir bin\nfi"))
	}
	u.takeFile(id, tag, out, host)
	if u.chance("directory", 2) {
		u.takeDirectory(id, tag, out)
	}
	if u.chance("removed late", 5) {
		u.late = append(u.late, u.box)
	} else {
		u.say("docker rm -f %s", u.box)
	}
	if u.chance("other use", 12) {
		use := u.pick("use", "docker push %s", "docker run --rm %s true", "docker tag %[1]s %[1]s-too", "docker rmi %s")
		u.say(use, tag)
		if strings.Contains(use, "too") {
			u.finals = append(u.finals, tag+"-too")
		}
		if strings.Contains(use, "rmi") {
			u.builders = slices.DeleteFunc(u.builders, func(b string) bool { return b == tag })
		}
	}
}

// takeFile draws how the file comes out: by docker cp, as a file or as a stream, as what a
// process prints, or through a mount.
func (u *randomUnit) takeFile(id, tag, out, host string) {
	way := u.pick("way", "copy", "copy", "copy", "copy", "stream", "print", "mount")
	if u.linked && way == "stream" {
		way = "print"
	}
	switch way {
	case "copy":
		follow := ""
		if u.linked || u.chance("follow", 20) {
			follow = "-L "
		}
		u.say("docker cp %s%s:%s/app %s", follow, u.box, out, host)
	case "stream":
		u.say("docker cp %s:%s/app - | tar -xf -", u.box, out)
		u.say("mv app %s", host)
	case "print":
		u.say("docker run --rm %s cat %s/app > %s", tag, out, host)
	case "mount":
		host = "bin/app-" + id
		u.say("mkdir -p bin")
		u.say("docker run --rm %s-v \"$PWD/bin:/host\" %s cp %s%s/app /host/app-%s", u.flags, tag, u.keep, out, id)
	}
	u.loot = append(u.loot, loot{host: host, keep: u.keep})
}

// takeDirectory draws how the directory comes out.
func (u *randomUnit) takeDirectory(id, tag, out string) {
	host := "tree-" + id
	switch u.pick("directory form", "whole", "whole", "contents", "stream", "export", "mount") {
	case "whole":
		u.say("docker cp %s:%s/tree %s", u.box, out, host)
	case "contents":
		u.say("mkdir %s", host)
		u.say("docker cp %s:%s/tree/. %s", u.box, out, host)
	case "stream":
		u.say("docker cp %s:%s/tree - | tar -xf -", u.box, out)
		u.say("mv tree %s", host)
	case "export":
		u.say("mkdir %s", host)
		u.say("docker export %s | tar -x -C %s --strip-components=2 %s/tree", u.box, host, strings.TrimPrefix(out, "/"))
	case "mount":
		u.say("mkdir -p bin")
		u.say("docker run --rm %s-v \"$PWD/bin:/host\" %s cp -r %s%s/tree /host/%s", u.flags, tag, u.keep, out, host)
		host = "bin/" + host
	}
	u.loot = append(u.loot, loot{host: host, directory: true, keep: u.keep})
}

// steps draws what the script does with the files, and brings them into the context of
// the final images.
func (u *randomUnit) steps(home string) {
	for i := range u.loot {
		l := &u.loot[i]
		switch {
		case home != ".":
			u.say("%s %s %s/%s", u.pick("bring", "mv", "mv", "cp -r "+l.keep), l.host, home, path.Base(l.host))
			l.host = path.Join(home, path.Base(l.host))
		case !l.directory && u.chance("rename", 5):
			u.say("mv %s renamed-%d", l.host, i)
			l.host = fmt.Sprintf("renamed-%d", i)
		}
		switch {
		case l.directory && u.chance("change inside", 3):
			u.say(u.pick("change", "rm %s/a", "chmod 600 %s/a", "mkdir -p %s/made", "cp main.go %s/", "rm -rf %s/sub", "rm -f %s/*.none", "chmod 755 %s/sub", "cp "+u.loot[0].host+" %s/"), l.host)
		case !l.directory && u.chance("chmod", 9):
			u.say("chmod %s %s", u.pick("mode", "+x", "755", "600"), l.host)
		}
		u.pack(l, i)
	}
	if u.chance("look", 24) {
		u.say("sha256sum %s", u.loot[0].host)
	}
}

// pack draws what the script makes of a file or directory beside it: a link to it, or an
// archive of it.
func (u *randomUnit) pack(l *loot, i int) {
	dir, base := path.Split(l.host)
	u.behind = append(u.behind, l.host)
	switch {
	case !l.directory && u.chance("link", 8):
		l.host = fmt.Sprintf("%slink-%d", dir, i)
		u.say("ln -s %s %s", base, l.host)
	case u.chance("archive", 12):
		u.say("tar -C ./%[1]s -cf %[1]spacked-%[2]d.tar %[3]s", dir, i, base)
		l.host, l.archive = fmt.Sprintf("%spacked-%d.tar", dir, i), true
	}
}

// final draws an image that takes the files.
func (u *randomUnit) final(i int, home string) {
	id := fmt.Sprintf("r%d", i)
	file := path.Join(home, "Dockerfile")
	if i > 0 {
		file += "." + id
	}
	var text strings.Builder
	staged := u.chance("staged", 6)
	if staged {
		l := u.loot[0]
		fmt.Fprintf(&text, "FROM alpine:3 AS pre\nCOPY %s /pre/%s\nRUN echo more >/pre-more\n", strings.TrimPrefix(l.host, home+"/"), path.Base(l.host))
	}
	fmt.Fprintf(&text, "FROM alpine:3\nLABEL unit=%s\n", u.name)
	if staged {
		text.WriteString("COPY --from=pre /pre /pre-more /staged/\n")
	}
	args := u.argument(&text, "1", "2", "")
	state := u.pick("runtime state", "", "WORKDIR /srv\n", "USER app\n", "ENV A=1\n", "ENV DIR=/dir\n", "RUN mkdir -p /usr/bin/x /opt\n")
	text.WriteString(state)
	placed := "COPY %s /placed/\n"
	if strings.Contains(state, "DIR=") {
		placed = "COPY %s $DIR/\n"
	}
	all := "COPY . /all/\n"
	if slices.ContainsFunc(u.loot, func(l loot) bool { return l.archive }) {
		all = ""
	}
	text.WriteString(u.pick("beside", "", all, "COPY "+strings.TrimPrefix("run/etc", home+"/")+" /etc/app\n"))
	u.several(&text, home)
	for j, l := range u.loot {
		name := strings.TrimPrefix(l.host, home+"/")
		if l.archive {
			fmt.Fprintf(&text, u.pick("add archive", "ADD %s /packed%d\n", "ADD %s /packed/%d/\n"), name, j)
			continue
		}
		if l.directory {
			fmt.Fprintf(&text, u.pick("copy directory", "COPY %s /tree%d\n", "COPY %s /opt/%d/\n", "ADD [\"%s\", \"/add/%d\"]\n"), name, j)
			continue
		}
		fmt.Fprintf(&text, u.pick("copy file", "COPY %s /usr/bin/\n", "COPY %s /usr/bin/x\n", "COPY %s .\n", "COPY [\"%s\", \"/json/\"]\n", "ADD %s /add/\n",
			"COPY --chown=1000:1000 %s /owned/\n", "COPY %s* /wild/\n", placed), name)
	}
	text.WriteString(u.pick("last", "", "CMD [\"x\"]\n", "ENTRYPOINT [\"x\"]\n"))
	u.files[file] = text.String()
	tag := fmt.Sprintf("example/%s-%s", u.name, id)
	flags := ""
	if i > 0 {
		flags = " -f " + file
	}
	u.say("docker build -t %s%s%s %s", tag, args, flags, home)
	u.finals = append(u.finals, tag)
}

// several draws a COPY of more than one file.
func (u *randomUnit) several(text *strings.Builder, home string) {
	var names []string
	for _, l := range u.loot {
		if !l.directory && !l.archive {
			names = append(names, strings.TrimPrefix(l.host, home+"/"))
		}
	}
	if len(names) > 1 && u.chance("several", 4) {
		fmt.Fprintf(text, "COPY %s /several/\n", strings.Join(names, " "))
	}
}

// cleanUp removes all that lies on the host.
func (u *randomUnit) cleanUp() {
	hosts := []string{"bin"}
	for _, host := range u.behind {
		hosts = append(hosts, host, path.Base(host))
	}
	for _, l := range u.loot {
		hosts = append(hosts, l.host, path.Base(l.host))
	}
	u.say("rm -rf %s link-* packed-* */link-* */packed-*", strings.Join(hosts, " "))
}
