package queue

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"github.com/hibiken/asynq"

	"howareyou/carenet"
)

// Handle does what is due for a batch. It obeys ctx, claims in PostgreSQL
// before it acts, and may be called twice for one batch.
type Handle func(ctx context.Context, batch carenet.ID) error

// errUnfinished is all that Redis ever learns of a failure: asynq writes the
// text of an error, and of a panic, beside the task.
var errUnfinished = errors.New("batch not finished")

// handler gives a task to the function of exactly its type. asynq's own mux
// matches by prefix and would hand "batch_of_another_kind" to "batch".
type handler struct {
	byType map[string]func(context.Context, *asynq.Task) error
	log    *slog.Logger

	nHandled, nFailed, nSkipped atomic.Int64
}

func newHandler(handle Handle, log *slog.Logger) *handler {
	h := &handler{log: log}
	h.byType = map[string]func(context.Context, *asynq.Task) error{
		taskType: func(ctx context.Context, t *asynq.Task) error { return h.batch(ctx, t, handle) },
	}
	return h
}

// ProcessTask is part of asynq.Handler.
func (h *handler) ProcessTask(ctx context.Context, t *asynq.Task) error {
	do, ok := h.byType[t.Type()]
	if !ok {
		return h.skip("type")
	}
	return do(ctx, t)
}

func (h *handler) batch(ctx context.Context, t *asynq.Task, handle Handle) (err error) {
	batch, ok := batchOf(t.Payload())
	if !ok {
		return h.skip("payload")
	}
	defer func() {
		if x := recover(); x != nil {
			// The value may quote anything; the stack says where it was.
			h.log.Error("batch panicked", "batch", batch, "stack", string(debug.Stack()))
			err = errUnfinished
		}
		if err != nil {
			h.nFailed.Add(1)
			return
		}
		h.nHandled.Add(1)
	}()
	if err := handle(ctx, batch); err != nil {
		h.log.Warn("batch not finished, to be tried again", "batch", batch, "error", err)
		return errUnfinished
	}
	return nil
}

// skip throws a task away that no try can mend.
func (h *handler) skip(what string) error {
	h.nSkipped.Add(1)
	h.log.Error("task skipped: not one of ours", "unreadable", what)
	return asynq.RevokeTask
}
