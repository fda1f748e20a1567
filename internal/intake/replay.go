package intake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"howareyou/carenet"
	"howareyou/internal/batch"
)

// taker takes a batch in which no number stands twice. away says that the
// database is not there: what is left waits on.
type taker func(ctx context.Context, texts []carenet.InboundText) (away bool, err error)

// errAway ends a replay that the database is not there for.
var errAway = errors.New("the database is away")

// Replay hands over what waits in the folder, in the order in which it came, and
// returns how many texts that were. Nothing is removed before all of its file is
// handed over: a process that dies in between has it done again, and the second time
// has no effect (INV-2). What living processes hold goes with it, and is left to them
// to remove: else a number's later text, kept by this process, would be read before
// an earlier one that another kept.
func (s *Spool) Replay(ctx context.Context, take taker) (done int, err error) {
	left, texts, theirs, err := s.others(ctx)
	defer func() {
		for _, f := range left {
			_ = f.file.Close()
		}
	}()
	if err != nil {
		return 0, err
	}
	read := int64(0)
	for {
		own, upTo, err := s.readOwn(read)
		if err != nil {
			return done, err
		}
		texts = append(texts, own...)
		theirs = without(theirs, texts)
		texts = append(texts, theirs...)
		slices.SortStableFunc(texts, func(a, b carenet.InboundText) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
		n, err := s.handOver(ctx, texts, sids(theirs), take)
		done += n
		if err != nil {
			return done, err
		}
		texts, theirs, read = nil, nil, upTo
		if err := s.drop(left); err != nil {
			return done, err
		}
		left = nil
		if over, err := s.finish(read); over || err != nil {
			return done, err
		}
	}
}

// leftFile is a file that nobody holds any more, locked.
type leftFile struct {
	path    string
	file    *os.File
	damaged int
}

// others reads the files that are not this process's: it locks those of processes that
// are gone, with texts in them, and theirs are the texts of processes that live. A file
// that no key opens waits where it is and holds up no other.
func (s *Spool) others(ctx context.Context) (left []leftFile, texts, theirs []carenet.InboundText, err error) {
	names, err := s.leftBehind()
	if err != nil {
		return nil, nil, nil, err
	}
	unreadable := int64(0)
	defer func() { s.unreadable.Store(unreadable) }()
	for _, name := range names {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process was faster
		}
		if err != nil {
			return left, nil, nil, fmt.Errorf("open a file of the spool: %w", cause(err))
		}
		free := lockFree(ctx, f)
		content, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			_ = f.Close() // handed over and removed between the two
			continue
		}
		if err != nil {
			_ = f.Close()
			return left, nil, nil, fmt.Errorf("read a file of the spool: %w", cause(err))
		}
		// A record that its living owner is just writing is cut off, as one that was
		// never finished: whatever was said to be kept is whole.
		found, damaged, err := readRecords(content, s.keys)
		if free && err == nil {
			texts, left = append(texts, found...), append(left, leftFile{name, f, damaged})
			continue
		}
		_ = f.Close()
		if free {
			unreadable++
		} else {
			theirs = append(theirs, found...)
		}
	}
	return left, texts, theirs, nil
}

// without leaves out of theirs what is among ours too, as when the provider asked twice,
// and all when there is none of ours: then nothing of theirs can be overtaken.
func without(theirs, ours []carenet.InboundText) []carenet.InboundText {
	if len(ours) == 0 {
		return nil
	}
	have := sids(ours)
	return slices.DeleteFunc(theirs, func(t carenet.InboundText) bool { return have[t.SID] })
}

func sids(texts []carenet.InboundText) map[string]bool {
	all := make(map[string]bool, len(texts))
	for _, t := range texts {
		all[t.SID] = true
	}
	return all
}

// lockFree locks a file unless a living process has it. Whoever asks whether a file is
// busy has its lock for an instant, and is not taken for its owner: nobody would
// remove the file before the next start.
func lockFree(ctx context.Context, f *os.File) bool {
	const tries = 10
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for try := 1; ; try++ {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return true
		}
		if try == tries {
			return false
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return false
		}
	}
}

// readOwn reads what this process has kept behind from.
func (s *Spool) readOwn(from int64) ([]carenet.InboundText, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own == nil || s.size == from {
		return nil, from, nil
	}
	content := make([]byte, s.size-from)
	if _, err := s.own.ReadAt(content, from); err != nil {
		return nil, from, fmt.Errorf("read the spool: %w", cause(err))
	}
	texts, damaged, err := readRecords(content, s.keys)
	if err == nil && damaged > 0 {
		err = errors.New("read the spool: the disk gives back something else than was written")
	}
	return texts, s.size, err
}

// handOver takes texts in batches in which no number stands twice, and counts those
// that are not theirs.
func (s *Spool) handOver(ctx context.Context, texts []carenet.InboundText, theirs map[string]bool, take taker) (done int, err error) {
	for len(texts) > 0 {
		numbers, n := map[string]bool{}, 0
		for n < len(texts) && n < batch.Most && !numbers[texts[n].From] {
			numbers[texts[n].From] = true
			n++
		}
		ours, err := s.takeBatch(ctx, texts[:n], theirs, take)
		done += ours
		if err != nil {
			return done, err
		}
		texts = texts[n:]
	}
	return done, nil
}

// takeBatch takes a batch at once, and one by one when that fails. What the
// database refuses though it is there is kept aside by the process that holds it: it
// must not hold up others.
func (s *Spool) takeBatch(ctx context.Context, batch []carenet.InboundText, theirs map[string]bool, take taker) (ours int, err error) {
	away, err := take(ctx, batch)
	switch {
	case err == nil:
		for _, t := range batch {
			if !theirs[t.SID] {
				ours++
			}
		}
		s.replayed.Add(int64(ours))
		return ours, nil
	case away || ctx.Err() != nil:
		return 0, errAway
	case len(batch) > 1:
		for i := range batch {
			n, err := s.takeBatch(ctx, batch[i:i+1], theirs, take)
			ours += n
			if err != nil {
				return ours, err
			}
		}
		return ours, nil
	case theirs[batch[0].SID]:
		return 0, nil
	}
	s.refused.Add(1)
	return 1, s.keepAside(batch[0])
}

// keepAside puts a text, sealed as it was, where nothing replays it.
func (s *Spool) keepAside(text carenet.InboundText) error {
	record, err := appendRecord(nil, s.keys, text)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, s.id+"-*"+keptSuffix)
	if err != nil {
		return cause(err)
	}
	_, err = f.Write(record)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), syncDir(s.dir))
}

// drop removes files whose texts were handed over.
func (s *Spool) drop(left []leftFile) error {
	for _, f := range left {
		end := func() error { return os.Remove(f.path) }
		if f.damaged > 0 {
			end = func() error { return os.Rename(f.path, f.path+damagedSuffix) }
		}
		if err := end(); err != nil {
			return cause(err)
		}
		_ = f.file.Close()
	}
	if len(left) == 0 {
		return nil
	}
	return syncDir(s.dir)
}

// finish removes the process's own file when nothing was added to it since it was
// read, and lets texts go straight to the database from then on.
func (s *Spool) finish(read int64) (over bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own == nil {
		s.waits.Store(false)
		return true, nil
	}
	if s.size != read {
		return false, nil
	}
	// Removed before it is let go of, or another process could claim it in between.
	if err := os.Remove(s.name); err != nil {
		return false, cause(err)
	}
	s.leave()
	s.waits.Store(false)
	return true, syncDir(s.dir)
}
