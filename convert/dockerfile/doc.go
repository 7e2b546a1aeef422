// Package dockerfile is a lossless model of a Dockerfile: BuildKit's parser gives
// the meaning, the source gives the text.
//
// Parse takes structure from moby/buildkit and adds what that parser leaves out:
// byte ranges of instructions, of their words and flags, comments inside of
// continuations, directives, line ends, a byte-order mark, a missing final
// newline, heredocs. Nothing is ever printed from the tree that the author wrote
// and the caller did not change: File.Source is the truth, and edits are
// edit.Edit values on it.
//
// # What it answers
//
//   - File.Stages: the stages, with name, base and instructions; File.Args: the
//     global ARGs in front of the first FROM.
//   - Stage.At(instruction, args): the effective WORKDIR, USER, ENV, ARG, SHELL
//     and VOLUME in front of an instruction. A WORKDIR, USER or ENV that the base
//     image may have set is unknown, and says so.
//   - Instruction.Transfer: a COPY or ADD taken apart: flags, sources and
//     destination, each with its byte range, its text as written and its text
//     after ARG and ENV are expanded (with whether that is fully known).
//   - Stage.References: the places that name a stage.
//   - ReadIgnore: which files of a context a build can't see.
//
// # What it refuses
//
// Whatever BuildKit's parser refuses, plus what parses and can't be built: a file
// without FROM, text behind a line continuation (SF102, at the line where it
// happens), a directive that is given twice, a variable in --from, a reference to a
// stage that does not stand above, words that can't be expanded. Also what
// builders take differently: two stages of one name. Findings carry line and
// column.
package dockerfile
