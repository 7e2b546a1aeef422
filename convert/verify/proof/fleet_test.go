package proof

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// jobs counts what Spread has done.
type jobs struct {
	mu   sync.Mutex
	done map[int]int
	by   map[string]int
}

func (j *jobs) count(worker string, job int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done[job]++
	j.by[worker]++
}

func TestSpread(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name    string
		workers string
		do      func(worker string, job int) error
		done    int
		err     string
	}{
		{"one worker", "a", func(string, int) error { return nil }, 10, ""},
		{"two workers", "a b", func(string, int) error { return nil }, 10, ""},
		{"one dies at once", "a b", func(w string, _ int) error {
			if w == "a" {
				return ErrGone
			}
			time.Sleep(time.Millisecond)
			return nil
		}, 10, ""},
		{"one dies with the last job", "a b", func(w string, job int) error {
			if job == 9 && w == "a" {
				return ErrGone
			}
			if w == "b" {
				time.Sleep(5 * time.Millisecond) // so that a gets there first
			}
			return nil
		}, 10, ""},
		{"all die", "a b", func(w string, job int) error {
			if job >= 4 {
				return ErrGone
			}
			return nil
		}, 4, "no BuildKit daemon is left; 6 of 10 units are not verified"},
		{"a job fails", "a", func(_ string, job int) error {
			if job == 3 {
				return broken
			}
			return nil
		}, 3, "broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := jobs{done: map[int]int{}, by: map[string]int{}}
			err := Spread(t.Context(), 10, strings.Fields(tt.workers), func(_ context.Context, worker string, job int) error {
				err := tt.do(worker, job)
				if err == nil {
					j.count(worker, job)
				}
				return err
			})
			if (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
			if len(j.done) != tt.done {
				t.Errorf("%d jobs are done, want %d", len(j.done), tt.done)
			}
			for job, times := range j.done {
				if times != 1 {
					t.Errorf("job %d is done %d times", job, times)
				}
			}
		})
	}
}

// TestSpreadEnds ends the context while a worker waits for what another one has.
func TestSpreadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Spread(ctx, 1, []string{"a", "b"}, func(ctx context.Context, _ string, _ int) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was canceled", err)
	}
}
