package ops_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/internal/web/ops"
)

func TestHealth(t *testing.T) {
	up := func(context.Context) error { return nil }
	down := func(context.Context) error { return errors.New("host secret.internal refused") }
	hangs := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	deaf := func(context.Context) error { // does not look at its context
		<-never
		return nil
	}
	for _, c := range []struct {
		what   string
		h      ops.Health
		path   string
		status int
		begins string
	}{
		{"alive whatever is away", ops.Health{Postgres: down, Redis: down}, "/healthz", 200, "alive"},
		{"all there", ops.Health{Postgres: up, Redis: up}, "/readyz", 200, "ready"},
		{"all there, and a spool", ops.Health{Postgres: up, Redis: up, Spool: down}, "/readyz", 200, "ready"},
		{"Redis away", ops.Health{Postgres: up, Redis: down}, "/readyz", 200, "degraded: Redis"},
		{"Redis hangs", ops.Health{Postgres: up, Redis: deaf}, "/readyz", 200, "degraded: Redis"},
		{"PostgreSQL away", ops.Health{Postgres: down, Redis: up}, "/readyz", 503, "not ready"},
		{"PostgreSQL away, with a spool", ops.Health{Postgres: down, Redis: up, Spool: up}, "/readyz", 200, "degraded: PostgreSQL"},
		{"PostgreSQL hangs, with a spool", ops.Health{Postgres: hangs, Redis: up, Spool: up}, "/readyz", 200, "degraded: PostgreSQL"},
		{"PostgreSQL away, the spool is full", ops.Health{Postgres: down, Redis: up, Spool: down}, "/readyz", 503, "not ready"},
		{"all away", ops.Health{Postgres: hangs, Redis: hangs}, "/readyz", 503, "not ready"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			app := fiber.New(fiber.Config{DisableStartupMessage: true})
			c.h.Mount(app)
			began := time.Now()
			res, err := app.Test(httptest.NewRequest("GET", c.path, nil), -1)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != c.status || !strings.HasPrefix(string(body), c.begins) || strings.Contains(string(body), "secret") {
				t.Errorf("%d %q, %v", res.StatusCode, body, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
