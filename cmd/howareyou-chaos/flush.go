package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// flushRedis empties a Redis, past every door.
func flushRedis(socket string) error {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("FLUSHALL\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(answer, "+OK") {
		err = fmt.Errorf("FLUSHALL is answered with %q", strings.TrimSpace(answer))
	}
	return err
}
