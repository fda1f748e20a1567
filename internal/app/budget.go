package app

import (
	"context"
	"sync"
	"time"

	"howareyou/carenet"
	"howareyou/internal/limit"
	"howareyou/notify"
)

// budget is how many texts may leave from each sender: a bucket for all of its
// texts, and one of four fifths for those that are no alerts, so that a fifth is
// always left for alerts. A bucket holds five seconds' worth. Redis has the
// buckets; while it is away each process counts its share.
type budget struct {
	limiter *limit.Limiter

	mu sync.Mutex
	// spare is what was taken from a bucket and not needed.
	spare map[string]int
}

func newBudget(l *limit.Limiter) *budget { return &budget{limiter: l, spare: map[string]int{}} }

// bucketOf is the bucket of all of a sender's texts, and of those that are no
// alerts. The key is the sender's id, which says nothing about anybody.
func bucketOf(sender carenet.ID, perMinute int, urgent bool) (string, limit.Limit) {
	burst := max(perMinute/12, 5)
	if urgent {
		return "send:" + sender.String(), limit.Limit{Events: perMinute, Per: time.Minute, Burst: burst}
	}
	return "send-rest:" + sender.String(), limit.Limit{Events: max(perMinute*4/5, 1), Per: time.Minute, Burst: max(burst*4/5, 1)}
}

// Take is part of deliver.Budget.
func (b *budget) Take(ctx context.Context, due notify.Due, n int) (got int, again time.Duration) {
	if due.PerMinute == 0 {
		return n, 0
	}
	got = n
	if !due.Lane.Urgent() {
		got, again = b.take(ctx, due, false, got)
	}
	all, later := b.take(ctx, due, true, got)
	if due.Lane == notify.PriorityRed {
		return n, 0 // counted, and never held back
	}
	if all < got {
		if !due.Lane.Urgent() {
			b.keep(due, false, got-all)
		}
		again = max(again, later)
	}
	return all, again
}

func (b *budget) take(ctx context.Context, due notify.Due, urgent bool, n int) (int, time.Duration) {
	key, bucket := bucketOf(due.Sender, due.PerMinute, urgent)
	b.mu.Lock()
	spare := min(b.spare[key], n)
	if b.spare[key] -= spare; b.spare[key] == 0 {
		delete(b.spare, key)
	}
	b.mu.Unlock()
	if spare == n {
		return n, 0
	}
	got, again := b.limiter.Take(ctx, key, bucket, n-spare)
	return spare + got, again
}

func (b *budget) keep(due notify.Due, urgent bool, n int) {
	key, bucket := bucketOf(due.Sender, due.PerMinute, urgent)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spare[key] = min(b.spare[key]+n, bucket.Burst)
}

// Return is part of deliver.Budget.
func (b *budget) Return(due notify.Due, n int) {
	if due.PerMinute == 0 || due.Lane == notify.PriorityRed {
		return
	}
	b.keep(due, true, n)
	if !due.Lane.Urgent() {
		b.keep(due, false, n)
	}
}
