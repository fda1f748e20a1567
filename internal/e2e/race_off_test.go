//go:build !race

package e2e

var buildFlags []string

// raced says whether the test and the binary watch for races.
const raced = false
