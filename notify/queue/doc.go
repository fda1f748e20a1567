// Package queue is the bell between the processes: whoever has committed a
// batch rings, and a worker wakes up at once instead of at its next look.
//
// A bell is never the record. The work stands in PostgreSQL before anybody
// rings; the sweep finds whatever was not rung for, and the worker claims each
// row there before it acts. So a bell may be lost, doubled or late, and Redis
// may be away for as long as it likes: nothing is lost and nobody waits for it.
//
// It is the only package that imports asynq.
package queue
