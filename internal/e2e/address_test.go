package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// freeAddress is a host:port of this machine for a process that is about to
// start. It lies where nobody else listens: a port that was merely free a moment
// ago may be somebody's connection by the time it is wanted.
func freeAddress(t *testing.T) string {
	t.Helper()
	for _, host := range []string{
		fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250)),
		"127.0.0.1", // systems that have no other loopback address
	} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().String()
	}
	t.Fatal("no free address")
	return ""
}
