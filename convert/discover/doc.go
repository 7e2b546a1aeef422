// Package discover finds what is worth looking at in a repository: the scripts that
// may drive a build, the Dockerfiles, and the texts that may name them.
//
// Walk goes through a directory as git would. What .gitignore files and
// .git/info/exclude say is left out, and so is .git itself; other hidden
// directories are not. A tracked file that is also ignored is left out too: the
// index is not read. The user's own ignore file lies outside of the repository and
// is not read either. Symbolic links are not followed, so no loop is possible, and
// the file they lead to is found where it lies. A directory with a .git of its own
// is another repository, a submodule for instance: it is named, not entered. What
// can't be read is skipped, and named with the reason.
//
// Scripts are found by what is in them, whatever they are called. The test is a
// cheap one, over words; it may take a script that builds nothing, but should miss
// none that does. Each kind of script is an entry of a table.
package discover
