package shparse

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A scriptGen makes scripts of commands c0, c1, ... each of which stands in the
// text once and may have any effect.
type scriptGen struct {
	t    *rapid.T
	next int
}

func (g *scriptGen) command() string {
	g.next++
	return fmt.Sprintf("c%d", g.next-1)
}

func (g *scriptGen) pick(forms ...func() string) string {
	return rapid.SampledFrom(forms).Draw(g.t, "form")()
}

// list makes statements with separators, comments and blank lines between them.
func (g *scriptGen) list(depth int) string {
	separators := []string{"\n", "\n", "\n", "; ", "\n\n", " # said\n", "\n# above\n", "\n\n# alone\n\n"}
	n := rapid.IntRange(1, 4).Draw(g.t, "statements")
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteString(rapid.SampledFrom(separators).Draw(g.t, "separator"))
		}
		text.WriteString(g.statement(depth))
	}
	return text.String()
}

func (g *scriptGen) statement(depth int) string {
	simple := []func() string{
		g.command,
		func() string { return g.command() + " || exit 1" },
		func() string { return g.command() + " || { echo no; exit 1; }" },
		func() string { return g.command() + " && " + g.command() },
		func() string { return g.command() + " && \\\n  " + g.command() + " && \\\n  " + g.command() },
		func() string { return "[ -f x ] && " + g.command() },
		func() string {
			c := g.command()
			return c + " <<EOF\n$v of " + c + "\nEOF"
		},
		func() string { return "v=$(date)" },
		func() string { return "echo \"$v\"" },
		func() string { return g.command() + " $v > /dev/null 2>&1" },
		func() string { return g.command() + " \\\n    --flag" },
	}
	if depth == 0 {
		return g.pick(simple...)
	}
	in := func() string { return g.list(depth - 1) }
	return g.pick(append(simple,
		func() string { return "{\n" + in() + "\n}" },
		func() string { return "(\n" + in() + "\n)" },
		func() string { return "if [ -n \"$v\" ]; then\n" + in() + "\nfi" },
		func() string { return "if [ -n \"$v\" ]; then\n" + in() + "\nelse\n" + in() + "\nfi" },
		func() string { return "for i in 1 2; do\n" + in() + "\ndone" },
		func() string { return "while [ -f x ]; do\n" + in() + "\ndone" },
		func() string { return "case $v in\na)\n" + in() + "\n;;\n*) ;;\nesac" },
	)...)
}

var genCommand = regexp.MustCompile(`\bc\d+\b`)

func TestEraseProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := &scriptGen{t: r}
		src := g.list(3)
		if strings.Contains(src, "EOF;") || strings.Contains(src, "EOF #") {
			r.Skip("text behind the end of a here-document")
		}
		sources := map[string][]byte{"build.sh": []byte(src + "\n")}
		trace, texts := handTrace(t, sources)

		if d, findings := trace.Erase(EraseOptions{}); d == nil || len(d.Edits) > 0 {
			r.Fatalf("erasing nothing changed something: %v %v\n%s", d, findings, src)
		}
		drop := map[string]bool{}
		for i := range g.next {
			drop[fmt.Sprintf("c%d", i)] = rapid.Bool().Draw(r, "drop")
		}
		d, findings := trace.Erase(EraseOptions{Drop: func(op *Op) bool { return drop[genCommand.FindString(texts[op])] }})
		if d == nil {
			r.Fatalf("expected to erase %v, found %v\n%s", drop, findings, src)
		}
		left := eraseFrom(t, sources, d)
		checkErasedTwice(t, left, handTrace)
		var want []string
		for _, c := range genCommand.FindAllString(src, -1) {
			if !drop[c] {
				want = append(want, c)
			}
		}
		if got := genCommand.FindAllString(string(left["build.sh"]), -1); !slices.Equal(got, want) {
			r.Fatalf("expected the commands %v, found %v\n%s\n-- left --\n%s", want, got, src, left["build.sh"])
		}
	})
}

// FuzzErase erases each second command of any script: what is left is a script,
// or there is a finding.
func FuzzErase(f *testing.F) {
	for _, seed := range []string{
		"a && b || exit 1\n", "x=$(a) b; c $x # d\n", "if a; then b; else c; fi\n", "a <<E && b\nE\n",
		"f() { a; b; }; f | c\n", "case x in a) b ;; esac\r\nc", "for i in a; do b; done & c\n",
	} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(1))
	}
	f.Fuzz(func(t *testing.T, src string, odd uint8) {
		if _, err := newListing("build.sh", []byte(src)); err != nil {
			t.Skip()
		}
		sources := map[string][]byte{"build.sh": []byte(src)}
		trace, _ := handTrace(t, sources)
		d, findings := trace.Erase(EraseOptions{Drop: func(op *Op) bool { return op.Seq%2 == int(odd%2) }, Names: []string{"a"}})
		if d == nil && len(findings) == 0 {
			t.Fatal("neither a deletion nor a finding")
		}
		if d != nil {
			checkErasedTwice(t, eraseFrom(t, sources, d), handTrace)
		}
	})
}

// TestEraseLarge erases from scripts that would take long if each level or each
// pair of variables were looked at again.
func TestEraseLarge(t *testing.T) {
	var functions, chain, writes strings.Builder
	functions.WriteString("f0() { a; }\n")
	chain.WriteString("v0=x\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&functions, "f%d() { f%d; f%d || f%d; }\n", i, i-1, i-1, i-1)
	}
	for i := 1; i < 4000; i++ {
		fmt.Fprintf(&chain, "v%d=$v%d\n", i, i-1)
		fmt.Fprintf(&writes, "w=$w$w\n")
	}
	for name, src := range map[string]string{
		"substitutions": strings.Repeat("x=$(", 60) + "a" + strings.Repeat("; b)", 60) + "\n",
		"blocks":        strings.Repeat("{ if b; then ", 60) + "a" + strings.Repeat("; fi; }", 60) + "\n",
		"functions":     functions.String() + "a\nf39\n",
		"chain":         chain.String() + "a $v3999\n",
		"chain kept":    chain.String() + "a $v3999\nb $v3999\n",
		"writes":        writes.String() + "a $w\n",
	} {
		t.Run(name, func(t *testing.T) {
			trace, texts := handTrace(t, map[string][]byte{"build.sh": []byte(src)})
			start := time.Now()
			trace.Erase(EraseOptions{Drop: func(op *Op) bool { return strings.HasPrefix(texts[op], "a") }})
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
