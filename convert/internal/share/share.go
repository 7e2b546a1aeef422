// Package share hands work on many things out to goroutines.
package share

import (
	"cmp"
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Out does something with each number below n, with up to jobs of them at a time; 0 is one
// for each processor. Who is done with some takes the next few, as many as few says. It ends
// early, and fails, where ctx ends.
//
// The caller's goroutine does its part, and all of it where there is little: another
// thread, and a stack that has to grow again, would cost a short run a tenth of its time.
func Out(ctx context.Context, n, few, jobs int, do func(i int)) error {
	var next atomic.Int64
	work := func() error {
		for ctx.Err() == nil {
			end := int(next.Add(int64(few)))
			if end-few >= n {
				break
			}
			for i := end - few; i < min(end, n); i++ {
				do(i)
			}
		}
		return ctx.Err()
	}
	var others errgroup.Group
	for range min(cmp.Or(jobs, runtime.GOMAXPROCS(0)), (n+few-1)/few) - 1 {
		others.Go(work)
	}
	err := work()
	return cmp.Or(err, others.Wait())
}
