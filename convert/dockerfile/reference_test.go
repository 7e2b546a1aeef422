package dockerfile

import (
	"fmt"
	"slices"
	"testing"
)

func TestReferences(t *testing.T) {
	f := mustParse(t, `FROM one AS one
COPY one /one
FROM busybox
COPY --from=0 --chown=one a b
COPY --from="One" one b
COPY --from=one:1 one b
RUN --mount=type=bind,from=one,target=/x --mount="from=ONE,target=/one" cat one
RUN --mount=from=two,source=one,target=/y true
ONBUILD COPY --from=one a b
FROM one
FROM "one" AS two
`)
	var got []string
	for _, r := range f.Stages[0].References() {
		got = append(got, fmt.Sprintf("%s %s %s %t", r.Instruction.Keyword, r.Range, f.Slice(r.Range), r.Number))
	}
	want := []string{
		"COPY Dockerfile:4:13 0 true",
		"COPY Dockerfile:5:14 One false",
		"RUN Dockerfile:7:28 one false",
		"RUN Dockerfile:7:56 ONE false",
		"COPY Dockerfile:9:21 one false",
		"FROM Dockerfile:10:6 one false",
		"FROM Dockerfile:11:7 one false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if refs := f.Stages[1].References(); len(refs) > 0 {
		t.Errorf("a stage without a name has references: %+v", refs)
	}
}
