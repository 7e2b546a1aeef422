package proof

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrGone says that the BuildKit daemon of a proof does not answer any more. The
// proof says nothing; another daemon may have it.
var ErrGone = errors.New("the BuildKit daemon does not answer")

// Spread does n jobs on several workers, each worker one after the other. A job
// whose worker is gone, as do says by ErrGone, goes to another one, and the worker
// gets none any more. It returns an error where jobs are left because no worker is,
// and otherwise the first error of do that is not ErrGone, after which no job is
// begun.
func Spread(ctx context.Context, n int, workers []string, do func(ctx context.Context, worker string, job int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := newQueue(n)
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() {
			for job, ok := q.take(ctx); ok; job, ok = q.take(ctx) {
				err := do(ctx, w, job)
				q.done(job, err)
				switch {
				case errors.Is(err, ErrGone):
					return
				case err != nil:
					cancel()
				}
			}
		})
	}
	stop := context.AfterFunc(ctx, q.wake)
	defer stop()
	wg.Wait()
	if q.err == nil && len(q.waiting) > 0 {
		return fmt.Errorf("no BuildKit daemon is left; %d of %d units are not verified", len(q.waiting), n)
	}
	return q.err
}

// A queue holds the jobs that are to be done.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting []int
	running int
	err     error // the first that is not ErrGone
}

func newQueue(n int) *queue {
	q := &queue{}
	q.changed = sync.NewCond(&q.mu)
	for job := range n {
		q.waiting = append(q.waiting, job)
	}
	return q
}

// take returns the next job. It waits while jobs that run may come back, and
// returns false where none is left, or ctx is at its end.
func (q *queue) take(ctx context.Context) (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.running > 0 && ctx.Err() == nil {
		q.changed.Wait()
	}
	if len(q.waiting) == 0 || ctx.Err() != nil {
		return 0, false
	}
	job := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.running++
	return job, true
}

// done takes the outcome of a job.
func (q *queue) done(job int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	switch {
	case errors.Is(err, ErrGone):
		q.waiting = append(q.waiting, job)
	case q.err == nil:
		q.err = err
	}
	q.changed.Broadcast()
}

func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changed.Broadcast()
}
