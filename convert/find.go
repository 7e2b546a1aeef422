package convert

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
)

// Find returns the paths of the scripts below dir that may drive a builder
// pattern, sorted. It goes by content: a shell script, by its ending or its first
// line, that builds an image and has a word for getting files out of one. Hidden
// directories are left out, and so are symbolic links. It fails where dir can't
// be read; a directory below it that can't be read is passed over.
func Find(fsys fs.FS, dir string) ([]string, error) {
	var scripts []string
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == dir:
			return err
		case err != nil:
			return fs.SkipDir
		case d.IsDir() && name != dir && path.Base(name)[0] == '.':
			return fs.SkipDir
		case d.Type().IsRegular() && isCandidate(fsys, name):
			scripts = append(scripts, name)
		}
		return nil
	})
	slices.Sort(scripts)
	return scripts, err
}

// scriptExtensions are the endings that shell scripts have; "" needs a first line
// that names a shell.
var scriptExtensions = []string{".sh", ".bash", ".ksh", ".command", ""}

// notScripts are frequent files without an ending that need not be opened.
var notScripts = []string{"Dockerfile", "LICENSE", "Makefile", "Vagrantfile"}

// isCandidate reports whether the file is a shell script that may extract files.
func isCandidate(fsys fs.FS, name string) bool {
	ext := path.Ext(name)
	if !slices.Contains(scriptExtensions, ext) || slices.Contains(notScripts, path.Base(name)) {
		return false
	}
	src, problem := readText(fsys, name, wholeFile(name))
	if problem != nil {
		return false
	}
	return (ext != "" || namesShell(src)) && mentionsExtraction(src)
}

// namesShell reports whether the first line is a #! that names a shell.
func namesShell(src []byte) bool {
	line, _, _ := bytes.Cut(src, []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("sh"))
}

// mentionsExtraction is a cheap test that every builder pattern passes: the script
// talks of building, and of taking something out of a container.
func mentionsExtraction(src []byte) bool {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(src, []byte(w)) })
	}
	return has("docker", "podman", "buildah", "DOCKER") && has("build") && has(" cp ", "create", "run", "export")
}
