// Package makefile reads GNU make's language, as far as Makefiles that drive
// container builds use it, and says which shell commands a goal runs. It starts
// no process and reads only through the fs.FS that it is given.
//
// # What is read
//
// Read evaluates a Makefile as make does: line by line, with variables of all
// flavors (= := ::= :::= ?= += !=), define, undefine, override, export and
// private, target-specific and pattern-specific variables, conditionals,
// include, explicit, static-pattern, pattern and double-colon rules, order-only
// prerequisites, second expansion, and the special targets and variables that
// change what runs: .PHONY, .ONESHELL, .IGNORE, .SILENT, .DEFAULT,
// .DEFAULT_GOAL, .RECIPEPREFIX, .SHELLFLAGS, SHELL. The functions are those of
// GNU make 4.3 but for those that write or load something (file, guile, load).
//
// # Values
//
// A Text is literal text with holes, for what only a real run can tell: a
// variable that the Makefile does not set, the output of a command. A variable
// that only ?= sets is a hole with that value as its default. What can't be
// computed on a hole is a new hole. $(shell ...) is asked of Config.Shell. A
// variable that the Makefile sets is taken to be as set: make's command line,
// which could override it, is known through Config.Vars alone.
//
// A condition on a hole is asked of Config.Decide, and the answer is kept: on
// "ifeq ($(MODE),release)" taken, MODE is "release" from then on.
//
// # Order
//
// Run lists the commands of some goals in make's order: prerequisites first,
// each target once. A file target is made where the repository lacks the file,
// as in a fresh checkout, or where a prerequisite was made; a file that is there
// with prerequisites that are there too is taken to be up to date (a finding).
// A prerequisite without a rule, which the repository lacks too, is taken to be
// made by a command in front of it, and is an error where there is none.
//
// # Places
//
// A recipe line is a list of pieces. A verbatim piece is text as it stands in
// the file; any other is what make puts in the place of an expression, such as
// $(IMAGE) or $$. Each has the range of the file that it stands for, so that an
// edit of the command's text is an edit of the Makefile.
//
// # Limits
//
// VPATH, archive members, make's built-in rules and included files that have to
// be made first end in a finding. So do texts that grow without end; Config has
// the bounds.
package makefile
