package dockerfile

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestJSON(t *testing.T) {
	words := []string{"sh", "-c", "a && b > c", `say "hi" \ back`, "tab\tand\nline", "ünï", ""}
	text := JSON(words)
	var back []string
	if err := json.Unmarshal([]byte(text), &back); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if !slices.Equal(back, words) {
		t.Errorf("got %q, want %q", back, words)
	}
	if want := `["sh", "-c", "a && b > c"]`; JSON(words[:3]) != want {
		t.Errorf("got %s, want %s", JSON(words[:3]), want)
	}
}
