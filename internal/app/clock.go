package app

import "time"

// SystemClock is the one place that asks the machine for the time.
func SystemClock() time.Time { return time.Now() }
