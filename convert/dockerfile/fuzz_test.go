package dockerfile

import (
	"testing"

	"github.com/stagefold/stagefold/convert/finding"
)

// FuzzParse checks that Parse never panics, that ranges are sane and words are
// BuildKit's, and that the source comes out as it went in.
func FuzzParse(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src)
	}
	for _, seed := range []string{
		"FROM a\nRUN x \\ -> c\n&& y\n",
		"\xEF\xBB\xBF# escape=`\r\nFROM a `\r\n  AS b\r\nCOPY --from=0 [\"a\", \"b `\r\n\"]\r\n",
		"FROM a\nRUN <<A cat <<-B\nx\nA\n\ty\n\tB\n",
		"FROM a\nCOPY <<EOF --chown=x <<'B' /y/\n$X\nEOF\nB\n",
		"ARG V=${W:-x}\nFROM $V\nENV A=$V B=\"c d\" \\\n# no\n\nC=e\nONBUILD COPY --from=x --chown=\"a b\" . $A\n",
		"\\\n\\\nFROM a",
		"ı", "İ", "FROM a\nON\u212aBUILD ſHELL [\"a\"]\nWOR\u212aDIR /\nONBUILD WOR\u212aDIR /\n",
		"FROM a\nHEALTHCHECK --interval=1s CMD [\"a\"]\nENV a b c\nWORKDIR ${X#y*}\nUSER \"a\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, fs := Parse("Dockerfile", src)
		if (file == nil) != finding.Refused(fs) {
			t.Fatalf("file is nil: %t, findings %v", file == nil, fs)
		}
		for _, f := range fs {
			checkFinding(t, f, src)
		}
		if file == nil {
			if _, bad := unreadable("Dockerfile", src); !bad {
				checkReader(t, src)
			}
			return
		}
		checkReader(t, src)
		checkFile(t, file, src)
	})
}

// checkFinding checks that a finding has a place inside of the source.
func checkFinding(t *testing.T, f finding.Finding, src []byte) {
	t.Helper()
	start, end := f.Range.Start.Offset, f.Range.End.Offset
	if start < 0 || end < start || end > len(src) || f.Message == "" || f.Hint == "" {
		t.Errorf("%v at [%d, %d) of %d bytes, hint %q", f, start, end, len(src), f.Hint)
	}
}
