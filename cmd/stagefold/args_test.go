package main

import (
	"slices"
	"strings"
	"testing"
)

func TestInterspersed(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"--help", "--help"},
		{"nosuch a -w", "nosuch a -w"},
		{"--nosuch convert a -w", "--nosuch convert -w -- a"},
		{"x convert a -w", "x convert a -w"},
		{"convert", "convert --"},
		{"convert a -w b", "convert -w -- a b"},
		{"convert a -f json b", "convert -f json -- a b"},
		{"convert a -f=json b", "convert -f=json -- a b"},
		{"convert a --format json -w", "convert --format json -w --  a"},
		{"convert a -wqf json", "convert -wqf json -- a"},
		{"convert a -wq b", "convert -wq -- a b"},
		{"convert a --nosuch b", "convert --nosuch -- a b"},
		{"convert a -o", "convert -o"},
		{"convert a -o -w", "convert -o -w -- a"},
		{"convert - -w", "convert -w -- -"},
		{"convert a -- -w b", "convert -- a -w b"},
		{"convert a -w -h b", "convert -h"},
		{"convert --modernize a", "convert --modernize=portable -- a"},
		{"convert a -modernize --modernize=buildkit", "convert -modernize=portable --modernize=buildkit -- a"},
		{"convert --modernize-skip SF501 a", "convert --modernize-skip SF501 -- a"},
		{"explain --set A=1 a --arg -x", "explain --set A=1 --arg -x -- a"},
	}
	app := newApp(streams{})
	for _, tt := range tests {
		got := interspersed(app, append([]string{"stagefold"}, strings.Fields(tt.in)...))
		if want := append([]string{"stagefold"}, strings.Fields(tt.want)...); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", tt.in, got, want)
		}
	}
}
