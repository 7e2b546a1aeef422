package modernize

import (
	"path"
	"slices"
	"strings"
)

// A trait is what the splitting of a RUN has to know of a command.
type trait uint16

const (
	costly  trait = 1 << iota // takes time: worth a layer of its own
	opaque                    // has no entry in the table: it may leave a process, or need one
	state                     // may change the state of the shell
	index                     // refreshes a package index, which belongs to the installation behind it
	cleanup                   // takes away what an earlier command has made
	amends                    // changes files in place, which an earlier command has made
	writes                    // may write source files
	stamps                    // decides by the times of files
	moves                     // renames directories that an earlier run of it has made
	links                     // makes hard links
	exact                     // the entry holds only where all operands are of its list
)

// A model is an entry of the table of commands: programs that end when they have
// done their work, and leave no process behind.
type model struct {
	names  string // of the programs
	subs   string // the first operands that it is about, such as subcommands; "" for all
	traits trait
}

// models is the table; the first entry that fits counts. What has none is opaque.
var models = []model{
	{"apt-get apt", "update", index},
	{"apt-get apt", "install upgrade dist-upgrade build-dep", costly},
	{"apt-get apt", "clean autoclean remove purge autoremove", cleanup},
	{"apk", "update", index},
	{"apk", "add upgrade", costly},
	{"apk", "del", cleanup},
	{"yum dnf microdnf", "makecache", index},
	{"yum dnf microdnf", "install update upgrade groupinstall", costly},
	{"yum dnf microdnf", "clean remove erase autoremove", cleanup},
	{"go", "get build install mod list vet fmt env version", costly},
	{"glide", "install up update", costly | moves},
	{"dep", "ensure", costly | moves},
	{"govendor", "sync fetch", costly | moves},
	{"npm", "cache", cleanup},
	{"npm", "ci install i prune dedupe update rebuild", costly | moves},
	{"yarn", "install add", costly | moves},
	{"bower", "install", costly | moves},
	{"pip pip2 pip3", "install download wheel", costly | moves},
	{"pip pip2 pip3", "uninstall", cleanup},
	{"gem", "install", costly | moves},
	{"bundle", "install", costly | moves},
	{"mvn", "clean validate compile test package verify install dependency:go-offline dependency:resolve dependency:resolve-plugins", costly | exact},
	{"cargo", "fetch", costly},
	{"cargo", "build install", costly | links},
	{"javac gcc g++ cc c++ clang clang++ rustc tsc cmake autoconf automake autoreconf", "", costly | writes},
	{"make gmake ninja", "all install build clean", costly | stamps | exact},
	{"git", "clone checkout submodule apply reset fetch pull", costly | writes},
	{"curl wget", "", costly | writes},
	{"tar unzip gunzip xz", "", costly | writes},
	{"sed patch touch cp mv tee", "", writes},
	{"chmod chown chgrp", "", amends},
	{"rm rmdir", "", cleanup},
	{"mkdir ls pwd echo printf cat true : test [ grep head tail sort uname date which id env ldd file sha256sum md5sum basename dirname", "", 0},
}

// setters are the builtins of the shell that change its state and run nothing.
const setters = "cd export set umask unset readonly alias"

// builtins are those that may do more.
const builtins = ". bg break builtin command continue declare dirs disown enable eval exec exit fg function getopts hash " +
	"history jobs let local mapfile popd pushd read readarray return shift shopt source suspend times trap typeset ulimit " +
	"unalias wait"

func isWordOf(list, word string) bool {
	return word != "" && !strings.Contains(word, " ") && slices.Contains(strings.Fields(list), word)
}

// traitsOf looks a command up. It must have a name; words that are not known are "".
func traitsOf(words []string) trait {
	name := words[0]
	switch {
	case isWordOf(setters, name):
		return state
	case name == "" || isWordOf(builtins, name):
		return state | unknown
	}
	if dir := path.Dir(name); isWordOf("/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/go/bin", dir) {
		name = path.Base(name)
	}
	for _, m := range models {
		if isWordOf(m.names, name) && m.fits(words[1:]) {
			return m.traits
		}
	}
	return unknown
}

// unknown is a command that may do anything that a program can.
const unknown = opaque | costly | writes

// fits reports whether the arguments of a command are those of the entry.
func (m model) fits(args []string) bool {
	if m.subs == "" {
		return true
	}
	sub := operands(args)
	if m.traits&exact == 0 {
		return len(sub) > 0 && isWordOf(m.subs, sub[0])
	}
	return !slices.ContainsFunc(sub, func(arg string) bool { return !isWordOf(m.subs, arg) && !strings.Contains(arg, "=") })
}

// operands are the arguments that are no flags.
func operands(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
}
