package deliver

import (
	"context"
	"sync"
	"time"

	"howareyou/notify"
)

// clockSkew is how far the provider's clock may be behind ours.
const clockSkew = 2 * time.Minute

// lookers is how many lists are asked for at once: one that does not answer
// must not hold up the others.
const lookers = 8

// listTime bounds one look: a list may take longer than a send, for nothing
// depends on its end.
const listTime = 10 * time.Second

// Reconcile looks in the provider's list for attempts whose outcome is not
// known, and settles those it can. It returns how many it looked for.
func (d *Deliverer) Reconcile(ctx context.Context, limit int) (int, error) {
	unsettled, err := d.store.Unsettled(ctx, limit)
	if err != nil {
		return 0, err
	}
	// Two attempts to one number may say the same: what the first finds must be
	// bound before the second looks, or both take one text for theirs.
	byNumber := map[string][]notify.Unsettled{}
	for _, u := range unsettled {
		byNumber[string(u.Channel)+u.To] = append(byNumber[string(u.Channel)+u.To], u)
	}
	var looking sync.WaitGroup
	free := make(chan struct{}, lookers)
	for _, us := range byNumber {
		free <- struct{}{}
		looking.Go(func() {
			defer func() { <-free }()
			for _, u := range us {
				if err := d.look(ctx, u); err != nil {
					// It stays uncertain and is looked for again.
					d.Log.Warn("look for an unsettled text", "attempt", u.Attempt, "error", err)
				}
			}
		})
	}
	looking.Wait()
	if len(unsettled) > 0 {
		d.Kick()
	}
	return len(unsettled), nil
}

func (d *Deliverer) look(ctx context.Context, u notify.Unsettled) error {
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	provider := d.on(u.Channel)
	if provider == nil {
		return nil // whoever serves the channel looks for it
	}
	listed, err := provider.List(ctx, u.To, u.StartedAt.Add(-clockSkew))
	if err != nil {
		return err
	}
	sids := make([]string, 0, len(listed))
	for _, l := range listed {
		sids = append(sids, l.SID)
	}
	bound, err := d.store.BoundSIDs(ctx, sids)
	if err != nil {
		return err
	}
	return d.store.SettleListed(ctx, u, u.Find(listed, bound, clockSkew))
}
