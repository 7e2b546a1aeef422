// Package render turns a plan into edits of the files' original bytes. It decides
// nothing about Docker: what changes is the plan's affair, and what does not
// change stays byte for byte.
//
// A result has the builders' text first, in the order of the plan, then the final
// part's, with one blank line between parts. What only works at the top of a file
// goes there: a byte-order mark, parser directives, and the ARGs in front of the
// first FROM.
package render
