package shparse

import "github.com/stagefold/stagefold/convert/finding"

// A verdict is the answer to a condition, as far as it is known.
type verdict uint8

const (
	unsure verdict = iota
	no
	yes
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

func (v verdict) not() verdict {
	switch v {
	case yes:
		return no
	case no:
		return yes
	}
	return unsure
}

// A question is a condition that can't be decided from what is known.
type question struct {
	text    string
	span    finding.Range
	key     string // equal for questions that must get the same answer on one way
	negated bool   // the condition is the opposite of what key asks
	loose   bool   // no is any status other than 0, not just 1
	holes   []*Hole
	yes, no []fact // what follows from either answer
}

// failure is what $? is where the answer is no; nil where that is 1.
func (q *question) failure() *Hole {
	if !q.loose {
		return nil
	}
	return &Hole{Reason: Status, Name: q.text, Source: q.span, key: "failed:" + q.key}
}

// A fact is what an answer tells about a hole.
type fact struct {
	hole  *Hole
	value *Value // it is this; nil where it is only known not to be empty
}
