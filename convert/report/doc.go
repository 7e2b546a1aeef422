// Package report renders what became of units: as a unified diff that can be
// applied, as findings with their source lines, as totals, and as JSON.
//
// Text of the files goes into a diff byte for byte, unless a person is to read it
// on a terminal: there control characters, and those that turn the direction of
// the text, are made visible (see Style). Findings are for people wherever they
// go, and never carry such characters.
package report
