//go:build race

package main

// The service is built the way the test was: all of it is compiled already, and
// a race in its processes is found as well as one in the test.
var buildFlags = []string{"-race"}
