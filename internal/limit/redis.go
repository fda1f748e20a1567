package limit

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"howareyou/carenet"
)

// connect makes a client whose every call ends with its context or after
// patience, whichever is first, without the library's own retries: those make
// seconds of a broken connection.
func connect(redisURL string, patience time.Duration) (*redis.Client, error) {
	o, err := redis.ParseURL(redisURL)
	if err != nil {
		// Not the cause: it quotes the address, and with it the password.
		return nil, carenet.Errorf(carenet.Invalid, "set up limits", "the Redis address is not of the form redis://, rediss:// or unix://")
	}
	o.ContextTimeoutEnabled = true
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = patience, patience, patience, patience
	o.DialerRetries = 1
	o.MaxRetries = -1
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

// The library writes lines of its own to stderr each time it cannot connect.
// What matters of that is logged here, in the process's own format.
func init() { redis.SetLogger(silence{}) }

type silence struct{}

// Printf is part of the library's logger.
func (silence) Printf(context.Context, string, ...any) {}
