package shparse

import "strings"

// gitVerbs says what the subcommands of git do; those that are missing are
// taken to change files below the working directory.
var gitVerbs = map[string]func(*call, *parsedFlags) outcome{
	"add": nothing, "blame": reports, "branch": reports, "bundle": reports, "cat-file": reports, "check-ignore": answers,
	"commit": reports, "config": answers, "count-objects": reports, "describe": reports, "diff": answers, "diff-index": answers,
	"fetch": reports, "for-each-ref": reports, "gc": nothing, "grep": answers, "hash-object": reports, "help": reports,
	"log": reports, "ls-files": reports, "ls-remote": answers, "ls-tree": reports, "merge-base": answers, "name-rev": reports,
	"push": reports, "remote": reports, "rev-list": reports, "rev-parse": reports, "shortlog": reports, "show": reports,
	"show-ref": answers, "status": reports, "symbolic-ref": answers, "tag": reports, "update-index": answers, "var": reports,
	"--version": reports, "version": reports,
}

// git is git.
func git(c *call, p *parsedFlags) outcome {
	args := p.args
	dir := c.op.Dir
	for len(args) > 1 {
		head := args[0].head()
		if !strings.HasPrefix(head, "-") || args[0].is("--version") {
			break
		}
		if args[0].is("-C") {
			dir = relPath(dir, args[1].Value)
		}
		if args[0].is("-C") || args[0].is("-c") || args[0].is("--git-dir") || args[0].is("--work-tree") {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return c.printsUnknown()
	}
	verb, _ := args[0].Known()
	switch act, ok := gitVerbs[verb]; {
	case ok:
		return act(c, &parsedFlags{args: args[1:]})
	case verb == "clone":
		return c.gitClone(args[1:], dir)
	case verb == "archive":
		return c.gitArchive(args[1:])
	}
	return c.printsUnknown(Effect{Verb: Change, Path: dir, Contents: true})
}

// cloneFlags are those flags of git clone that take a value.
const cloneFlags = "branch,b= depth= origin,o= template= reference= upload-pack,u= config,c= jobs,j= separate-git-dir= " +
	"shallow-since= shallow-exclude= filter= reference-if-able= server-option= bundle-uri= quiet,q verbose,v progress bare " +
	"mirror local,l no-hardlinks shared,s no-checkout,n recursive? recurse-submodules? single-branch no-single-branch " +
	"no-tags shallow-submodules dissociate no-local sparse"

// gitClone makes a directory of which the contents are not known.
func (c *call) gitClone(args []Arg, dir Value) outcome {
	p, err := flagSpec{names: cloneFlags, style: gnuStyle}.parse(args)
	if err != nil || len(p.args) == 0 {
		return unknown(c)
	}
	to := p.args[0].base()
	if strings.HasSuffix(to.tail(), ".git") {
		to = to.trimTail(len(".git"))
	}
	if len(p.args) > 1 {
		to = p.args[1].Value
	}
	return c.printsUnknown(Effect{Verb: Change, Path: relPath(dir, to)})
}

// gitArchive writes the archive that -o names.
func (c *call) gitArchive(args []Arg) outcome {
	p, err := flagSpec{names: "output,o= format= prefix= remote= exec= verbose,v list,l 0 1 2 3 4 5 6 7 8 9 worktree-attributes add-file=", style: gnuStyle}.parse(args)
	if err != nil {
		return unknown(c)
	}
	if f := p.last("output"); f != nil {
		return c.host(Effect{Verb: WriteFile, Path: c.path(f.Value.Value)})
	}
	return c.printsUnknown()
}
