package verify

import (
	"archive/tar"
	"slices"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	owned := func(f file, uid int) file { f.Uid = uid; return f }
	build := func(files ...file) *Image { return read(t, save(t, "{}", pack(t, files...))) }
	labels := func(json string) *Image { return read(t, save(t, `{"config":`+json+`}`)) }
	tests := []struct {
		name    string
		olds    []*Image
		new     *Image
		ignore  string
		differ  string // the paths, or aspects of the config, that differ
		noise   string
		ignored string
	}{
		{name: "same", olds: []*Image{build(reg("a", "x")), build(reg("a", "x"))}, new: build(reg("a", "x"))},
		{name: "differs", olds: []*Image{build(reg("a", "x"))}, new: build(reg("a", "y")), differ: "/a"},
		{name: "contents vary", olds: []*Image{build(reg("a", "x")), build(reg("a", "y"))}, new: build(reg("a", "zz")), noise: "/a"},
		{name: "contents vary, and the new ones are the last old ones",
			olds: []*Image{build(reg("a", "x")), build(reg("a", "y"))}, new: build(reg("a", "y")), noise: "/a"},
		{name: "contents vary, the owner does not",
			olds: []*Image{build(reg("a", "x")), build(reg("a", "y"))}, new: build(owned(reg("a", "z"), 7)), differ: "/a", noise: "/a"},
		{name: "one that varies is gone",
			olds: []*Image{build(reg("a", "x")), build(reg("a", "y"))}, new: build(), differ: "/a", noise: "/a"},
		{name: "names vary",
			olds: []*Image{build(dir("d"), reg("d/1", "x")), build(dir("d"), reg("d/2", "x"))}, new: build(dir("d"), reg("d/3", "x")), noise: "/d/1 /d/2 /d/3"},
		{name: "names of directories vary",
			olds: []*Image{build(dir("1"), reg("1/f", "x")), build(dir("2"), reg("2/f", "x"))}, new: build(dir("3"), reg("3/f", "x")),
			noise: "/1 /1/f /2 /2/f /3 /3/f"},
		{name: "names vary, and there is one more",
			olds: []*Image{build(reg("1", "x")), build(reg("2", "x"))}, new: build(reg("3", "x"), reg("4", "x")), differ: "/4", noise: "/1 /2 /3"},
		{name: "names vary, and the new one is another kind of file",
			olds: []*Image{build(reg("1", "x")), build(reg("2", "x"))}, new: build(dir("3")), differ: "/3", noise: "/1 /2"},
		{name: "an optional file is no varying name",
			olds: []*Image{build(), build(reg("2", "x"))}, new: build(reg("3", "x")), differ: "/3", noise: "/2"},
		{name: "ignored", olds: []*Image{build(reg("a/b/c", "x"), reg("d", "x"))}, new: build(reg("a/b/c", "y"), reg("d", "y")),
			ignore: "/a/**", differ: "/d", ignored: "/a/b/c"},
		{name: "a label varies",
			olds: []*Image{labels(`{"Labels":{"a":"1","b":"1"}}`), labels(`{"Labels":{"a":"1","b":"2"}}`)},
			new:  labels(`{"Labels":{"a":"1","b":"3"}}`), noise: "Labels"},
		{name: "a label varies, and another one differs",
			olds: []*Image{labels(`{"Labels":{"a":"1","b":"1"}}`), labels(`{"Labels":{"a":"1","b":"2"}}`)},
			new:  labels(`{"Labels":{"a":"2","b":"3"}}`), differ: "Labels", noise: "Labels"},
		{name: "a variable varies, and the order differs",
			olds: []*Image{labels(`{"Env":["A=1","B=1"]}`), labels(`{"Env":["A=1","B=2"]}`)},
			new:  labels(`{"Env":["B=3","A=1"]}`), differ: "Env", noise: "Env"},
		{name: "the command varies",
			olds: []*Image{labels(`{"Cmd":["1"],"User":"a"}`), labels(`{"Cmd":["2"],"User":"a"}`)},
			new:  labels(`{"Cmd":["3"],"User":"b"}`), differ: "User", noise: "Cmd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := Judge(tt.olds, tt.new, strings.Fields(tt.ignore))
			for _, list := range []struct {
				what  string
				diffs []Difference
				want  string
			}{{"differences", j.Differences, tt.differ}, {"noise", j.Noise, tt.noise}, {"ignored", j.Ignored, tt.ignored}} {
				if got := places(list.diffs); got != list.want {
					t.Errorf("%s are %q, want %q: %v", list.what, got, list.want, list.diffs)
				}
			}
		})
	}
}

// places are the paths and fields of the config of diffs, each once.
func places(diffs []Difference) string {
	var list []string
	for _, d := range diffs {
		if d.Path == "" {
			d.Path = d.Aspect
		}
		list = append(list, d.Path)
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

// TestReadArchiveTags reads two images that share a layer.
func TestReadArchiveTags(t *testing.T) {
	low, high := pack(t, reg("a", "x")), pack(t, reg("b", "x"))
	archive := pack(t,
		reg("l/layer.tar", string(low)), reg("h/layer.tar", string(high)), reg("c.json", "{}"),
		file{tar.Header{Name: "d.json", Typeflag: tar.TypeReg}, `{"config":{"User":"u"}}`},
		reg("manifest.json", `[{"Config":"c.json","RepoTags":["i:1"],"Layers":["l/layer.tar"]},
			{"Config":"d.json","RepoTags":["i:2","i:3"],"Layers":["l/layer.tar","h/layer.tar"]}]`))
	images, err := ReadArchiveTags(strings.NewReader(string(archive)))
	if err != nil || len(images) != 3 || images["i:2"] != images["i:3"] {
		t.Fatalf("got %v, %v", images, err)
	}
	if got := places(Diff(images["i:1"], images["i:2"])); got != "/b User" {
		t.Errorf("the images differ in %q", got)
	}
}
