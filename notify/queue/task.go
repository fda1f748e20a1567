package queue

import (
	"time"

	"github.com/hibiken/asynq"

	"howareyou/carenet"
)

// taskType is the one kind of task there is: "look at this batch".
const taskType = "batch"

// DefaultQueue is the queue of a bell or server that names none.
const DefaultQueue = "batches"

// How a task is tried. The sweep does the work within seconds when all of this
// fails, so none of it needs to be patient.
const (
	maxRetry = 3
	// taskTimeout is in whole seconds: asynq cuts the fraction, and what is
	// left of half a second is "no limit".
	taskTimeout  = 30 * time.Second
	taskLifetime = 2 * time.Minute
	retryDelay   = 2 * time.Second
)

// newTask makes the task of one ring. Its payload is the batch's id and nothing
// else. There is no Unique (with it a task that ends oddly locks its successors
// out) and no Retention (what is done leaves Redis). from is on the machine's
// clock, because asynq compares the deadline with that one.
func newTask(batch carenet.ID, queue string, from time.Time) (*asynq.Task, []asynq.Option) {
	return asynq.NewTask(taskType, []byte(batch.String())), []asynq.Option{
		asynq.Queue(queue),
		asynq.MaxRetry(maxRetry),
		asynq.Timeout(taskTimeout),
		asynq.Deadline(from.Add(taskLifetime)),
	}
}

// batchOf reads the payload. Only the plain form that newTask writes is taken.
func batchOf(payload []byte) (carenet.ID, bool) {
	if len(payload) != len(carenet.NilID.String()) {
		return carenet.NilID, false
	}
	id, err := carenet.ParseID(string(payload))
	return id, err == nil && id != carenet.NilID
}
