package verify

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file is a member of a tar in a test: Body for a regular file.
type file struct {
	tar.Header
	Body string
}

func reg(name, body string) file {
	return file{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}, body}
}

func dir(name string) file {
	return file{tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o755}, ""}
}

func hard(name, target string) file {
	return file{tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target}, ""}
}

func sym(name, target string) file {
	return file{tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}, ""}
}

func pack(t *testing.T, files ...file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		f.Size = int64(len(f.Body))
		if err := w.WriteHeader(&f.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.Body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// save packs layers as "docker save" does.
func save(t *testing.T, config string, layers ...[]byte) []byte {
	t.Helper()
	m := manifest{Config: "c.json"}
	var files []file
	for i, l := range layers {
		name := string(rune('a'+i)) + "/layer.tar"
		m.Layers = append(m.Layers, name)
		files = append(files, reg(name, string(l)))
	}
	list, err := json.Marshal([]manifest{m})
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, reg("a/VERSION", "1.0"), reg("c.json", config), reg("manifest.json", string(list)))
	return pack(t, files...)
}

func read(t *testing.T, archive []byte) *Image {
	t.Helper()
	img, err := ReadArchive(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// show renders a tree as one line for each path but the root.
func show(tree Tree) map[string]string {
	lines := make(map[string]string)
	for p, e := range tree {
		if p != "/" {
			lines[p] = strings.TrimSpace(e.Kind.String() + " " + e.Link)
		}
	}
	return lines
}

func TestFlatten(t *testing.T) {
	tests := []struct {
		name   string
		layers [][]file
		want   map[string]string
	}{
		{"no layers", nil, map[string]string{}},
		{"empty layer", [][]file{{}}, map[string]string{}},
		{"names are made absolute",
			[][]file{{dir("./a/"), reg("a/f", "x"), sym("/a/l", "f")}},
			map[string]string{"/a": "directory", "/a/f": "file", "/a/l": "symbolic link f"}},
		{"a whiteout hides a file",
			[][]file{{dir("a/"), reg("a/f", "x"), reg("a/g", "x")}, {reg("a/.wh.f", "")}},
			map[string]string{"/a": "directory", "/a/g": "file"}},
		{"a whiteout hides a directory and what it holds",
			[][]file{{dir("a/"), dir("a/b/"), reg("a/b/f", "x")}, {reg(".wh.a", "")}},
			map[string]string{}},
		{"a whiteout does not hide what has its name as a prefix",
			[][]file{{reg("a", "x"), reg("ab", "x")}, {reg(".wh.a", "")}},
			map[string]string{"/ab": "file"}},
		{"a whiteout leaves its own layer alone",
			[][]file{{dir("a/"), reg("a/f", "x")}, {dir("a/"), reg("a/g", "x"), reg(".wh.a", "")}},
			map[string]string{"/a": "directory", "/a/g": "file"}},
		{"an opaque directory hides what was in it",
			[][]file{{dir("a/"), reg("a/f", "x")}, {dir("a/"), reg("a/.wh..wh..opq", ""), reg("a/g", "x")}},
			map[string]string{"/a": "directory", "/a/g": "file"}},
		{"a storage driver's own files are no whiteouts",
			[][]file{{dir(".wh..wh.plnk/"), reg("wh.plnk", "x")}},
			map[string]string{"/wh.plnk": "file"}},
		{"a file replaces a directory",
			[][]file{{dir("a/"), reg("a/f", "x")}, {reg("a", "x")}},
			map[string]string{"/a": "file"}},
		{"a link replaces a directory",
			[][]file{{dir("a/"), reg("a/f", "x")}, {sym("a", "b")}},
			map[string]string{"/a": "symbolic link b"}},
		{"a directory keeps what it held",
			[][]file{{dir("a/"), reg("a/f", "x")}, {dir("a/")}},
			map[string]string{"/a": "directory", "/a/f": "file"}},
		{"a hard link is a file",
			[][]file{{reg("a", "x"), hard("b", "a"), hard("c", "b")}},
			map[string]string{"/a": "file", "/b": "file", "/c": "file"}},
		{"a hard link to a lower layer",
			[][]file{{reg("a", "x")}, {hard("b", "a"), hard("c", "b")}},
			map[string]string{"/a": "file", "/b": "file", "/c": "file"}},
		{"a hard link to a file that the layer removes",
			[][]file{{reg("a", "x")}, {hard("b", "a"), reg(".wh.a", "")}},
			map[string]string{"/b": "file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var layers [][]byte
			for _, files := range tt.layers {
				layers = append(layers, pack(t, files...))
			}
			img := read(t, save(t, "{}", layers...))
			if diff := cmp.Diff(tt.want, show(img.Tree)); diff != "" {
				t.Errorf("tree differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEntryAspects(t *testing.T) {
	old := file{tar.Header{
		Name: "f", Typeflag: tar.TypeReg, Mode: 0o4755, Uid: 1, Gid: 2,
		PAXRecords: map[string]string{xattrPrefix + "security.capability": "\x01"},
	}, "x"}
	owner, mode, attr, body, link := old, old, old, old, sym("f", "g")
	owner.Gid = 3
	mode.Mode = 0o755
	attr.PAXRecords = nil
	body.Body = "y"
	tests := []struct {
		name     string
		old, new file
		want     []string
	}{
		{"equal", old, old, nil},
		{"owner", old, owner, []string{"/f: owner: old 1:2, new 1:3"}},
		{"setuid", old, mode, []string{"/f: mode: old 4755, new 0755"}},
		{"capability", old, attr, []string{"/f: extended attributes: old security.capability=01, new none"}},
		{"contents", old, body, []string{
			"/f: sha256: old 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881, " +
				"new a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa"}},
		{"link target", sym("f", "a"), link, []string{"/f: link target: old a, new g"}},
		{"only old", old, dir("."), []string{"/f: type: old file, new none"}},
		{"only new", dir("."), old, []string{"/f: type: old none, new file"}},
		{"root's mode", dir("."), file{tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o700}, ""},
			[]string{"/: mode: old 0755, new 0700"}},
		{"device", file{tar.Header{Name: "f", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}, ""},
			file{tar.Header{Name: "f", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 5}, ""},
			[]string{"/f: device: old 1:3, new 1:5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := read(t, save(t, "{}", pack(t, tt.old)))
			b := read(t, save(t, "{}", pack(t, tt.new)))
			var got []string
			for _, d := range Diff(a, b) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffConfig(t *testing.T) {
	const full = `{"architecture":"amd64","os":"linux","config":{"User":"1","ExposedPorts":{"80/tcp":{}},
		"Env":["A=1","B=2"],"Entrypoint":["a"],"Cmd":["b"],"Volumes":{"/v":{}},"WorkingDir":"/w",
		"Labels":{"l":"1"},"StopSignal":"TERM","Shell":["/bin/sh"],"OnBuild":["RUN x"],
		"Healthcheck":{"Test":["NONE"],"Interval":5}}}`
	tests := []struct {
		name     string
		from, to string
		want     string
	}{
		{"Platform", "amd64", "arm64", "Platform"},
		{"User", `"User":"1"`, `"User":"0"`, "User"},
		{"ExposedPorts", "80/tcp", "80/udp", "ExposedPorts"},
		{"Env", "A=1", "A=2", "Env"},
		{"order of Env", `"A=1","B=2"`, `"B=2","A=1"`, "Env"},
		{"Entrypoint", `["a"]`, `["a",""]`, "Entrypoint"},
		{"Cmd", `["b"]`, `null`, "Cmd"},
		{"Volumes", `"/v"`, `"/w"`, "Volumes"},
		{"WorkingDir", `"/w"`, `"/w/"`, "WorkingDir"},
		{"Labels", `"l"`, `"m"`, "Labels"},
		{"StopSignal", "TERM", "HUP", "StopSignal"},
		{"Shell", "/bin/sh", "/bin/ash", "Shell"},
		{"OnBuild", "RUN x", "RUN y", "OnBuild"},
		{"Healthcheck", `:5`, `:6`, "Healthcheck"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(full, tt.from, tt.to, 1)
			if changed == full {
				t.Fatalf("%q is not in the config", tt.from)
			}
			diffs := Diff(read(t, save(t, full)), read(t, save(t, changed)))
			if len(diffs) != 1 || diffs[0].Aspect != tt.want {
				t.Errorf("got %v, want one difference in %s", diffs, tt.want)
			}
		})
	}
	if diffs := Diff(read(t, save(t, full)), read(t, save(t, full))); len(diffs) != 0 {
		t.Errorf("equal configs differ: %v", diffs)
	}
}

// TestDiffLabels names the labels that differ, and no others.
func TestDiffLabels(t *testing.T) {
	a := read(t, save(t, `{"config":{"Labels":{"same":"1","other":"1","gone":""}}}`))
	b := read(t, save(t, `{"config":{"Labels":{"same":"1","other":"2"}}}`))
	want := []Difference{{Aspect: "Labels", Old: `{"gone":"","other":"1"}`, New: `{"other":"2"}`}}
	if diff := cmp.Diff(want, Diff(a, b)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func TestDiffConfigTakesEmptyForMissing(t *testing.T) {
	a := read(t, save(t, `{"config":{"Env":null,"Labels":{}}}`))
	b := read(t, save(t, `{"config":{"Env":[],"Volumes":{}}}`))
	if diffs := Diff(a, b); len(diffs) != 0 {
		t.Errorf("got %v, want none", diffs)
	}
}

// TestReadArchiveLayouts reads one image as each kind of engine writes it.
func TestReadArchiveLayouts(t *testing.T) {
	layer := pack(t, dir("a/"), reg("a/f", "x"))
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(layer); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		files []file
	}{
		{"plain", []file{
			reg("manifest.json", `[{"Config":"c.json","Layers":["1/layer.tar"]}]`),
			reg("1/layer.tar", string(layer)), reg("c.json", "{}")}},
		{"a layer that is a link to another", []file{
			reg("1/layer.tar", string(layer)), sym("2/layer.tar", "../1/layer.tar"), reg("c.json", "{}"),
			reg("manifest.json", `[{"Config":"c.json","Layers":["1/layer.tar","2/layer.tar"]}]`)}},
		{"OCI layout", []file{
			dir("blobs/"), dir("blobs/sha256/"),
			reg("blobs/sha256/1", string(layer)), reg("blobs/sha256/2", "{}"), reg("oci-layout", "{}"),
			reg("manifest.json", `[{"Config":"blobs/sha256/2","Layers":["blobs/sha256/1"]}]`)}},
		{"OCI layout with compressed layers", []file{
			reg("blobs/sha256/1", zipped.String()), reg("blobs/sha256/2", "{}"),
			reg("manifest.json", `[{"Config":"blobs/sha256/2","Layers":["blobs/sha256/1"]}]`)}},
	}
	want := map[string]string{"/a": "directory", "/a/f": "file"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(want, show(read(t, pack(t, tt.files...)).Tree)); diff != "" {
				t.Errorf("tree differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadArchiveRefuses(t *testing.T) {
	layer := string(pack(t, reg("f", "x")))
	config := reg("c.json", "{}")
	tests := []struct {
		name    string
		archive []byte
		want    string
	}{
		{"nothing", nil, `"manifest.json" is missing`},
		{"no archive", []byte(strings.Repeat("x", 2048)), "invalid tar header"},
		{"broken manifest", pack(t, reg("manifest.json", "[")), "manifest.json: unexpected end"},
		{"several images", pack(t, reg("manifest.json", "[{},{}]")), "expected one image, found 2"},
		{"no config", pack(t, reg("manifest.json", `[{"Config":"c.json"}]`)), `"c.json" is missing`},
		{"no layer", pack(t, config, reg("manifest.json", `[{"Config":"c.json","Layers":["l"]}]`)), `layer "l" is missing`},
		{"a layer of another format",
			pack(t, config, reg("l", "\x28\xb5\x2f\xfd"), reg("manifest.json", `[{"Config":"c.json","Layers":["l"]}]`)),
			`layer "l" is missing, or not a tar archive`},
		{"a cut layer", pack(t, reg("l", layer[:512])), "unexpected EOF"},
		{"a broken gzip", pack(t, reg("l", "\x1f\x8bxxxxxxxx")), "gzip: invalid header"},
		{"a hard link to nothing", save(t, "{}", pack(t, hard("a", "b"))), `hard link to "/b"`},
		{"a huge document", pack(t, reg("c.json", "{"+strings.Repeat(" ", maxDocument))), "document of more than"},
		{"an unknown type", save(t, "{}", pack(t, file{tar.Header{Name: "f", Typeflag: 'Z'}, ""})), "unknown tar type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadArchive(bytes.NewReader(tt.archive))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzReadArchive(f *testing.F) {
	t := &testing.T{}
	f.Add(save(t, "{}", pack(t, dir("a/"), reg("a/f", "x")), pack(t, reg("a/.wh.f", ""), hard("b", "a"))))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := ReadArchive(bytes.NewReader(data))
		if err != nil {
			return
		}
		if diffs := Diff(img, img); len(diffs) != 0 {
			t.Errorf("an image differs from itself: %v", diffs)
		}
	})
}
