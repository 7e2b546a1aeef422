package shparse

import "testing"

func TestRelPath(t *testing.T) {
	root := Part{Hole: rootHole()}
	x := Part{Hole: &Hole{Reason: Environment, Name: "X"}}
	tmp := Part{Hole: &Hole{Reason: System, Name: "mktemp -d"}}
	tests := []struct {
		name, dir string
		path      Value
		want      string
	}{
		{"empty", "a", nil, ""},
		{"root itself", "a", Value{root}, "."},
		{"dot", "a", Lit("."), "a"},
		{"relative", "a", Lit("./b/../c"), "a/c"},
		{"trailing slash", ".", Lit("out/"), "out"},
		{"out of the root", "a", Lit("../../b"), "../b"},
		{"absolute", "a", Lit("/tmp//x/../y"), "/tmp/y"},
		{"absolute directory", "/tmp", Lit("x"), "/tmp/x"},
		{"below the root", "a", Value{root, {Lit: "/b/../c"}}, "c"},
		{"beside the root", "a", Value{root, {Lit: "-old/x"}}, "$PWD-old/x"},
		{"hole inside", "a", Value{{Lit: "b/../"}, x, {Lit: "/c"}}, "a/${X}/c"},
		{"nothing cancels a hole", ".", Value{x, {Lit: "/../c"}}, "${X}/../c"},
		{"hole first", "a", Value{x, {Lit: "/c/."}}, "a/${X}/c"},
		{"absolute hole first", "a", Value{tmp, {Lit: "/c"}}, "mktemp -d/c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := relPath(Lit(tt.dir), tt.path).String(); got != tt.want {
				t.Errorf("relPath(%q, %q) = %q, want %q", tt.dir, tt.path, got, tt.want)
			}
		})
	}
}

func TestAbsPathIsTheOppositeOfRelPath(t *testing.T) {
	for _, rel := range []string{".", "a/b", "../b", "/tmp/x"} {
		if got := relPath(Lit("elsewhere"), absPath(Lit(rel))).String(); got != rel {
			t.Errorf("relPath(absPath(%q)) = %q", rel, got)
		}
	}
}
