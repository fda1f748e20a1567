package app

import (
	"context"
	"errors"

	"howareyou/carenet"
	"howareyou/notify/live"
)

// PingRedis says whether Redis answers.
func PingRedis(ctx context.Context, cfg Config) error {
	feed, err := live.New(cfg.RedisURL, carenet.NewID(SystemClock()), live.Options{})
	if err != nil {
		return err
	}
	defer feed.Close()
	return feed.Ping(ctx)
}

// PingProvider says whether the text provider lets us in: it lists, and sends nothing.
func PingProvider(ctx context.Context, cfg Config) error {
	p := &parts{cfg: cfg}
	client, err := p.provider()
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err := client.List(ctx, "+447700900000", SystemClock()); err != nil {
		return errors.New(carenet.MessageOf(err))
	}
	return nil
}
