// Package review makes a page on which a person looks through conversions: for each
// unit the old files beside the new ones, with the lines that each line came from,
// the diff, the findings and the steps of the script.
//
// # The page
//
// The page is one file. It loads nothing: its policy forbids all but its own script
// and style, which it names by their hashes, so that nothing in the files of a unit
// can act. Their text is only ever shown as text, and characters that would not be
// seen, or turn the direction of what stands behind them, are shown by their numbers.
//
// # The data
//
// The data is JSON, one document a line. The first line is the index: all that the
// list of units shows. Each line behind it is a unit, in the same order, which the
// page parses when the unit is opened; so a page of thousands of units opens at once.
//
// A line of a new file that stands in an old one is only its place there, and a diff
// only says which lines it takes, so that hardly a text is in a unit twice.
package review
