package plan

import (
	"testing"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

func TestPathFrom(t *testing.T) {
	for _, tt := range []struct{ dir, name, want string }{
		{".", ".", "."}, {".", "a", "a"}, {"a", ".", ".."}, {"a/b", ".", "../.."}, {"a/b", "a", ".."}, {"a/b", "a/c", "../c"},
		{"a", "a/b/c", "b/c"}, {"a", "a", "."}, {"a", "ab", "../ab"}, {"./a/", "b", "../b"},
	} {
		if got := pathFrom(tt.dir, tt.name); got != tt.want {
			t.Errorf("pathFrom(%q, %q) is %q, want %q", tt.dir, tt.name, got, tt.want)
		}
	}
}

func TestRelative(t *testing.T) {
	for _, tt := range []struct {
		dir, name, want string
		below           bool
	}{
		{".", ".", "", true}, {".", "a", "a", true}, {"a", "a", "", true}, {"a", "a/b", "b", true}, {"a/b", "a/b/c/d", "c/d", true},
		{"a", "ab", "", false}, {"a", "b", "", false}, {"a/b", "a", "", false},
	} {
		if got := below(tt.dir, tt.name); got != tt.below {
			t.Errorf("below(%q, %q) is %t", tt.dir, tt.name, got)
		}
		if got := relative(tt.dir, tt.name); tt.below && got != tt.want {
			t.Errorf("relative(%q, %q) is %q, want %q", tt.dir, tt.name, got, tt.want)
		}
	}
}

func TestOutside(t *testing.T) {
	for name, want := range map[string]bool{".": false, "a": false, "..a": false, "..": true, "../a": true, "/a": true} {
		if got := outside(name); got != want {
			t.Errorf("outside(%q) is %t", name, got)
		}
	}
}

func TestContextPath(t *testing.T) {
	for src, want := range map[string]string{"a": "a", "./a": "a", "/a": "a", "a/": "a", "a/../b": "b", "../a": "a", ".": "", "/": ""} {
		if got := contextPath(src); got != want {
			t.Errorf("contextPath(%q) is %q, want %q", src, got, want)
		}
	}
}

func TestSplitPattern(t *testing.T) {
	for _, tt := range []struct{ pattern, fixed, rest string }{
		{"*.js", "", "*.js"}, {"a/*.js", "a", "*.js"}, {"a/b?/c", "a", "b?/c"}, {"a/b/[c]", "a/b", "[c]"}, {"a/b", "a/b", ""},
	} {
		if fixed, rest := splitPattern(tt.pattern); fixed != tt.fixed || rest != tt.rest {
			t.Errorf("splitPattern(%q) is %q and %q, want %q and %q", tt.pattern, fixed, rest, tt.fixed, tt.rest)
		}
	}
}

func TestMatchPrefix(t *testing.T) {
	for _, tt := range []struct {
		pattern, name, tail string
		ok                  bool
	}{
		{"*.js", "a.js", "", true}, {"*.js", "a.css", "", false}, {"*", "a/b/c", "b/c", true}, {"a/*", "a/b", "", true}, {"a/*", "a/b/c", "c", true},
		{"a/*", "a", "", false}, {"*/b", "a/b", "", true}, {"*/b", "a/c", "", false}, {"[", "a", "", false}, {"a?", "ab/c", "c", true},
	} {
		if tail, ok := matchPrefix(tt.pattern, tt.name); ok != tt.ok || ok && tail != tt.tail {
			t.Errorf("matchPrefix(%q, %q) is %q, %t, want %q, %t", tt.pattern, tt.name, tail, ok, tt.tail, tt.ok)
		}
	}
}

func TestDestinations(t *testing.T) {
	for _, tt := range []struct {
		dest      string
		directory bool
		joined    string
	}{
		{"/usr/bin/", true, "/usr/bin/x"}, {"/usr/bin", false, "/usr/bin/x"}, {".", true, "./x"}, {"./", true, "./x"}, {"/a/.", true, "/a/x"},
		{"..", true, "../x"}, {"/a/..", true, "/a/../x"}, {"/", true, "/x"}, {"$D", false, "$D/x"}, {"$D/", true, "$D/x"},
	} {
		if got := directoryLike(tt.dest); got != tt.directory {
			t.Errorf("directoryLike(%q) is %t", tt.dest, got)
		}
		if got := join(tt.dest, "x"); got != tt.joined {
			t.Errorf("join(%q, x) is %q, want %q", tt.dest, got, tt.joined)
		}
	}
}

func TestRebased(t *testing.T) {
	n := &node{prefix: "run"}
	for _, tt := range []struct {
		src  dockerfile.Path
		text string
		want string
	}{
		{text: "a", want: "run/a"}, {text: "./a", want: "run/a"}, {text: "/a", want: "run/a"}, {text: "a/", want: "run/a/"}, {text: ".", want: "run/"},
		{text: "./", want: "run/"}, {text: "/", want: "run/"}, {text: "", want: "run/"}, {text: `"a b"`, want: `"run/a b"`}, {text: `"."`, want: `"run/"`},
		{text: "'./a'", want: "'run/a'"}, {text: "*.js", want: "run/*.js"}, {text: "$X", want: "run/$X"},
		{src: dockerfile.Path{Remote: true}, text: "https://x", want: "https://x"}, {src: dockerfile.Path{Heredoc: true}, text: "<<E", want: "<<E"},
	} {
		if got := n.rebased(tt.src, tt.text); got != tt.want {
			t.Errorf("rebased(%q) is %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := new(node).rebased(dockerfile.Path{}, "./a"); got != "./a" {
		t.Errorf("in the one context ./a is %q", got)
	}
}
