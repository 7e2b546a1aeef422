package modernize

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// independents are the commands that may read nothing of a build context. What
// they read and write of the system is theirs alone: a COPY to such a place is
// never crossed.
var independents = []struct {
	names string
	judge func(v invocation) (effect, bool)
}{
	{"apk", installs("add update", "--no-cache --update --update-cache --upgrade -U -u -q --quiet --no-progress --virtual --virtual= -t")},
	{"apt-get apt", installs("install update", "-y -q -qq -qy -yq -qqy -yqq --yes --assume-yes --quiet --fix-missing --no-install-recommends --no-install-suggests")},
	{"yum dnf microdnf", installs("install makecache", "-y -q --assumeyes --quiet --nodocs --setopt=")},
	{"pip pip2 pip3", judgePip},
	{"npm", judgeNpm},
	{"go", judgeGo},
	{"curl", judgeCurl},
	{"wget", judgeWget},
	{"mkdir", judgeMkdir},
	{"true :", func(invocation) (effect, bool) { return effect{}, true }},
}

var packageName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\.?[A-Za-z0-9][A-Za-z0-9+._:=~@<>-]*$`) })

// installs judges a package manager: its packages must have names, not paths.
func installs(subs, flags string) func(invocation) (effect, bool) {
	return func(v invocation) (effect, bool) {
		rest, ok := flagged(v.words[1:], flags)
		if !ok || len(rest) == 0 || !isWordOf(subs, rest[0]) {
			return effect{}, false
		}
		return effect{}, !slices.ContainsFunc(rest[1:], func(p string) bool { return !packageName().MatchString(p) || isWordOf(".apk .deb .rpm", path.Ext(p)) })
	}
}

// judgePip takes pinned packages only: the version of others is that of the day.
func judgePip(v invocation) (effect, bool) {
	rest, ok := flagged(v.words[1:], "-q --quiet -U --upgrade --no-cache-dir --no-deps --disable-pip-version-check")
	pinned := len(rest) > 1 && rest[0] == "install" &&
		!slices.ContainsFunc(rest[1:], func(p string) bool { return !strings.Contains(p, "==") || strings.ContainsAny(p, "/;") })
	return effect{}, ok && pinned && !v.sets("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT")
}

var npmPackage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*(@[\w.^~-]+)?$`)
})

// judgeNpm takes global installations: these read no settings of the project. Old
// versions take a name without a version for a directory, where there is one.
func judgeNpm(v invocation) (effect, bool) {
	rest, ok := flagged(v.words[1:], "-g --global --production --unsafe-perm --unsafe-perm=true --quiet -q --silent -s --no-optional --no-audit --no-fund --loglevel=")
	global := slices.Contains(v.words, "-g") || slices.Contains(v.words, "--global")
	if !ok || !global || len(rest) < 2 || !isWordOf("install i add", rest[0]) || v.sets("NPM_CONFIG_PREFIX", "npm_config_prefix") {
		return effect{}, false
	}
	var e effect
	for _, p := range rest[1:] {
		dir, known := v.absolute(p)
		if !npmPackage().MatchString(p) || !known {
			return effect{}, false
		}
		if !strings.Contains(p, "@") {
			e.paths = append(e.paths, dir)
		}
	}
	return e, true
}

var goPackage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*\.[a-z]+(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+$`)
})

// judgeGo takes "go get" with packages where it can't be in module mode, which
// reads go.mod, and "go install" with versions, which ignores it.
func judgeGo(v invocation) (effect, bool) {
	if len(v.words) < 3 || v.sets("GOFLAGS", "GOBIN", "GO111MODULE") && !v.modulesOff() {
		return effect{}, false
	}
	rest, ok := flagged(v.words[2:], "-d -v -u -t -x -insecure")
	root, known := v.gopath()
	if !ok || len(rest) == 0 || !known {
		return effect{}, false
	}
	switch minor, dated := goVersion(v.base); {
	case v.words[1] == "get" && (dated && minor <= 10 || v.modulesOff()):
		return getsPackages(root, rest)
	case v.words[1] == "install" && dated && minor >= 16:
		return installsVersions(root, rest)
	}
	return effect{}, false
}

// modulesOff reports whether the Dockerfile turns module mode off, and sets nothing
// else.
func (v invocation) modulesOff() bool {
	mode := v.st.Env["GO111MODULE"]
	return mode.Known && mode.Value == "off" && !v.sets("GOFLAGS", "GOBIN")
}

// getsPackages is the effect of "go get" in GOPATH mode.
func getsPackages(root string, packages []string) (effect, bool) {
	e := effect{
		paths:   []string{path.Join(root, "bin"), path.Join(root, "pkg")},
		assumed: "what it fetches is taken not to import packages of this repository",
	}
	for _, p := range packages {
		if !goPackage().MatchString(p) || strings.Contains(p, "...") {
			return effect{}, false
		}
		elems := strings.Split(p, "/")
		e.paths = append(e.paths, path.Join(root, "src", path.Join(elems[:min(3, len(elems))]...)))
	}
	return e, true
}

// installsVersions is the effect of "go install" of programs in a given version.
func installsVersions(root string, packages []string) (effect, bool) {
	for _, p := range packages {
		if name, version, ok := strings.Cut(p, "@"); !ok || version == "" || !goPackage().MatchString(name) {
			return effect{}, false
		}
	}
	return effect{paths: []string{path.Join(root, "bin"), path.Join(root, "pkg")}}, true
}

// judgeCurl takes the download of one URL into a file.
func judgeCurl(v invocation) (effect, bool) {
	return v.download(`^-[fsSLkgO]*[oO]$`, `^(-[fsSLkg]+|--fail|--silent|--show-error|--location|--insecure)$`)
}

func judgeWget(v invocation) (effect, bool) {
	return v.download(`^-q?O$`, `^(-q|-nv|--quiet|--no-verbose|--no-check-certificate)$`)
}

// download judges a command that writes one URL to a file. The flags are given as
// patterns: those that name the file, and those that don't matter.
func (v invocation) download(naming, others string) (effect, bool) {
	names, rest := regexp.MustCompile(naming), regexp.MustCompile(others)
	url, file := "", ""
	remote := v.words[0] == "wget"
	for i := 1; i < len(v.words); i++ {
		w := v.words[i]
		switch {
		case strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://"):
			if url != "" {
				return effect{}, false
			}
			url = w
		case names.MatchString(w) && v.words[0] == "curl" && strings.HasSuffix(w, "O"):
			remote = true
		case names.MatchString(w) && i+1 < len(v.words):
			i++
			file = v.words[i]
		case !rest.MatchString(w):
			return effect{}, false
		}
	}
	if file == "" && remote {
		file = path.Base(url)
	}
	if url == "" || file == "" || file == "-" || strings.ContainsAny(file, "?&") {
		return effect{}, false
	}
	return v.writesTo(file)
}

// standing are directories that every system has.
const standing = "/ /bin /etc /opt /root /sbin /srv /tmp /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/sbin /usr/share /usr/src /var"

// writesTo is the effect of writing a file or directory whose parent is there without
// any COPY.
func (v invocation) writesTo(name string) (effect, bool) {
	full, ok := v.absolute(name)
	there := isWordOf(standing, path.Dir(full)) || v.st.WorkdirKnown && path.Dir(full) == v.st.Workdir
	return effect{paths: []string{full}}, ok && there
}

func judgeMkdir(v invocation) (effect, bool) {
	dirs, ok := flagged(v.words[1:], "-p -v -pv --parents")
	var all effect
	for _, dir := range dirs {
		e, direct := v.writesTo(dir)
		all.paths = append(all.paths, e.paths...)
		ok = ok && (direct || strings.HasPrefix(v.words[1], "-p") && (path.IsAbs(dir) || v.st.WorkdirKnown))
	}
	return all, ok && len(dirs) > 0
}
