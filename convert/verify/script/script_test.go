package script

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "build.sh")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRun(t *testing.T) {
	tests := []struct {
		name, text string
		args       []string
		exit       int
		output     string
	}{
		{"no first line", "echo $0 $1; exit 3", []string{"a b"}, 3, "./build.sh a b\n"},
		{"interpreter with a flag", "#!/bin/sh -e\nfalse\necho no", nil, 1, ""},
		{"umask", "umask; cat", nil, 0, "0022\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			exit, err := Run(t.Context(), Script{Path: write(t, tt.text), Args: tt.args, Env: os.Environ(), Output: &out})
			if err != nil || exit != tt.exit || out.String() != tt.output {
				t.Errorf("exit %d (%v) with %q, want %d with %q", exit, err, out.String(), tt.exit, tt.output)
			}
		})
	}
}

// TestRunLeavesNothing ends a script, and one that leaves a process behind.
func TestRunLeavesNothing(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for _, text := range []string{"sleep 1000 & exit 0", "trap 'rm began; exit' TERM; touch began; sleep 1000 & wait"} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		name := write(t, text)
		begin := time.Now()
		_, err := Run(ctx, Script{Path: name, Env: os.Environ(), Output: out})
		if ended := strings.Contains(text, "trap"); ended != errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: got %v", text, err)
		}
		if took := time.Since(begin); took > grace {
			t.Errorf("%q: took %v", text, took)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(name), "began")); err == nil {
			t.Errorf("%q: the script was not told to end", text)
		}
	}
}
