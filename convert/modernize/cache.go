package modernize

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A cache is an entry of the table of caches: a directory that a tool keeps, from
// which nothing goes into what it makes.
type cache struct {
	names string // of the programs
	subs  string // the first operands that it is about; "" for all
	dir   string // absolute, below the home directory (~), or below GOPATH ($)
	// store is set where later commands take files out of the directory that they
	// would have to fetch again without it: all of them must have the mount.
	store  bool
	unless string // a pattern of the RUN, beside which the mount is no use or harm
	option string // of the mount
	fits   func(v invocation) bool
}

var caches = []cache{
	{names: "go", subs: "mod get build install list vet", dir: "$/pkg/mod", store: true, unless: `-mod=|GOFLAGS|GOPROXY|GOMODCACHE`, fits: usesModules},
	{names: "go", subs: "build install", dir: "~/.cache/go-build", unless: `GOCACHE`, fits: withoutCgo},
	{names: "npm", subs: "ci install i", dir: "~/.npm", unless: `cache|npm_config`},
	{names: "pip pip2 pip3", subs: "install", dir: "~/.cache/pip", unless: `no-cache|find-links|PIP_`},
	{names: "apt-get apt", subs: "update install", dir: "/var/lib/apt/lists", store: true, unless: `clean|/var/lib/apt|/var/cache/apt`, option: ",sharing=locked"},
	{names: "mvn", dir: "~/.m2/repository", store: true, unless: `offline\b.*offline|\s-o\b|\binstall\b|repo\.local|settings`},
	{names: "gradle ./gradlew", dir: "~/.gradle", store: true, unless: `offline|ublish|gradle-user-home|\s-g\b|GRADLE_USER_HOME`},
	{names: "cargo", subs: "build fetch", dir: "/usr/local/cargo/registry", store: true, unless: `offline|frozen|CARGO_HOME`,
		fits: func(v invocation) bool { return family(v.base) == "rust" && !v.sets("CARGO_HOME") }},
}

// usesModules reports whether Go may be in module mode.
func usesModules(v invocation) bool {
	minor, dated := goVersion(v.base)
	return !(dated && minor <= 10) && !v.sets("GOFLAGS", "GOPROXY", "GOMODCACHE", "GO111MODULE")
}

// withoutCgo reports whether Go compiles nothing but Go: the cache does not notice
// that a C library has changed.
func withoutCgo(v invocation) bool {
	minor, dated := goVersion(v.base)
	set := v.st.Env["CGO_ENABLED"]
	return !(dated && minor < 10) && set.Known && set.Value == "0" && !v.sets("GOCACHE")
}

// syntaxLine makes sure that the builder knows cache mounts.
const syntaxLine = "# syntax=docker/dockerfile:1"

// mountCaches adds cache mounts to the RUNs of the builder stages.
func (m *modernizer) mountCaches() {
	if m.skips("SF505") || m.skips("SF506") || !knowsMounts(m.File.Syntax) {
		return
	}
	all := &change{pieces: 1}
	for _, i := range m.Builders {
		m.mountIn(m.File.Stages[i], all)
	}
	if len(all.edits) == 0 {
		return
	}
	all.findings = append(all.findings, finding.New("SF506", all.findings[0].Range, "the Dockerfile needs BuildKit"))
	if m.File.Syntax == "" {
		at := 0
		if m.File.BOM {
			at = len("\ufeff")
		}
		all.edits = append(all.edits, edit.Edit{Start: at, End: at, Text: syntaxLine + m.File.EOL})
	}
	m.apply(all)
}

// knowsMounts reports whether a frontend knows cache mounts; "" is one that can be
// chosen.
func knowsMounts(syntax string) bool {
	return regexp.MustCompile(`^(docker/dockerfile:(1|1\.([2-9]|1\d)(\.\d+)?|latest))?$`).MatchString(syntax)
}

// mountIn adds the mounts of one stage.
func (m *modernizer) mountIn(s *dockerfile.Stage, all *change) {
	list := runs(s)
	mounts := make([][]string, len(list))
	for i := range caches {
		c := &caches[i]
		dir, users := m.users(c, s, list)
		if len(users) == 0 || !m.private(s, dir) || c.store && !m.allMounted(c, list, users) {
			continue
		}
		for _, n := range users {
			mounts[n] = append(mounts[n], "--mount=type=cache,target="+dir+c.option)
		}
	}
	for n, flags := range mounts {
		if len(flags) > 0 {
			at := list[n].KeywordRange.End.Offset
			all.edits = append(all.edits, edit.Edit{Start: at, End: at, Text: mountText(flags, list[n])})
			all.findings = append(all.findings, finding.New("SF505", m.origin(list[n]), "this RUN keeps %s from build to build", targets(flags)))
		}
	}
}

// mountText writes flags behind the keyword RUN, one to a line where there are
// several.
func mountText(flags []string, in *dockerfile.Instruction) string {
	if len(flags) == 1 {
		return " " + flags[0]
	}
	pad := " \\" + in.File.EOL + indent(in) + "   "
	return " " + strings.Join(flags, pad+" ") + pad
}

func targets(flags []string) string {
	var list []string
	for _, f := range flags {
		_, dir, _ := strings.Cut(f, "target=")
		dir, _, _ = strings.Cut(dir, ",")
		list = append(list, dir)
	}
	return strings.Join(list, " and ")
}

// users lists the RUNs that use a cache, by number, and its directory.
func (m *modernizer) users(c *cache, s *dockerfile.Stage, list []*dockerfile.Instruction) (dir string, users []int) {
	for n, in := range list {
		st := s.At(in, m.Args)
		chain, _ := readChain(in, st)
		if chain == nil || regexp.MustCompile(c.unless).MatchString(in.Text) {
			continue
		}
		at, ok := m.place(c, s, st)
		if !ok || !chain.runs(c, invocation{st: st, base: m.base(s)}) {
			continue
		}
		if dir != "" && dir != at {
			return "", nil
		}
		dir, users = at, append(users, n)
	}
	return dir, users
}

// place is where a cache is, for root in an image that is known.
func (m *modernizer) place(c *cache, s *dockerfile.Stage, st dockerfile.State) (string, bool) {
	base := m.base(s)
	v := invocation{st: st, base: base}
	if !has(base, rootHome) || v.sets("HOME") || st.UserSet && !(st.UserKnown && isWordOf("root 0", st.User)) {
		return "", false
	}
	if rest, ok := strings.CutPrefix(c.dir, "$"); ok {
		root, known := v.gopath()
		return root + rest, known
	}
	return strings.Replace(c.dir, "~", "/root", 1), true
}

// runs reports whether some part of a chain is a command that uses the cache.
func (c *chain) runs(k *cache, v invocation) bool {
	return slices.ContainsFunc(c.parts, func(p part) bool {
		v := v
		v.words = p.simple()
		v.st.Env = p.env(v.st.Env)
		if v.words == nil || !isWordOf(k.names, v.words[0]) {
			return false
		}
		sub := operands(v.words[1:])
		return (k.subs == "" || len(sub) > 0 && isWordOf(k.subs, sub[0])) && (k.fits == nil || k.fits(v))
	})
}

// private reports whether a directory of a stage is read and written by its RUNs
// alone: no COPY takes or brings something there, and no stage stands on this one.
func (m *modernizer) private(s *dockerfile.Stage, dir string) bool {
	for _, other := range m.File.Stages[s.Index+1:] {
		if base := other.ResolveBase(m.Args); !base.Known || base.Stage == s {
			return false
		}
	}
	for _, in := range m.File.Instructions {
		if slices.ContainsFunc(in.Flags, func(f dockerfile.Flag) bool { return f.Name == "mount" && strings.Contains(f.Arg, "from=") }) {
			return false
		}
		t, ok := in.Transfer(m.Args)
		if !ok {
			continue
		}
		if in.Stage == s && !m.staysOff(in, dir) || t.FromStage == s && takes(t, dir) {
			return false
		}
	}
	return true
}

// staysOff reports whether a COPY writes nothing in dir.
func (m *modernizer) staysOff(in *dockerfile.Instruction, dir string) bool {
	written, ok := m.written(in)
	return ok && !slices.ContainsFunc(written, func(w string) bool { return below(w, dir) || below(dir, w) })
}

// takes reports whether a COPY may take something out of dir.
func takes(t *dockerfile.Transfer, dir string) bool {
	return slices.ContainsFunc(t.Sources, func(s dockerfile.Path) bool {
		name, _, _ := strings.Cut(s.Expanded, "*")
		name = path.Clean("/" + name)
		return !s.Known || strings.ContainsAny(name, "?[") || below(name, dir) || below(dir, name) || strings.HasPrefix(dir, name)
	})
}

// allMounted reports whether no RUN behind the first user of a store may need it
// without being one.
func (m *modernizer) allMounted(k *cache, list []*dockerfile.Instruction, users []int) bool {
	for n := users[0]; n < len(list); n++ {
		if slices.Contains(users, n) {
			continue
		}
		c, _ := readChain(list[n], list[n].Stage.At(list[n], m.Args))
		names := func(tool string) bool { return strings.Contains(list[n].Text, tool) }
		if c == nil || c.has(opaque|stamps, 0, len(c.parts)) || slices.ContainsFunc(strings.Fields(k.names), names) {
			return false
		}
	}
	return true
}
