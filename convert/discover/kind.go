package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/shparse"
)

// A kind is a kind of file that can drive a build.
type kind struct {
	names       []string // whole names that it goes by
	extensions  []string
	interpreter string // ends the program that the #! line of such a file names; "" for none
	pipeline    bool   // the file of a CI system: known by its path
}

// kinds is the table of what can drive a build. A file is of the first kind that
// its name fits, or else of the first that its #! line fits.
var kinds = []kind{
	{names: []string{"GNUmakefile", "Makefile", "makefile"}},
	{pipeline: true},
	{extensions: []string{".sh", ".bash", ".ksh", ".command"}, interpreter: "sh"},
}

// plain are endings of files that are no scripts, whatever their first line says.
// It spares opening them: most files of most repositories end so.
var plain = words(`
	.c .cc .cpp .cs .css .csv .dart .erl .ex .go .gradle .h .hpp .hs .htm .html .ini .ipynb .java .js .json .jsx .kt
	.less .lock .lua .m .map .md .mdx .mjs .ml .mod .php .pl .plist .po .proto .properties .py .r .rb .rs .rst .sass
	.scala .scss .sql .sum .svelte .swift .tf .toml .ts .tsx .txt .vue .xml .yaml .yml
	.7z .a .avi .bin .bmp .bz2 .class .dat .db .deb .dll .dylib .eot .exe .gif .gz .ico .jar .jpeg .jpg .mov .mp3 .mp4
	.o .otf .pdf .png .pyc .rpm .snap .so .svg .tar .tgz .ttf .war .wasm .webp .whl .woff .woff2 .xz .zip .zst`)

// plainNames are names of frequent files without an ending that are no scripts.
var plainNames = words("COPYING Dockerfile Gemfile LICENSE NOTICE OWNERS README VERSION Vagrantfile")

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// named returns the kind that a file has by its path, or nil.
func named(name string) *kind {
	base := path.Base(name)
	i := slices.IndexFunc(kinds, func(k kind) bool {
		return slices.Contains(k.names, base) || slices.Contains(k.extensions, path.Ext(base)) || k.pipeline && shparse.IsPipeline(name)
	})
	if i < 0 {
		return nil
	}
	return &kinds[i]
}

// interpreted returns the kind that a file has by its first line, or nil.
func interpreted(head []byte) *kind {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if !bytes.HasPrefix(line, []byte("#!")) {
		return nil
	}
	for _, word := range strings.Fields(string(line[2:])) {
		for i, k := range kinds {
			if k.interpreter != "" && strings.HasSuffix(path.Base(word), k.interpreter) {
				return &kinds[i]
			}
		}
	}
	return nil
}

// mayBeScript reports whether a file must be opened to know what it is.
func mayBeScript(name string) bool {
	base := path.Base(name)
	return named(name) != nil || !plain[extension(base)] && !plainNames[base] && !isDockerfile(base)
}

// extension returns the ending of a name, lower case. A hidden file has none by
// the dot in front.
func extension(base string) string { return strings.ToLower(path.Ext(strings.TrimPrefix(base, "."))) }

// isDockerfile reports whether a file is a Dockerfile by its name.
func isDockerfile(base string) bool {
	lower := strings.ToLower(base)
	first, _, _ := strings.Cut(lower, ".")
	switch {
	case strings.HasSuffix(lower, ".dockerignore"), strings.HasSuffix(lower, ".md"), strings.HasSuffix(lower, ".sh"):
		return false
	}
	return first == "dockerfile" || first == "containerfile" ||
		strings.HasPrefix(lower, "dockerfile-") || strings.HasPrefix(lower, "dockerfile_") || strings.HasSuffix(lower, ".dockerfile")
}
