package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A client does one job after the other on a connection of its own.
type client interface {
	do(ctx context.Context, job int) error
	close() error
}

// closedLoop has jobs done by so many clients, each of which waits for its
// answer before it takes the next. Connecting is not measured.
func closedLoop(ctx context.Context, clients, jobs int, open func(context.Context) (client, error)) (round, error) {
	workers := make([]client, 0, clients)
	defer func() {
		for _, w := range workers {
			_ = w.close() // all of its jobs have been answered
		}
	}()
	for range clients {
		w, err := open(ctx)
		if err != nil {
			return round{}, err
		}
		workers = append(workers, w)
	}
	took := make([]time.Duration, jobs)
	errs := make([]error, clients)
	var next atomic.Int64
	var running sync.WaitGroup
	start := time.Now()
	for i, w := range workers {
		running.Go(func() {
			for {
				job := int(next.Add(1)) - 1
				if job >= jobs {
					return
				}
				began := time.Now()
				if errs[i] = w.do(ctx, job); errs[i] != nil {
					next.Store(int64(jobs)) // a failure ends the round
					return
				}
				took[job] = time.Since(began)
			}
		})
	}
	running.Wait()
	all := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return round{}, err
	}
	return round{value: float64(jobs) / all.Seconds(), took: took}, nil
}
