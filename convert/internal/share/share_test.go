package share_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stagefold/stagefold/convert/internal/share"
)

func TestOut(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 100} {
		for _, jobs := range []int{0, 1, 3, 200} {
			done := make([]atomic.Int32, n)
			if err := share.Out(t.Context(), n, 8, jobs, func(i int) { done[i].Add(1) }); err != nil {
				t.Error(err)
			}
			for i := range done {
				if got := done[i].Load(); got != 1 {
					t.Errorf("%d of %d is done %d times with %d jobs", i, n, got, jobs)
				}
			}
		}
	}
}

func TestOutEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var done atomic.Int32
	err := share.Out(ctx, 1000, 1, 2, func(i int) {
		if done.Add(1) == 10 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || done.Load() > 11 {
		t.Errorf("%d were done, and it said %v", done.Load(), err)
	}
}
