package scan

import (
	"bytes"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/shparse"
)

// forecast counts what goes.
func forecast(r *convert.Result) Forecast {
	var f Forecast
	for _, op := range r.Dropped {
		switch a := op.Act.(type) {
		case *shparse.Build:
			f.Images++
		case *shparse.Copy:
			if !a.Into {
				f.Copies++
			}
		}
	}
	for _, c := range r.Changes {
		if r.Trace.Sources[c.Path] != nil {
			f.Lines += lines(c.Old) - lines(c.New)
		}
	}
	return f
}

func lines(text []byte) int { return bytes.Count(text, []byte("\n")) }

// Add adds up.
func (f *Forecast) Add(o Forecast) {
	f.Images += o.Images
	f.Copies += o.Copies
	f.Lines += o.Lines
}
