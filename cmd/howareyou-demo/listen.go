package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// listen takes a port, or says in one line that somebody has it.
func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: choose another with --%s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("--%s %s: not an address to listen on, such as 127.0.0.1:8080", flag, address)
	}
	return l, nil
}

// answers waits until each address answers 200.
func answers(ctx context.Context, addresses ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for _, address := range addresses {
		for status := 0; status != http.StatusOK; status = statusOf(ctx, address) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s does not answer", address)
			case <-poll.C:
			}
		}
	}
	return nil
}

func statusOf(ctx context.Context, address string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close() // nothing of it is read
	return res.StatusCode
}
