package app

import (
	"context"

	"howareyou/notify"
)

// calls answers calls that are under way, and lets everybody hear of what somebody
// decided in one.
type calls struct{ *parts }

func (c calls) Call(ctx context.Context, news notify.CallNews) (notify.Script, error) {
	script, batch, err := c.store.Call(ctx, news)
	if err != nil {
		return notify.Script{}, err
	}
	c.committed(batch)
	return script, nil
}
