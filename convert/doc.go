// Package convert turns a build in the old "builder pattern" (a builder
// Dockerfile, a runtime Dockerfile, and a script that builds the first, copies
// files out of a container of it and builds the second) into one multi-stage
// Dockerfile and a script that builds it.
//
// Convert is the whole of it: it reads a repository through an fs.FS and returns
// the changed files, or the reasons why there are none. It starts no process,
// touches no Docker and writes nothing.
//
// # What is guaranteed
//
// For every image that the old script leaves behind under a tag that is not
// scaffolding, the new one holds the same file tree (paths, types, contents, modes,
// owners, link targets) and the same config. Layers, ids, history and times may
// differ. Every other effect of the script stays: what it pushes, tags, tests and
// writes, and its exit status. What goes is the local builder image, the container
// that files were copied out of, those files on the host where nothing else reads
// them, and the clean-up of these.
//
// A builder's image that is pushed, tagged or run for something else is no scaffolding:
// it is built from its stage of the new file, under its old tag. Neither is a file on
// the host that something else reads: it is copied out of that image as before.
//
// Text that does not have to change stays byte for byte, and a second conversion
// finds nothing to do. The result builds on Docker 17.05 (17.09 where a --chown is
// needed) and on BuildKit, unless the input itself needs BuildKit.
//
// Commands of the script are taken to succeed, as they do in a build that works. A
// script is taken to be run from its own directory, unless files are missing there
// that are found from a directory above it; then this is listed. A command in a build
// is taken not to read the files that the conversion changes, where they are in its
// context, unless it names one; then this is listed too.
//
// A new script is not shown before it was followed as the old one was: what stays must run
// in the same order and with the same words, the script must end with the same status, and
// the final builds must get what the plan gives them. Otherwise the conversion is refused
// (SF032).
//
// A result is one of four. Converted: exact. Assumed: exact if the listed
// warnings hold. Refused: nothing changes, and the errors say where, why and what
// can be done. Nothing: there is no builder pattern here.
//
// # Where lines come from
//
// Result.Texts says of each byte of a new file where it came from: text that stays is
// where it stood, new text comes from all that it replaces, and from the operations of
// the script whose work it does, such as the "docker cp" behind a COPY --from. So each
// line that is not blank comes from somewhere, and one that is Kept is an old line.
//
// # What is understood
//
// One or more builders and one or more final images. Builders may feed each other,
// and builds may have different context directories: the nearest directory that
// holds them all becomes the context, sources are written as seen from there, and
// its ignore file gets the patterns of theirs.
// A builder is known by what the script does, not by names: an image that a
// container is made from, out of which "docker cp" brings files that the build of
// another image takes in.
//
//   - Containers: docker create and docker container create, with the id captured,
//     inline, in a --cidfile or by --name; docker run, and docker start of what was
//     created, whose command becomes a RUN at the end of the builder's stage, or goes
//     where it does nothing (true, echo, sleep, a shell without input); docker exec in
//     a container that such a command keeps open, which becomes a RUN each.
//   - Copies: files, directories and the contents of directories (SRC/.), renamed,
//     into existing or missing directories, absolute, relative and with "..". Also
//     the output of cat, which becomes a new file with the shell's mode, and tar
//     streams whose members are known.
//   - Directories of the host that a container has mounted (docker run -v $PWD:/src),
//     of an image that the script builds or of any other: they become a COPY, the
//     command a RUN, and what a build takes of them a COPY --from.
//   - A container that prints a whole build context as a tar (docker run IMAGE |
//     docker build -), where the Dockerfile in it is a COPY of one of the repository.
//   - Host steps on the extracted files: mkdir, mv, cp, install, ln, rm, chmod and touch.
//     They become paths, or a RUN in the builder's stage; rm, chmod and mkdir below an
//     extracted directory too. What a command does to other files stays.
//   - Tests of these files and directories ([ -d bin ] || mkdir bin), which go with what
//     they guard. Nothing that stays may need the answer, unless it is known. That none
//     of them fails the script is listed where it is not known.
//   - Archives that the script packs of them (tar) and an ADD unpacks.
//   - Contexts that the script gathers in a directory of its own, with the Dockerfile:
//     it is built where the repository has it.
//   - Dockerfiles in any place, also one that a build reads from standard input: from a
//     file, or a here-document of the script, which gets the builders' stages where it
//     stands.
//   - COPY and ADD that take the files by name, with wildcards, as a directory, or
//     together with the whole context, in shell and JSON form.
//   - Build arguments and global ARGs of all Dockerfiles; a builder's argument gets
//     another name where its own means something else in the other file. Stages
//     that have names or numbers, parser directives, here-documents, CRLF.
//
// A Makefile drives a build as a script does: each recipe line in a shell of its own,
// in the order of make (see the package makefile for what is read). Every target that
// builds an image with extracted files is converted. Targets that have nothing left
// to do go, with their names in prerequisites and .PHONY and with the variables that
// nothing else uses, unless people call them by name. The new Makefile is read again:
// every target that is left has to run what it ran.
//
// The commands in the file of a CI system are read too: GitLab, Travis, CircleCI,
// GitHub workflows, Drone and Azure Pipelines (see the package pipeline for which
// shell runs which of them). Each job is a unit by itself, run in a fresh checkout. Where
// it is one, the lists of its commands are edited in place, and the rest of the file
// has to stay the same tree; a job that only runs a script or make is none. Another
// job must not use what goes. What a job hands on to others, as artifacts or in a
// cache, still comes out of the image of the builder. A Jenkinsfile is read, and never
// rewritten.
//
// The owner of what COPY --from brings is the builder's, where the old way always
// gave 0:0. So --chown=0:0 is added unless all that is copied is root's for certain:
// no USER but root, no command that changes owners, a base image that is known to
// run as root, and made by the stage itself.
//
// # What is modernized
//
// Nothing, unless Options.Modernize asks for it. Then the builders' stages are
// rewritten for the build cache, with the same files in them: see the package
// modernize. The final image's stage stays as it is, and so does the whole
// Dockerfile where the script has another use for the image of a builder.
//
// # What is refused
//
// Each refusal is a finding with a code, and "stagefold explain CODE" has its page.
// Refused is, above all, what can't be the same or can't be known:
//
//   - values that decide a path or a file and come from outside the script (SF004),
//     and ways through the script that build different things (SF006);
//   - files that a command of the host may change after they were extracted, such
//     as strip or upx (SF003), or that something else reads too and a COPY of all
//     would sweep up again (SF205);
//   - work done in the container by a docker run or docker exec whose command line or
//     settings a RUN can't have, or behind the copy (SF206), and changes on the host that
//     a RUN can't make, or that would show in another copy (SF218);
//   - contexts that can't be joined, for instance because both builds copy from one
//     directory, and only one of their ignore files hides some of it (SF203);
//   - build arguments and flags that would reach a stage they did not reach before,
//     and can't be renamed (SF210, SF212);
//   - ADD of an archive, which COPY --from would not unpack (SF209), and files with
//     capabilities, which docker cp drops (SF215);
//   - Makefiles in which a line would have to change for one target and stay for
//     another (SF058), or a target that people call would have nothing to do (SF059);
//   - CI jobs whose commands can't be taken out where they stand, or that other jobs
//     depend on (SF071), images that are built by an action or a plugin (SF075), and
//     files that go from one job to another (SF076);
//   - builder images that are used for something else too, and that could not be built
//     alike from their stage (SF214).
package convert
