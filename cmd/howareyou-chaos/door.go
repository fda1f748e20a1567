package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// door passes connections on to whoever of the rooms behind it opens, and can
// be shut so that nothing passes and nobody is told: the network as it fails.
type door struct {
	listener net.Listener
	rooms    []room
	serving  sync.WaitGroup
	turn     atomic.Uint32 // which room is tried first

	mu    sync.Mutex
	shut  chan struct{} // closed when the door opens again; nil while it is open
	conns map[net.Conn]struct{}
	ended bool
}

// room is an address behind a door.
type room struct{ network, address string }

func openDoor(network, address string, rooms ...room) (*door, error) {
	if network == "unix" {
		if err := os.MkdirAll(filepath.Dir(address), 0o700); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	d := &door{listener: l, rooms: rooms, conns: map[net.Conn]struct{}{}}
	d.serving.Go(d.serve)
	return d, nil
}

func (d *door) serve() {
	for {
		outside, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.serving.Go(func() { d.pass(outside) })
	}
}

// pass carries bytes both ways until one side ends.
func (d *door) pass(outside net.Conn) {
	if !d.keep(outside) {
		return
	}
	defer d.drop(outside)
	d.wait()
	inside, err := d.dial()
	if err != nil {
		return // hung up on, as nobody is there
	}
	if !d.keep(inside) {
		return
	}
	defer d.drop(inside)
	var ways sync.WaitGroup
	ways.Go(func() { d.carry(inside, outside) })
	ways.Go(func() { d.carry(outside, inside) })
	ways.Wait()
}

func (d *door) dial() (net.Conn, error) {
	var last error
	first := int(d.turn.Add(1))
	for i := range d.rooms {
		r := d.rooms[(first+i)%len(d.rooms)]
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), r.network, r.address)
		if err == nil {
			return c, nil
		}
		last = errors.Join(last, err)
	}
	return nil, last
}

// carry hangs both up when its side ends: a half-closed connection serves nobody
// here.
func (d *door) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		d.wait()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// blackHole shuts the door: what is under way stands still.
func (d *door) blackHole() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut == nil && !d.ended {
		d.shut = make(chan struct{})
	}
}

// open lets everything go on.
func (d *door) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut != nil {
		close(d.shut)
		d.shut = nil
	}
}

func (d *door) wait() {
	d.mu.Lock()
	shut := d.shut
	d.mu.Unlock()
	if shut != nil {
		<-shut
	}
}

func (d *door) keep(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		_ = c.Close()
		return false
	}
	d.conns[c] = struct{}{}
	return true
}

func (d *door) drop(c net.Conn) {
	_ = c.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, c)
}

// cut hangs up on everybody who is connected.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		_ = c.Close()
	}
}

// end takes the door away.
func (d *door) end() {
	d.mu.Lock()
	d.ended = true
	d.mu.Unlock()
	_ = d.listener.Close()
	d.open()
	d.cut()
	d.serving.Wait()
}
