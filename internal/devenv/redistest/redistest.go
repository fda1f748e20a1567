// Package redistest gives every test a redis-server of its own, so that a test
// may flush, kill or freeze it. One takes some 13 ms to start.
package redistest

import (
	"testing"

	"howareyou/internal/devenv"
)

// New starts a server that keeps nothing and stops it when the test ends.
func New(t testing.TB) *devenv.Redis {
	t.Helper()
	tools, err := devenv.Find(t.Context(), devenv.RedisServer)
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	server, err := devenv.StartRedis(t.Context(), devenv.RedisOptions{Server: tools.RedisServer})
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("test Redis: %v", err)
		}
	})
	return server
}
