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
}

// A loot is a file or directory on the host that came out of a builder.
type loot struct {
	host      string
	directory bool
	archive   bool // a tar of it
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
	u.files["build.sh"] = strings.Join(u.lines, "\n") + "\n"
	return u
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
	if i > 0 && u.chance("stands on a builder", 6) {
		base = u.builders[i-1] + "\nUSER root"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "FROM %s\nLABEL unit=%s\n", base, u.name)
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
		fmt.Sprintf("RUN ln -s a %s/tree/link\n", out), fmt.Sprintf("RUN chown -R 1000:1000 %s\n", out), fmt.Sprintf("RUN chmod 777 %s\nUSER app\nRUN echo c >%s/tree/../c\n", out, out))
	text.WriteString(modes)
	u.flags = ""
	if strings.Contains(modes, "USER") {
		u.flags = "-u root "
	}
	text.WriteString(u.pick("command", "", "CMD [\"true\"]\n", "EXPOSE 80\n"))
	u.files["Dockerfile."+id] = text.String()
	u.say("docker build -t %s%s -f Dockerfile.%s %s", tag, args, id, context)
	u.builders = append(u.builders, tag)
	u.extract(id, tag, out)
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
	u.say(u.pick("create", plain, plain, plain, plain, plain, "docker run --name %[1]s-%[2]s %[3]s true", "docker create --name %[1]s-%[2]s %[3]s true\ndocker start -a %[1]s-%[2]s",
		"docker run -d --name %[1]s-%[2]s %[3]s sleep 100\ndocker exec -u root %[1]s-%[2]s sh -c 'echo more >>"+out+"/app'"), u.name, id, tag)
	host := u.pick("host name", "app-"+id, "bin/app-"+id)
	if strings.HasPrefix(host, "bin/") {
		u.say("mkdir -p bin")
	}
	u.takeFile(id, tag, out, host)
	if u.chance("directory", 2) {
		u.takeDirectory(id, tag, out)
	}
	u.say("docker rm -f %s-%s", u.name, id)
	if u.chance("other use", 24) {
		u.say("docker push %s", tag)
	}
}

// takeFile draws how the file comes out: by docker cp, as a file or as a stream, as what a
// process prints, or through a mount.
func (u *randomUnit) takeFile(id, tag, out, host string) {
	switch u.pick("way", "copy", "copy", "copy", "copy", "stream", "print", "mount") {
	case "copy":
		u.say("docker cp %s-%s:%s/app %s", u.name, id, out, host)
	case "stream":
		u.say("docker cp %s-%s:%s/app - | tar -xf -", u.name, id, out)
		u.say("mv app %s", host)
	case "print":
		u.say("docker run --rm %s cat %s/app > %s", tag, out, host)
	case "mount":
		host = "bin/app-" + id
		u.say("mkdir -p bin")
		u.say("docker run --rm %s-v \"$PWD/bin:/host\" %s cp %s/app /host/app-%s", u.flags, tag, out, id)
	}
	u.loot = append(u.loot, loot{host: host})
}

// takeDirectory draws how the directory comes out.
func (u *randomUnit) takeDirectory(id, tag, out string) {
	host := "tree-" + id
	switch u.pick("directory form", "whole", "whole", "contents", "stream", "export", "mount") {
	case "whole":
		u.say("docker cp %s-%s:%s/tree %s", u.name, id, out, host)
	case "contents":
		u.say("mkdir %s", host)
		u.say("docker cp %s-%s:%s/tree/. %s", u.name, id, out, host)
	case "stream":
		u.say("docker cp %s-%s:%s/tree - | tar -xf -", u.name, id, out)
		u.say("mv tree %s", host)
	case "export":
		u.say("mkdir %s", host)
		u.say("docker export %s-%s | tar -x -C %s --strip-components=2 %s/tree", u.name, id, host, strings.TrimPrefix(out, "/"))
	case "mount":
		u.say("mkdir -p bin")
		u.say("docker run --rm %s-v \"$PWD/bin:/host\" %s cp -r %s/tree /host/%s", u.flags, tag, out, host)
		host = "bin/" + host
	}
	u.loot = append(u.loot, loot{host: host, directory: true})
}

// steps draws what the script does with the files, and brings them into the context of
// the final images.
func (u *randomUnit) steps(home string) {
	for i := range u.loot {
		l := &u.loot[i]
		switch {
		case home != ".":
			u.say("%s %s %s/%s", u.pick("bring", "mv", "mv", "cp -r"), l.host, home, path.Base(l.host))
			l.host = path.Join(home, path.Base(l.host))
		case !l.directory && u.chance("rename", 5):
			u.say("mv %s renamed-%d", l.host, i)
			l.host = fmt.Sprintf("renamed-%d", i)
		}
		switch {
		case l.directory && u.chance("change inside", 3):
			u.say(u.pick("change", "rm %s/a", "chmod 600 %s/a", "mkdir -p %s/made", "cp main.go %s/", "rm -rf %s/sub", "rm -f %s/*.none"), l.host)
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
	fmt.Fprintf(&text, "FROM alpine:3\nLABEL unit=%s\n", u.name)
	args := u.argument(&text, "1", "2", "")
	text.WriteString(u.pick("runtime state", "", "WORKDIR /srv\n", "USER app\n", "ENV A=1\n"))
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
			"COPY --chown=1000:1000 %s /owned/\n", "COPY %s* /wild/\n"), name)
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
