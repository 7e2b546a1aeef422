package plan

import (
	"strings"
	"testing"
)

// TestPackedRoot checks which directory a tar command line packs as a whole.
func TestPackedRoot(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{"-cf - -C /out .", "/out"},
		{"cf - -C /out ./", "/out"},
		{"-C /out -cf - .", "/out"},
		{"-C /out -c .", "/out"},
		{"czf - .", "/src"},
		{"-C out -c .", "/src/out"},
		{"cf - app Dockerfile", ""},
		{"cf - /out", ""},
		{"cf /tmp/x.tar .", ""},
		{"-C / -c .", ""},
		{"xf - .", ""},
		{"-cf - --exclude=x .", ""},
		{"-C /out .", ""},
	} {
		if got := packedRoot(strings.Fields(tt.words), "/src"); got != tt.want {
			t.Errorf("tar %s packs %q, want %q", tt.words, got, tt.want)
		}
	}
}
