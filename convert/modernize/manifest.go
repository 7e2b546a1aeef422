package modernize

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A dependency is an entry of the table of dependency steps: commands that read a
// few files of the project in the working directory, and nothing else of it.
type dependency struct {
	names    string   // of the program
	args     string   // the operands, in order
	flags    string   // that change nothing of this
	requires []string // the files that it reads
	reads    []string // those that it reads where they are there
	stops    []string // what must not be there, since it may lead to more
	makes    []string // what it makes in the directory; must not come out of the context
	unfit    string   // a pattern of text in its first file that may lead to more
	assumed  string   // what is assumed where it is applied
	fits     func(v invocation) bool
}

const npmFlags = "--production --only=production --only=prod --omit=dev --no-audit --no-fund --no-optional --quiet -q --silent -s " +
	"--unsafe-perm --loglevel= --no-progress --prefer-offline"

const mvnFlags = "-B -q -e -ntp --batch-mode --quiet --no-transfer-progress"

// dependencies is the table; the first entry that fits counts.
var dependencies = []dependency{
	{
		names: "go", args: "mod download", flags: "-x",
		requires: []string{"go.mod", "go.sum"}, stops: []string{"go.work"},
		unfit: `=>\s*["'` + "`" + `]?[./]`, assumed: "go.sum is taken to be complete",
		fits: func(v invocation) bool { return !v.sets("GOFLAGS", "GOWORK", "GOMODCACHE", "GOPATH") },
	},
	{
		names: "npm", args: "ci", flags: npmFlags,
		requires: []string{"package.json", "package-lock.json"}, reads: []string{".npmrc"},
		stops: []string{"npm-shrinkwrap.json", "binding.gyp"}, makes: []string{"node_modules"},
	},
	{
		names: "npm", args: "install", flags: npmFlags + " --no-package-lock",
		requires: []string{"package.json"}, reads: []string{".npmrc"},
		stops: []string{"npm-shrinkwrap.json", "binding.gyp"}, makes: []string{"node_modules", "package-lock.json"},
	},
	{
		names: "yarn", args: "install", flags: "--frozen-lockfile --production --silent -s --non-interactive --no-progress --ignore-optional",
		requires: []string{"package.json", "yarn.lock"}, reads: []string{".npmrc", ".yarnrc"},
		stops: []string{".yarnrc.yml", ".yarn", ".pnp.cjs", "binding.gyp"}, makes: []string{"node_modules"},
		fits: func(v invocation) bool { return slices.Contains(v.words, "--frozen-lockfile") },
	},
	{
		names: "pip pip2 pip3", args: "install requirements.txt", flags: "-r --no-cache-dir -q --quiet -U --upgrade --disable-pip-version-check",
		requires: []string{"requirements.txt"},
		unfit:    `(?m)^\s*(-([^-]|-([^h]|h[^a]))|\.|/)|file:|\$\{|^[^#\s]*/|@\s*\.`,
		fits: func(v invocation) bool {
			return slices.Contains(v.words, "-r") && !v.sets("PIP_TARGET", "PIP_CONSTRAINT", "PIP_FIND_LINKS")
		},
	},
	{
		names: "mvn", args: "dependency:go-offline", flags: mvnFlags,
		requires: []string{"pom.xml"}, stops: []string{".mvn"}, makes: []string{"target"},
		unfit: `<modules?>|<relativePath>|<systemPath>|basedir|<file>`,
	},
	{
		names: "mvn", args: "dependency:resolve", flags: mvnFlags,
		requires: []string{"pom.xml"}, stops: []string{".mvn"}, makes: []string{"target"},
		unfit: `<modules?>|<relativePath>|<systemPath>|basedir|<file>`,
	},
	{
		names: "bundle", args: "install", flags: "--frozen --quiet --no-cache --jobs= --retry= --without= -j4",
		requires: []string{"Gemfile", "Gemfile.lock"}, stops: []string{".bundle", ".ruby-version", ".tool-versions"}, makes: []string{"vendor"},
		unfit: `(?m)\b(gemspec|path|eval|eval_gemfile|require|require_relative|File|Dir|load)\b|^\s*ruby\s.*file`,
		fits:  func(v invocation) bool { return slices.Contains(v.words, "--frozen") || v.on("BUNDLE_FROZEN") },
	},
	{
		names: "cargo", args: "fetch", flags: "--locked -q --quiet -v",
		requires: []string{"Cargo.toml", "Cargo.lock"}, stops: []string{".cargo", "rust-toolchain", "rust-toolchain.toml"},
		unfit: `(?m)^\s*\[workspace|\bpath\s*=\s*"\.`,
		fits:  func(v invocation) bool { return slices.Contains(v.words, "--locked") },
	},
}

// on reports whether the Dockerfile switches a setting on.
func (v invocation) on(name string) bool {
	set := v.st.Env[name]
	return set.Known && (set.Value == "1" || set.Value == "true")
}

// A need is a dependency step in a directory of the image.
type need struct {
	*dependency
	dir string
}

// needOf returns the dependency step that an invocation is, or nil.
func needOf(v invocation) *need {
	for i := range dependencies {
		d := &dependencies[i]
		if !isWordOf(d.names, v.words[0]) {
			continue
		}
		rest, ok := flagged(v.words[1:], d.flags)
		if ok && strings.Join(rest, " ") == d.args && v.st.WorkdirKnown && (d.fits == nil || d.fits(v)) {
			return &need{d, v.st.Workdir}
		}
	}
	return nil
}

// paths are those that the step reads or writes below its directory.
func (n *need) paths() []string {
	var list []string
	for _, names := range [][]string{n.requires, n.reads, n.stops, n.makes} {
		for _, name := range names {
			list = append(list, path.Join(n.dir, name))
		}
	}
	return list
}

// bring writes a COPY of the files that a step needs, to stand in front of a COPY of
// the whole directory that they are in. It returns "" where this is not the same.
func (m *modernizer) bring(in *dockerfile.Instruction, st *step) (text string, assumed []string) {
	dir, ok := m.broad(in)
	if !ok || len(st.needs) == 0 {
		return "", nil
	}
	var files []string
	for _, n := range st.needs {
		more, notes, ok := m.manifests(in, dir, n)
		if !ok {
			return "", nil
		}
		assumed = append(assumed, notes...)
		for _, name := range more {
			if !slices.Contains(files, name) {
				files = append(files, name)
			}
		}
	}
	others := slices.DeleteFunc(slices.Clone(st.paths), func(p string) bool { return st.mine(p) })
	target, _ := m.written(in)
	if slices.ContainsFunc(others, func(p string) bool { return below(target[0], p) || below(p, target[0]) }) {
		return "", nil
	}
	return copyOf(in, files), assumed
}

// mine reports whether a path is one of a dependency step's own.
func (st *step) mine(name string) bool {
	return slices.ContainsFunc(st.needs, func(n *need) bool { return slices.Contains(n.paths(), name) })
}

// broad reports whether a COPY brings one whole directory of the context, and says
// which.
func (m *modernizer) broad(in *dockerfile.Instruction) (string, bool) {
	t, ok := in.Transfer(m.Args)
	if !ok || t.From != "" || t.Heredoc || t.Parents || len(t.Excludes) > 0 || len(t.Sources) != 1 {
		return "", false
	}
	s := t.Sources[0]
	if !s.Known || s.Remote || s.Expanded != s.Value || strings.ContainsAny(s.Value, "*?[ \t") {
		return "", false
	}
	dir := strings.TrimPrefix(path.Clean("/"+s.Expanded), "/")
	return dir, m.Context.realDir(path.Join(".", dir))
}

// manifests lists the files of a step, relative to the context, where the context
// has what the step needs and nothing that leads to more.
func (m *modernizer) manifests(in *dockerfile.Instruction, dir string, n *need) (files, assumed []string, ok bool) {
	target, known := m.written(in)
	if !known || len(target) != 1 || target[0] != n.dir || !forSources(n.dir) {
		return nil, nil, false
	}
	see := func(name string) sight { return m.Context.look(path.Join(dir, name)) }
	for _, name := range slices.Concat(n.requires, n.reads) {
		switch s := see(name); {
		case s == regular:
			files = append(files, path.Join(dir, name))
		case s == anything || slices.Contains(n.requires, name):
			return nil, nil, false
		}
	}
	if slices.ContainsFunc(files, func(name string) bool { return !m.closed(name, n.dependency) }) ||
		slices.ContainsFunc(slices.Concat(n.stops, n.makes), func(name string) bool { return see(name) > hidden }) {
		return nil, nil, false
	}
	if n.assumed != "" {
		assumed = append(assumed, n.assumed)
	}
	for _, name := range n.makes {
		if see(name) != hidden {
			assumed = append(assumed, name+" is taken not to be in the build context")
		}
	}
	return files, assumed, true
}

// closed reports whether a file of a step leads to no other file.
func (m *modernizer) closed(name string, d *dependency) bool {
	text, ok := m.Context.read(name)
	switch base := path.Base(name); {
	case !ok:
		return false
	case base == "package.json":
		return closedPackage(text)
	case base == ".npmrc" || base == ".yarnrc":
		return !regexp.MustCompile(`(?i)file|path|prefix|shell|script|\./`).MatchString(text)
	case base == d.requires[0] && d.unfit != "":
		return !regexp.MustCompile(d.unfit).MatchString(text)
	}
	return true
}

// onInstall are the scripts that an installation runs.
const onInstall = "preinstall install postinstall prepublish preprepare prepare postprepare dependencies"

// closedPackage reports whether a package.json leads to no other file of its
// directory: no scripts that an installation runs, no packages that are files.
func closedPackage(text string) bool {
	var p struct {
		Scripts                                                                                       map[string]string
		Workspaces                                                                                    any
		Dependencies, DevDependencies, OptionalDependencies, PeerDependencies, Overrides, Resolutions map[string]any
	}
	if json.Unmarshal([]byte(text), &p) != nil || p.Workspaces != nil || p.Overrides != nil || p.Resolutions != nil {
		return false
	}
	for name := range p.Scripts {
		if isWordOf(onInstall, name) {
			return false
		}
	}
	for _, list := range []map[string]any{p.Dependencies, p.DevDependencies, p.OptionalDependencies, p.PeerDependencies} {
		for _, version := range list {
			if v, ok := version.(string); !ok || strings.ContainsAny(v, ":/\\") {
				return false
			}
		}
	}
	return true
}

// copyOf is an instruction like in, as a line, that copies files.
func copyOf(in *dockerfile.Instruction, files []string) string {
	text := indent(in) + in.File.Slice(in.KeywordRange)
	for _, fl := range in.Flags {
		text += " " + fl.Text
	}
	ops := in.Operands()
	dest := ops[len(ops)-1].Value
	if !strings.HasSuffix(dest, "/") {
		dest += "/"
	}
	words := append(slices.Clone(files), dest)
	if in.JSON {
		return text + " " + dockerfile.JSON(words) + in.File.EOL
	}
	return text + " " + strings.Join(words, " ") + in.File.EOL
}
