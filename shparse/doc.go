// Package shparse says what a shell script that builds Docker images would do,
// without running it.
//
// Read interprets the script over the syntax tree of mvdan.cc/sh/v3/syntax. It
// starts no process, writes nothing and reads only through the fs.FS that it is
// given. What it returns is a Trace: one or more ways through the script, each
// the list of the operations that this way performs, in order, with the place
// of each in the source.
//
// # Values
//
// A Value is literal text with holes. A hole stands for text that can't be
// known here: an argument, an environment variable that the script doesn't set,
// the output of a command. It has a reason and a place. The id that "docker
// create" prints is a hole too, but not an unknown one: it names the container
// that this very operation made. Holes travel wherever text does: through
// concatenation, quotes, arrays, functions, command substitution and files. What
// can't be computed on a hole (${X%.*}) is a new hole, whose source is the whole
// expression. ${X:-d}, where X comes from outside, is a hole with the default d.
//
// Quoting and word splitting follow the shell; an unquoted hole is taken to be
// one word, and an argument that rests on this says so (Arg.MaySplit).
//
// # Operations
//
// Every simple command that runs becomes an Op, also the ones without effect. Its
// Act says what it does: a docker operation (Build, Create, Copy, ...), an effect
// on files of the host (Host), or Unknown, which may have read or written every
// file that it names, and those of the current directory if it names none.
// Commands are taken to succeed, save for those whose very purpose is their
// answer ("docker inspect", "grep -q", "command -v"): their status is unknown, also
// where the answer is no, save that it is not 0 then.
//
// # Ways
//
// A condition on known values takes one way. One on unknown values is followed
// both ways; the choice is kept in the Conds of each operation behind it. The
// same question is not asked twice on one way. Ways that do the same are one.
//
// A command without a model, and one that people run for what it tells (ldd, git
// rev-parse, aws), is taken to succeed where a list goes on from it (make &&
// docker build .); as the condition of if or of a loop, behind "!" and in front of
// "&& exit" it is asked. cat of a file that is missing fails where the script is
// prepared for that. A loop of unknown length that only waits is over at some time, and one that does
// nothing but set variables, as the usual loop over options does, leaves these
// unknown, with their value before as the default. Any other such loop is a
// finding. Under "set -u" what comes from outside is taken to be set.
//
// # Host files
//
// Files is the state of the host's files as the script changes it, on top of the
// repository: which came out of which container, which were generated, moved,
// removed. Each Op has the state before it. A path with holes names nothing where
// no file has a name that begins like its last element.
//
// # Makefiles and CI files
//
// The recipes of a Makefile and the command lists of a CI file are scripts that stand
// in a file of another language: see Embedding, and the packages makefile and
// pipeline. Each shell that make or the CI system starts is one subshell of such a
// script, in its own directory and with its own variables and options.
//
// # Changing a script
//
// Erase answers which bytes of the script go when some operations go: it knows
// lists, pipelines, blocks and assignments, and which variables are dead after. Tests
// whose answers would change go with what they guard, or it says that they can't.
//
// # Findings
//
// A script that can't be followed yields findings of error severity and no
// ways. Read never panics and always ends; see Limits.
package shparse
