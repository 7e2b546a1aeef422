package dockerfile

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestIgnore(t *testing.T) {
	tests := []struct {
		rules string
		in    []string // excluded
		out   []string
	}{
		{"", nil, []string{"a", ".dockerignore"}},
		{"# note\r\n\r\napp\r\n", []string{"app", "app/b", "./app", "/app"}, []string{"b/app", "apps"}},
		{"/app/\n*.md", []string{"app/x", "a.md"}, []string{"b/a.md"}},
		{"**/*.o", []string{"a.o", "b/c/a.o"}, []string{"a.c"}},
		{"*\n!app\n!src/**", []string{"b", "src"}, []string{"app", "app/x", "src/a", "src/a/b", "."}},
		{"dir\n!dir/keep", []string{"dir", "dir/x"}, []string{"dir/keep", "dir/keep/y"}},
		{"!a\na", []string{"a"}, nil},
		{"**/*.bak\n!dir", []string{"dir/a.bak", "dir/b/a.bak"}, []string{"dir", "dir/a"}},
		{"**/*.bak\n!dir/**", []string{"a.bak"}, []string{"dir/a.bak", "dir/b/a.bak"}},
		{"*\n**/*.bak\n!dir", []string{"a"}, []string{"dir", "dir/a.bak", "dir/b/a.bak"}},
		{"\xEF\xBB\xBFa", []string{"a"}, nil},
		{"  spaced  ", []string{"spaced"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.rules, func(t *testing.T) {
			fsys := fstest.MapFS{"ctx/.dockerignore": {Data: []byte(tt.rules)}}
			g, bad := ReadIgnore(fsys, "ctx", "ctx/Dockerfile")
			if bad != nil || g.Path != "ctx/.dockerignore" || g.Specific {
				t.Fatalf("%+v, %v", g, bad)
			}
			for _, name := range tt.in {
				checkExcluded(t, g, name, true)
			}
			for _, name := range tt.out {
				checkExcluded(t, g, name, false)
			}
		})
	}
}

func checkExcluded(t *testing.T, g *Ignore, name string, want bool) {
	t.Helper()
	got, err := g.Excluded(name)
	if err != nil || got != want {
		t.Errorf("%q is excluded: %t, %v: want %t", name, got, err, want)
	}
}

func TestIgnoreChoice(t *testing.T) {
	both := fstest.MapFS{
		"build/Dockerfile.run.dockerignore": {Data: []byte("a")},
		".dockerignore":                     {Data: []byte("b")},
	}
	g, _ := ReadIgnore(both, ".", "build/Dockerfile.run")
	if g == nil || g.Path != "build/Dockerfile.run.dockerignore" || !g.Specific {
		t.Errorf("chose %+v", g)
	}
	if g, _ = ReadIgnore(both, ".", "Dockerfile"); g == nil || g.Path != ".dockerignore" || g.Specific {
		t.Errorf("chose %+v", g)
	}
	g, bad := ReadIgnore(both, "build", "build/Dockerfile")
	if g != nil || bad != nil {
		t.Errorf("chose %+v, %v", g, bad)
	}
	checkExcluded(t, g, "anything", false)
}

func TestIgnoreRefused(t *testing.T) {
	tests := []struct {
		name string
		file fstest.MapFile
		want string
	}{
		{"pattern", fstest.MapFile{Data: []byte("ok\n  [a\n!\n")}, `.dockerignore:2:3: error: the pattern "[a" does not parse [SF106]`},
		{"NUL", fstest.MapFile{Data: []byte("a\x00")}, `.dockerignore:1:2: error: ".dockerignore" is not a text file: found a NUL byte [SF302]`},
		{"directory", fstest.MapFile{Mode: fs.ModeDir}, `.dockerignore: error: cannot read ".dockerignore": invalid argument [SF302]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, bad := ReadIgnore(fstest.MapFS{".dockerignore": &tt.file}, ".", "Dockerfile")
			if g != nil || len(bad) == 0 || bad[0].String() != tt.want {
				t.Errorf("%+v, %v: want %s", g, bad, tt.want)
			}
		})
	}
}
