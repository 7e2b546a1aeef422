// Package finding holds the one type in which every part of stagefold says
// what it saw: a refusal, an assumption or a note, each with a code, a place
// and a way out.
//
// Codes are entries of one table (see Rules). A code is never reused for
// another meaning, and each has a page that "stagefold explain CODE" prints.
// Ranges: SF0xx the script, SF1xx the Dockerfiles, SF2xx the plan, SF3xx files
// and the command line, SF5xx what --modernize does.
package finding

import (
	"cmp"
	"fmt"
	"slices"
)

// A Severity says what a finding means for the conversion of its unit.
type Severity uint8

const (
	// Note is worth knowing and changes nothing.
	Note Severity = iota
	// Warning is an assumption that the conversion rests on.
	Warning
	// Error is a refusal: no file of the unit is changed.
	Error
)

// String returns "note", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	default:
		return "error"
	}
}

// MarshalText makes a Severity a word in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{Note, Warning, Error} {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("expected a severity, found %q", text)
}

// A Code names a rule of the table, such as "SF012".
type Code string

// A Range is a piece of a file. The zero Range stands for no place at all.
type Range struct {
	File  string // slash-separated, relative to the root of the repository
	Start Pos
	End   Pos // just past the last byte
}

// A Pos is a place in a file.
type Pos struct {
	Offset int   // bytes from the start of the file
	Line   int32 // from 1; 0 where unknown
	Column int32 // in bytes, from 1; 0 where unknown
}

// At returns the place with an offset, a line and a column as Pos has them.
func At(offset, line, column int) Pos {
	return Pos{Offset: offset, Line: int32(line), Column: int32(column)}
}

// Right returns the place n bytes to the right of p on the same line.
func (p Pos) Right(n int) Pos {
	return Pos{Offset: p.Offset + n, Line: p.Line, Column: p.Column + int32(n)}
}

// String renders the start of the range as file:line:col.
func (r Range) String() string {
	switch {
	case r.Start.Line == 0:
		return r.File
	case r.Start.Column == 0:
		return fmt.Sprintf("%s:%d", r.File, r.Start.Line)
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Contains reports whether o lies within r.
func (r Range) Contains(o Range) bool {
	return r.File == o.File && r.Start.Offset <= o.Start.Offset && o.End.Offset <= r.End.Offset
}

// A Finding is one thing that stagefold has to say.
type Finding struct {
	Code     Code
	Severity Severity
	Message  string // lower case, names the thing with %q, expected and found
	Hint     string // what the person can do; may be empty for a note
	Range    Range
}

// New makes a finding of the rule called code at r, with the severity and the
// hint that the table gives it. It panics on a code that the table lacks, which
// is a mistake in stagefold and not in its input.
func New(code Code, r Range, format string, args ...any) Finding {
	rule, ok := Lookup(code)
	if !ok {
		panic("finding: no rule " + string(code))
	}
	return Finding{
		Code:     code,
		Severity: rule.Severity,
		Message:  fmt.Sprintf(format, args...),
		Hint:     rule.Hint,
		Range:    r,
	}
}

// WithHint returns f with another hint than the table's.
func (f Finding) WithHint(format string, args ...any) Finding {
	f.Hint = fmt.Sprintf(format, args...)
	return f
}

// String renders f on one line, without its hint.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s [%s]", f.Range, f.Severity, f.Message, f.Code)
}

// Sort orders findings by place, the worst first at one place, and drops
// repetitions. It sorts in place and returns the shortened slice.
func Sort(fs []Finding) []Finding {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Range.File, b.Range.File),
			cmp.Compare(a.Range.Start.Line, b.Range.Start.Line),
			cmp.Compare(a.Range.Start.Column, b.Range.Start.Column),
			-cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(fs)
}

// Worst returns the highest severity among fs, and false where fs is empty.
func Worst(fs []Finding) (Severity, bool) {
	if len(fs) == 0 {
		return Note, false
	}
	worst := slices.MaxFunc(fs, func(a, b Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	return worst.Severity, true
}

// Refused reports whether fs holds an error.
func Refused(fs []Finding) bool {
	worst, ok := Worst(fs)
	return ok && worst == Error
}
