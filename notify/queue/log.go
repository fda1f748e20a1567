package queue

import (
	"fmt"
	"log/slog"
)

// slogger gives asynq's log to ours. What asynq says names tasks by their
// random ids and quotes errors of Redis and errUnfinished; it never quotes a
// payload.
type slogger struct{ log *slog.Logger }

// Debug, Info, Warn, Error and Fatal are asynq.Logger. Fatal does not end the
// process: that is for the process to decide.
func (s slogger) Debug(args ...any) { s.log.Debug("asynq", "says", fmt.Sprint(args...)) }
func (s slogger) Info(args ...any)  { s.log.Info("asynq", "says", fmt.Sprint(args...)) }
func (s slogger) Warn(args ...any)  { s.log.Warn("asynq", "says", fmt.Sprint(args...)) }
func (s slogger) Error(args ...any) { s.log.Error("asynq", "says", fmt.Sprint(args...)) }
func (s slogger) Fatal(args ...any) { s.log.Error("asynq", "says", fmt.Sprint(args...)) }
