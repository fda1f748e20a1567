package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
)

// clock is the machine's, ahead by what it was moved. It goes on by itself, and
// how far it is ahead outlives the process.
type clock struct {
	path string
	real func() time.Time

	mu    sync.RWMutex
	ahead time.Duration
}

func openClock(path string, real func() time.Time) (*clock, error) {
	c := &clock{path: path, real: real}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		c.ahead, err = time.ParseDuration(strings.TrimSpace(string(text)))
	}
	if err != nil {
		return nil, fmt.Errorf("the demo's clock: %w", err)
	}
	return c, nil
}

// Now is the product's time: UTC, microseconds.
func (c *clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.at()
}

func (c *clock) at() time.Time { return c.real().Add(c.ahead).UTC().Truncate(time.Microsecond) }

// Forward moves the clock to an instant; one that has passed changes nothing.
// It is written down first: a process that is killed must not wake up before
// what it did.
func (c *clock) Forward(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	step := to.Sub(c.at())
	if step <= 0 {
		return nil
	}
	if err := writeFile(c.path, []byte((c.ahead+step).String()+"\n")); err != nil {
		return fmt.Errorf("the demo's clock: %w", err)
	}
	c.ahead += step
	return nil
}

// writeFile replaces a private file as a whole: a killed process leaves the old
// one or the new one.
func writeFile(path string, content []byte) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, content, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
