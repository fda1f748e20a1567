//go:build race

package e2e

// The binary is built the way the test was: all of it is compiled already, and
// a race in the processes is found as well as one in the test.
var buildFlags = []string{"-race"}

// raced says whether the test and the binary watch for races.
const raced = true
