package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// carries reports whether a container of a builder does nothing but copy files of
// its image into a mounted directory, and from where to where.
func (p *planner) carries(n *node, c *shparse.Create) (sources []string, dest string, ok bool) {
	if n == nil || n.part.Made || n.part.File == nil && !p.load(n) || c.Detached || c.Flag("user") != nil || len(c.Argv) == 0 {
		return nil, "", false
	}
	if c.Flag("entrypoint") == nil && lastOf(n.part.Stage, "ENTRYPOINT") != nil {
		return nil, "", false
	}
	argv, ok := p.processOf(n, c)
	if !ok || len(argv) < 3 || path.Base(argv[0]) != "cp" {
		return nil, "", false
	}
	words := argv[1:]
	if slices.Contains(cpFlags, words[0]) {
		words = words[1:]
	}
	dir, known := workdir(n, c.Container)
	for i, w := range words {
		if strings.HasPrefix(w, "-") || hasWildcards(w) || !known && !path.IsAbs(w) {
			return nil, "", false
		}
		if !path.IsAbs(w) {
			words[i] = dir + "/" + w
		}
	}
	last := len(words) - 1
	return words[:last], words[last], last > 0 && !slices.ContainsFunc(words[:last], func(w string) bool { return inMount(c, w) })
}

// cpFlags are the flags of cp that copy what COPY --from copies.
var cpFlags = []string{"-r", "-R", "-f", "-v", "-a", "-p", "-rf", "-Rf", "-rv", "-av", "-pr", "-rp", "-vr", "-fr"}

// inMount reports whether a path of a container lies in a mounted directory.
func inMount(c *shparse.Create, name string) bool {
	return slices.ContainsFunc(c.Mounts, func(m shparse.Mount) bool {
		target, ok := m.Path.Known()
		return !ok || below(path.Clean(target), path.Clean(name))
	})
}

// carried is a file of a mounted directory, as a file of the image that it is a
// copy of, where the container did nothing but copy it there.
func (p *planner) carried(f shparse.File) shparse.File {
	if source, ok := p.original(f); ok {
		run, _ := runOf(f.Container)
		f.Source = source
		p.assumeCopied(p.workers[f.Container], run, f)
	}
	return f
}

// original is the file of the image that a file of a mounted directory is a copy of. It is
// false where the container did more than copy, or did not copy that file.
func (p *planner) original(f shparse.File) (source string, ok bool) {
	run, ok := runOf(f.Container)
	if !ok {
		return "", false
	}
	sources, dest, ok := p.carries(p.workers[f.Container], run)
	if !ok {
		return "", false
	}
	for _, src := range sources {
		if land := landing(run, sources, dest, src); below(land, f.Source) {
			return path.Join(src, relative(land, f.Source)), true
		}
	}
	return "", false
}

// landing is where cp puts one of its sources.
func landing(run *shparse.Create, sources []string, dest, src string) string {
	into := len(sources) > 1 || directoryLike(dest) || isMountPoint(run, dest)
	if into && !strings.HasSuffix(src, "/.") {
		return path.Join(dest, path.Base(src))
	}
	return path.Clean(dest)
}

// partsOf are the files that a container put into a mounted directory, each by itself
// where it did nothing but copy them there.
func (p *planner) partsOf(f shparse.File) []shparse.File {
	run, ok := runOf(f.Container)
	if !ok {
		return []shparse.File{f}
	}
	sources, dest, ok := p.carries(p.workers[f.Container], run)
	if !ok {
		return []shparse.File{f}
	}
	var parts []shparse.File
	for _, src := range sources {
		if land := landing(run, sources, dest, src); below(f.Source, land) {
			part := f
			part.Path, part.Source = path.Join(f.Path, relative(f.Source, land)), land
			parts = append(parts, part)
		}
	}
	return parts
}

// unshared is a file as it was before containers had its directory mounted that only
// copied other files there.
func (p *planner) unshared(f shparse.File) shparse.File {
	for f.Origin == shparse.Mystery && len(f.Prior) == 1 && p.spared(f) {
		f = f.Prior[0]
	}
	return f
}

// spared reports whether the last operation on a file was a container that only copied
// files to other paths of the mounted directory.
func (p *planner) spared(f shparse.File) bool {
	run, ok := f.By[len(f.By)-1].Act.(*shparse.Create)
	if !ok || !p.copiesOut(shparse.File{Container: run.Container}) {
		return false
	}
	return !slices.ContainsFunc(run.Mounts, func(m shparse.Mount) bool {
		host, known := m.Host.Known()
		target, plain := m.Path.Known()
		mounted := shparse.File{Path: host, Container: run.Container, Source: path.Clean(target)}
		return !m.Volume && (!known || !plain || slices.ContainsFunc(p.partsOf(mounted), func(part shparse.File) bool {
			return below(part.Path, f.Path) || below(f.Path, part.Path)
		}))
	})
}

func isMountPoint(c *shparse.Create, name string) bool {
	return slices.ContainsFunc(c.Mounts, func(m shparse.Mount) bool {
		target, _ := m.Path.Known()
		return path.Clean(target) == path.Clean(name)
	})
}

// originals are entries with the files of the image that those in mounted directories are
// copies of.
func (p *planner) originals(entries []shparse.File) []shparse.File {
	list := slices.Clone(entries)
	for i, e := range list {
		if !e.Mounted || e.Origin != shparse.Extracted {
			continue
		}
		if source, ok := p.original(e); ok {
			list[i].Source = source
		}
	}
	return list
}

// assumeCopied says what is assumed of the mode of a file that cp makes anew: it
// loses what the umask takes.
func (p *planner) assumeCopied(n *node, c *shparse.Create, f shparse.File) {
	if preserving(c.Argv) || compiled(artifact{from: n, path: f.Source, file: f}) {
		return
	}
	p.say(finding.New("SF217", c.Args[0].Word, "%q is taken to have no mode bits that a umask of 022 takes from the copy", f.Source))
}

// checkers are commands that read files and write none.
var checkers = pattern(`(^|[\s;&|/:-])(tests?|lint|golint|vet|fmt|check|eslint|shellcheck|hadolint|flake8|pylint|mypy|jshint|phpunit|pytest|rspec)([\s;&|:]|$)`)

// makers are words of commands that write files.
var makers = pattern(`\b(build|install|make|compile|generate|bundle|package|dist|cp|mv|npm ci|get)\b`)

// onlyChecks reports whether a container runs a test or the like, which is taken to
// leave the files of the repository alone.
func (p *planner) onlyChecks(c *shparse.Container) bool {
	run, ok := runOf(c)
	if !ok {
		return false
	}
	text := commandLine(run)
	return checkers.MatchString(run.Args[0].String()+" "+text) && !makers.MatchString(text)
}

// commandLine is what docker run gives a container to run, as one text.
func commandLine(run *shparse.Create) string {
	var words []string
	for _, a := range run.Argv {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}
