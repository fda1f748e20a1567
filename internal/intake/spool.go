package intake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"howareyou/carenet"
)

// Spool is the folder that takes texts while the database is away. Each process
// appends to a file of its own, which it holds locked, so that any number may
// share the folder. The file of a process that died is free for whoever comes.
type Spool struct {
	dir   string
	id    string // of this process, in the names of its files
	keys  Sealer
	files func(path string) (spoolFile, error) // makes a new file

	mu   sync.Mutex
	own  spoolFile // nil: nothing of this process waits
	name string    // of own
	size int64     // how much of own was said to be kept
	made int

	waits      atomic.Bool // texts wait to be taken over by the database
	spooled    atomic.Int64
	replayed   atomic.Int64
	refused    atomic.Int64
	unreadable atomic.Int64
}

// spoolFile is what a spool needs of a file.
type spoolFile interface {
	Write(p []byte) (int, error)
	ReadAt(p []byte, off int64) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
	Fd() uintptr
}

const (
	spoolSuffix = ".spool"
	// keptSuffix marks what the database is there for and refuses all the same:
	// kept for a human.
	keptSuffix = ".refused"
	// damagedSuffix marks a file in which the disk has spoilt a record.
	damagedSuffix = ".damaged"
)

// OpenSpool opens the folder and makes sure that a text can be kept there. id
// names this process and must be new for each start. Its errors name no path.
func OpenSpool(dir, id string, keys Sealer) (*Spool, error) {
	s := &Spool{dir: dir, id: id, keys: keys, files: createLocked}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder cannot be made: %w", cause(err))
	}
	if err := s.Check(context.Background()); err != nil {
		return nil, err
	}
	// What an earlier process left behind comes first.
	s.waits.Store(true)
	return s, nil
}

// createLocked makes a new file and locks it as this process's own.
func createLocked(path string) (spoolFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockOwn(f, path); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, nil
}

// lockOwn fails when another process took the file, before it was locked, for one
// whose owner is gone: it may have removed it.
func lockOwn(f *os.File, path string) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	there, err := os.Stat(path)
	if err != nil {
		return err
	}
	mine, err := f.Stat()
	if err == nil && !os.SameFile(there, mine) {
		err = os.ErrExist
	}
	return err
}

// Check says whether a text could be kept now: it writes one that is none.
func (s *Spool) Check(context.Context) error {
	f, err := os.CreateTemp(s.dir, "check-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to the folder: %w", cause(err))
	}
	_, err = f.Write(make([]byte, 4096))
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	if err != nil {
		return fmt.Errorf("nothing can be written to the folder: %w", cause(err))
	}
	return nil
}

// Append keeps texts in their order. When it returns nil they are on the disk,
// and their file is in its folder (INV-1).
func (s *Spool) Append(texts []carenet.InboundText) error {
	var buf []byte
	for _, t := range texts {
		var err error
		if buf, err = appendRecord(buf, s.keys, t); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits.Store(true)
	for try := 1; s.own == nil; try++ {
		if err := s.begin(); err != nil && try == maxTries {
			return fmt.Errorf("begin a file of the spool: %w", cause(err))
		}
	}
	_, err := s.own.Write(buf)
	if err == nil {
		err = s.own.Sync()
	}
	if err != nil {
		// Half a record must not stand before the next.
		if cut := s.own.Truncate(s.size); cut != nil {
			s.leave()
		}
		return fmt.Errorf("write to the spool: %w", cause(err))
	}
	s.size += int64(len(buf))
	s.spooled.Add(int64(len(texts)))
	return nil
}

// maxTries is how often a new file is begun: another process may take one for
// left behind in the instant before it is locked.
const maxTries = 3

// begin makes the process's own file. The caller holds the lock.
func (s *Spool) begin() error {
	s.made++
	name := filepath.Join(s.dir, fmt.Sprintf("%s-%04d%s", s.id, s.made, spoolSuffix))
	f, err := s.files(name)
	if err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(name))
	}
	s.own, s.name, s.size = f, name, 0
	return nil
}

// leave gives up a file that cannot be put right; its whole records are found
// again like those of a process that died. The caller holds the lock.
func (s *Spool) leave() {
	_ = s.own.Close()
	s.own, s.name, s.size = nil, "", 0
}

// Waits says whether texts wait in the spool: what comes then must wait behind
// them, or it would overtake.
func (s *Spool) Waits() bool { return s.waits.Load() }

// Busy says whether taken texts wait anywhere in the folder, in a file of this
// process or of another that lives.
func (s *Spool) Busy() bool {
	if s.Waits() {
		return true
	}
	names, err := s.leftBehind()
	if err != nil {
		return false
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		held := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
		_ = f.Close()
		if held {
			return true
		}
	}
	return false
}

// SpoolStats counts since the start.
type SpoolStats struct {
	Spooled  int64 // texts kept here while the database was away
	Replayed int64 // texts handed over to the database
	Refused  int64 // texts that the database, though there, would not take: kept for a human
	// Unreadable counts files that wait because no key opens them.
	Unreadable int64
}

// Stats returns the counts so far.
func (s *Spool) Stats() SpoolStats {
	return SpoolStats{s.spooled.Load(), s.replayed.Load(), s.refused.Load(), s.unreadable.Load()}
}

// Close lets go of the process's own file; what is in it stays.
func (s *Spool) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own != nil {
		s.leave()
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// cause leaves out the path, which operators know and logs need not.
func cause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// leftBehind are the files in the folder that are not this process's.
func (s *Spool) leftBehind() ([]string, error) {
	entries, err := os.ReadDir(s.dir) // sorted by name
	if err != nil {
		return nil, cause(err)
	}
	s.mu.Lock()
	own := filepath.Base(s.name)
	s.mu.Unlock()
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), spoolSuffix) && e.Name() != own {
			names = append(names, filepath.Join(s.dir, e.Name()))
		}
	}
	return names, nil
}
