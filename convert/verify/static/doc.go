// Package static compares two ways of building images without building them: the
// graphs that BuildKit makes of their Dockerfiles.
//
// It has two halves, so that the program stays light. This one reads from the
// traces of a script, as it was and as it is, which images both make and of what
// (a Request), and shows the answer. Package llb, which needs much of BuildKit,
// lowers the Dockerfiles and compares; the command stagefold-llb is all that
// links it. The two talk in JSON.
//
// A request rests on the traces alone, not on the plan of a conversion: it is a
// second opinion.
package static
