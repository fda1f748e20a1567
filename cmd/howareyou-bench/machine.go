package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// busyness says whether others use the machine: a yardstick with many
// connections then gets a larger share of it than a service with few, and no
// figure means much. Empty when it is quiet, or where the system does not tell.
func busyness() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil || load < float64(runtime.NumCPU())/2 {
		return ""
	}
	return "the machine is busy (load " + first + " on " + strconv.Itoa(runtime.NumCPU()) + " cores): these figures and their ratios say little"
}
