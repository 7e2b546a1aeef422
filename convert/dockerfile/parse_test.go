package dockerfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/finding"
)

// mustParse parses a Dockerfile that is correct.
func mustParse(t testing.TB, src string) *File {
	t.Helper()
	f, fs := Parse("Dockerfile", []byte(src))
	if f == nil {
		t.Fatalf("refused: %v", fs)
	}
	return f
}

func TestWords(t *testing.T) {
	tests := []struct {
		name, line string
		want       []string // as written
		values     []string // nil where equal to want
	}{
		{"spaces", "COPY  a\tb   c ", []string{"a", "b", "c"}, nil},
		{"quotes mean nothing in EXPOSE", "EXPOSE '8 9'", []string{"'8", "9'"}, nil},
		{"flags", `COPY --from=x --chown="a b" c d`, []string{"--from=x", `--chown="a b"`, "c", "d"}, []string{"--from=x", "--chown=a b", "c", "d"}},
		{"end of flags", "COPY --link -- a b", []string{"--link", "a", "b"}, nil},
		{"JSON", `CMD ["a b", "c\"d" , "é\u0041"]`, []string{`"a b"`, `"c\"d"`, `"é\u0041"`}, []string{"a b", `c"d`, "éA"}},
		{"continued", "COPY a \\\n  b \\  \n\n # note\nc", []string{"a", "b", "c"}, nil},
		{"inside a word", "COPY a\\\nb c", []string{"a\\\nb", "c"}, []string{"ab", "c"}},
		{"continued JSON", "CMD [\"a\", \\\n# note\n \"b\"]", []string{`"a"`, `"b"`}, []string{"a", "b"}},
		{"not at all", "WORKDIR /a b  ", []string{"/a b"}, nil},
		{"pairs", `ENV A="b c" D=e\ f`, []string{`A="b c"`, `D=e\ f`}, nil},
		{"old pair", `ENV A  b "c d"`, []string{"A", `b "c d"`}, nil},
		{"LABEL", `LABEL "a b"='c d' e=f`, []string{`"a b"='c d'`, "e=f"}, nil},
		{"ARG", `ARG A B="c d"`, []string{"A", `B="c d"`}, nil},
		{"shell", `RUN echo "a b" && c`, []string{"echo", `"a b"`, "&&", "c"}, nil},
		{"HEALTHCHECK", `HEALTHCHECK --retries=2 CMD ["a", "b"]`, []string{"--retries=2", "CMD", `"a"`, `"b"`}, []string{"--retries=2", "CMD", "a", "b"}},
		{"HEALTHCHECK shell", `HEALTHCHECK CMD a "b c"`, []string{"CMD", "a", `"b c"`}, nil},
		{"ONBUILD", "ONBUILD \\\n copy --from=x a b", []string{"copy", "--from=x", "a", "b"}, nil},
		{"heredoc", "COPY <<A <<-\"B\" /x\n1\nA\n\t2\n\tB", []string{"<<A", `<<-"B"`, "/x"}, nil},
	}
	for _, tt := range tests {
		for _, eol := range []string{"\n", "\r\n"} {
			t.Run(tt.name, func(t *testing.T) {
				f := mustParse(t, strings.ReplaceAll("FROM a\n"+tt.line+"\nUSER x", "\n", eol))
				in := f.Stages[0].Instructions[0]
				var texts, values []string
				for _, w := range in.Words {
					texts = append(texts, strings.ReplaceAll(w.Text, "\r\n", "\n"))
					values = append(values, w.Value)
				}
				if !slices.Equal(texts, tt.want) {
					t.Errorf("texts %q\nwant  %q", texts, tt.want)
				}
				if want := tt.values; want != nil && !slices.Equal(values, want) {
					t.Errorf("values %q\nwant   %q", values, want)
				}
				checkFile(t, f, f.Source)
			})
		}
	}
}

func TestFlags(t *testing.T) {
	f := mustParse(t, "FROM --platform=linux/amd64 a AS One\nFROM b\nCOPY --link \\\n --from=\"one\" --chown= \\\n a b\n")
	in := f.Stages[1].Instructions[0]
	from := in.Flag("from")
	if from.Arg != "one" || f.Slice(from.ArgRange) != `"one"` || !from.Assignment {
		t.Errorf("from: %+v", from)
	}
	if link := in.Flag("link"); link.Assignment || f.Slice(link.ArgRange) != "" || link.ArgRange.Start != link.Range.End {
		t.Errorf("link: %+v", link)
	}
	if chown := in.Flag("chown"); !chown.Assignment || chown.ArgRange.Start != chown.Range.End {
		t.Errorf("chown: %+v", chown)
	}
	if in.Flag("chmod") != nil {
		t.Error("found a flag that is not there")
	}
	if got := string(f.Source[:in.FlagsEnd()]); !strings.HasSuffix(got, "--chown=") {
		t.Errorf("FlagsEnd is behind %q", got)
	}
	if s := f.Stages[0]; s.Name != "one" || f.Slice(s.NameRange) != "One" || f.Slice(s.BaseRange) != "a" || s.Platform != "linux/amd64" {
		t.Errorf("stage: %+v", s)
	}
	if got := f.Instructions[0].FlagsEnd(); got != len("FROM --platform=linux/amd64") {
		t.Errorf("FlagsEnd %d", got)
	}
}

func TestRanges(t *testing.T) {
	const src = "\xEF\xBB\xBF# escape=`\r\n#syntax = docker/dockerfile:1\r\n# check=skip=all\r\n\r\n# about V\r\nARG V=1\r\n" +
		"# lost\r\n\r\n# one\r\n  # two\r\nfrom a`\r\n:$V `\r\n# inner\r\n as b\r\nRUN <<E\r\nx\r\nE\r\n\r\n# last\r\nUSER c"
	f := mustParse(t, src)
	checkFile(t, f, []byte(src))
	if !f.BOM || f.EOL != "\r\n" || f.Escape != '`' || f.Syntax != "docker/dockerfile:1" {
		t.Errorf("BOM %t, EOL %q, escape %q, syntax %q", f.BOM, f.EOL, f.Escape, f.Syntax)
	}
	s := f.Stages[0]
	run, user := s.Instructions[0], s.Instructions[1]
	tests := []struct {
		name  string
		at    finding.Range
		want  string
		place string
	}{
		{"header", f.Header, src[:strings.Index(src, "ARG")], "Dockerfile:1:1"},
		{"directive", f.Directives[0].Range, "# escape=`\r\n", "Dockerfile:1:1"},
		{"second directive", f.Directives[1].Range, "#syntax = docker/dockerfile:1\r\n", "Dockerfile:2:1"},
		{"comment of ARG", f.Args[0].Comments, "# about V\r\n", "Dockerfile:5:1"},
		{"comments of FROM", s.From.Comments, "# one\r\n  # two\r\n", "Dockerfile:9:1"},
		{"keyword", s.From.KeywordRange, "from", "Dockerfile:11:1"},
		{"FROM", s.From.Range, "from a`\r\n:$V `\r\n# inner\r\n as b", "Dockerfile:11:1"},
		{"base", s.BaseRange, "a`\r\n:$V", "Dockerfile:11:6"},
		{"name", s.NameRange, "b", "Dockerfile:14:5"},
		{"no comments", run.Comments, "", "Dockerfile:15:1"},
		{"RUN", run.Range, "RUN <<E\r\nx\r\nE", "Dockerfile:15:1"},
		{"RUN's lines", run.Lines, "RUN <<E\r\nx\r\nE\r\n", "Dockerfile:15:1"},
		{"body", run.Heredocs[0].Body, "x\r\n", "Dockerfile:16:1"},
		{"terminator", run.Heredocs[0].Terminator, "E", "Dockerfile:17:1"},
		{"no final newline", user.Lines, "USER c", "Dockerfile:20:1"},
		{"stage", s.Range, src[strings.Index(src, "# one"):], "Dockerfile:9:1"},
	}
	for _, tt := range tests {
		if got := f.Slice(tt.at); got != tt.want || tt.at.String() != tt.place {
			t.Errorf("%s: %q at %s: want %q at %s", tt.name, got, tt.at, tt.want, tt.place)
		}
	}
	if s.Base != "a:$V" || s.Name != "b" || s.From.Keyword != "FROM" {
		t.Errorf("stage %q on %q", s.Name, s.Base)
	}
}

func TestFirstLineIsContinuation(t *testing.T) {
	f := mustParse(t, "\\\n  \\\n FROM a\n")
	in := f.Instructions[0]
	if in.Range.String() != "Dockerfile:3:2" || in.Lines.String() != "Dockerfile:1:1" {
		t.Errorf("range %s, lines %s", in.Range, in.Lines)
	}
}

func TestOnBuild(t *testing.T) {
	f := mustParse(t, "FROM a\n# note\nONBUILD RUN <<E\n\techo\nE\nONBUILD \\\nCOPY a \\\n b\n")
	run, cp := f.Stages[0].Instructions[0], f.Stages[0].Instructions[1]
	if text, ok := run.OnBuild.Shell(); !ok || text != "\techo\n" {
		t.Errorf("shell text %q, %t", text, ok)
	}
	if _, ok := run.Shell(); ok {
		t.Error("ONBUILD itself has a shell text")
	}
	if got := f.Slice(run.OnBuild.Range); got != "RUN <<E\n\techo\nE" {
		t.Errorf("range %q", got)
	}
	transfer, ok := cp.OnBuild.Transfer(nil)
	if !ok || transfer.Dest.Range.String() != "Dockerfile:8:2" || cp.OnBuild.Stage != f.Stages[0] {
		t.Errorf("transfer %+v, %t", transfer, ok)
	}
}

func TestShellAndArgv(t *testing.T) {
	tests := []struct {
		line, shell string
		argv        []string
	}{
		{"RUN a \\\n# note\n && b", "a  && b", nil},
		{"RUN --network=none a", "a", nil},
		{`RUN ["a", "b c"]`, "", []string{"a", "b c"}},
		{`RUN ["a", 'b']`, `["a", 'b']`, nil},
		{"CMD a b", "a b", nil},
		{`ENTRYPOINT ["/a"]`, "", []string{"/a"}},
		{`SHELL ["/bin/bash", "-c"]`, "", []string{"/bin/bash", "-c"}},
		{"RUN <<-E\n\ta\n\tb\n\tE", "a\nb\n", nil},
		{"RUN cat <<A <<B > x\n1\nA\n2\nB", "cat <<A <<B > x\n1\nA\n2\nB", nil},
		{"RUN <<E\n#!/usr/bin/python\nE", "", nil},
		{"USER a", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			in := mustParse(t, "FROM a\n"+tt.line+"\n").Stages[0].Instructions[0]
			text, isShell := in.Shell()
			if text != tt.shell && isShell || isShell != (tt.shell != "") {
				t.Errorf("shell %q, %t: want %q", text, isShell, tt.shell)
			}
			argv, isExec := in.Argv()
			if !slices.Equal(argv, tt.argv) || isExec != (tt.argv != nil) {
				t.Errorf("argv %q, %t: want %q", argv, isExec, tt.argv)
			}
		})
	}
}

func TestStages(t *testing.T) {
	f := mustParse(t, "ARG B=one\nFROM a AS one\nFROM ONE\nFROM $B\nFROM 0\nFROM \"one\" AS two\n")
	want := []*Stage{nil, f.Stages[0], nil, nil, f.Stages[0]}
	for i, s := range f.Stages {
		if s.Index != i || s.BaseStage != want[i] {
			t.Errorf("stage %d stands on %v", i, s.BaseStage)
		}
	}
	if base := f.Stages[2].ResolveBase(nil); base.Stage != f.Stages[0] || !slices.Equal(base.Vars, []string{"B"}) {
		t.Errorf("$B is %+v", base)
	}
	if base := f.Stages[2].ResolveBase(Args{"B": {Value: "scratch", Known: true}}); !base.Scratch() {
		t.Errorf("$B is %+v", base)
	}
	if base := f.Stages[2].ResolveBase(Args{"B": {}}); base.Known {
		t.Errorf("$B is %+v", base)
	}
	if s, ok := f.Target(""); !ok || s != f.Stages[4] {
		t.Errorf("the default target is %v", s)
	}
	if s, ok := f.Target("TWO"); !ok || s != f.Stages[4] {
		t.Errorf("TWO is %v", s)
	}
	if s, ok := f.Target("0"); ok {
		t.Errorf("0 is %v", s)
	}
}
