// Package ops answers those who run the service: is it alive, is it ready.
package ops

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Check says whether a part answers.
type Check func(ctx context.Context) error

// Health answers health questions.
type Health struct {
	Postgres Check
	Redis    Check
	Spool    Check // nil error: a text can be kept although Postgres is away; nil Check: there is no spool
}

// checkTime is how long a part may take to answer.
const checkTime = 2 * time.Second

// Mount adds the routes.
func (h Health) Mount(r fiber.Router) {
	r.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("alive\n") })
	r.Get("/readyz", h.ready)
}

// ready is 200 while texts can be taken in: "ready", or "degraded" with what is
// away; 503 when nothing can be kept.
func (h Health) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), checkTime)
	defer cancel()
	// All at once: one that hangs must not take the time of the others.
	postgres, redis, spool := ask(ctx, h.Postgres), ask(ctx, h.Redis), ask(ctx, h.Spool)
	switch pgErr, redisErr := postgres(), redis(); {
	case pgErr == nil && redisErr == nil:
		return c.SendString("ready\n")
	case pgErr == nil:
		return c.SendString("degraded: Redis is away; texts are slower, nothing is lost\n")
	case h.Spool != nil && spool() == nil:
		return c.SendString("degraded: PostgreSQL is away; texts are kept in the spool\n")
	}
	return c.Status(fiber.StatusServiceUnavailable).SendString("not ready: PostgreSQL is away\n")
}

// ask begins a check and returns what waits for its answer: until ctx ends, even
// if the check itself does not look at it.
func ask(ctx context.Context, check Check) (answer func() error) {
	if check == nil {
		return func() error { return nil }
	}
	result := make(chan error, 1)
	go func() { result <- check(ctx) }()
	return func() error {
		select {
		case err := <-result:
			return err
		default:
		}
		select {
		case err := <-result:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
