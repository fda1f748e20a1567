package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// Whoever has set no time of their own does not wait for ever for a database
// that does not answer; and a time that the caller has set is theirs.
func TestATransactionIsBounded(t *testing.T) {
	c := newClinic(t)
	text := carenet.InboundText{SID: "SM00000000000000000000000000000001", From: "+447700900001", To: service, Body: "4", ReceivedAt: c.clock()}
	c.store.BoundTransactions(50 * time.Millisecond)
	take := func(ctx context.Context) error {
		_, err := c.store.TakeIn(ctx, []carenet.InboundText{text})
		return err
	}
	var err error
	over := make(chan error, 1)
	c.whileOpen(`LOCK TABLE conversation`, func() { over <- take(context.Background()) }, func(pgx.Tx) { err = <-over })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after its time the transaction gave %v", err)
	}
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	c.whileOpen(`LOCK TABLE conversation`, func() { err = take(ctx) }, nil)
	if err != nil {
		t.Errorf("with a minute of the caller's: %v", err)
	}
}
