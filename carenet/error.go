package carenet

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an Error is, so that each front door (page,
// text, API, command) can answer in its own way from one table.
type Code string

// The codes of failure.
const (
	Invalid   Code = "invalid"   // the caller's input is wrong; Message says how
	Forbidden Code = "forbidden" // the actor may not do this
	NotFound  Code = "not_found" // there is no such thing, or not for this actor
	Conflict  Code = "conflict"  // the thing is no longer in the needed state
	Expired   Code = "expired"   // a link, code or session is past its time
	Busy      Code = "busy"      // too much at once; try later
	Internal  Code = "internal"  // our own fault; Message is safe to show
)

// Error is a failure with a code, the operation that failed and a message that
// may be shown to the person who asked. Message never holds a name, a number,
// a note or a score.
type Error struct {
	Code    Code
	Op      string
	Message string
	Err     error // the cause, for the log only
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.Message
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error without a cause.
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of err, Internal when it has none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// MessageOf returns what may be shown of err to the person who asked.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "something went wrong on our side"
}
