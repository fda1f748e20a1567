package twiliosim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// record is one line of the journal: the newest state of one thing.
type record struct {
	Message *message `json:"message,omitempty"`
	Phone   *Phone   `json:"phone,omitempty"`
	Block   *block   `json:"block,omitempty"`
	Call    *call    `json:"call,omitempty"`
}

type block struct {
	Number string `json:"number"`
	Phone  string `json:"phone"`
	On     bool   `json:"on"`
}

// store appends records to a file. It outlives a killed process (each line is
// handed to the system whole), not a power cut: this is a simulator.
type store struct {
	file *os.File
	log  func(error)
}

func (st *store) put(r record) {
	line, err := json.Marshal(r)
	if err == nil {
		_, err = st.file.Write(append(line, '\n'))
	}
	if err != nil {
		st.log(err)
	}
}

func (st *store) close() {
	if err := st.file.Close(); err != nil {
		st.log(err)
	}
}

// restore reads the journal, writes it anew with one line a thing, and goes on
// from there.
func (s *Sim) restore(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("twiliosim: %w", err)
	}
	path := filepath.Join(dir, "journal.jsonl")
	if err := s.read(path); err != nil {
		return fmt.Errorf("twiliosim: read journal: %w", err)
	}

	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("twiliosim: %w", err)
	}
	var failed error
	st := &store{file: file, log: func(err error) { failed = errors.Join(failed, err) }}
	for _, r := range s.records() {
		st.put(r)
	}
	if failed = errors.Join(failed, os.Rename(path+".new", path)); failed != nil {
		return fmt.Errorf("twiliosim: write journal: %w", errors.Join(failed, file.Close()))
	}
	st.log = func(err error) { s.opt.Log.Error("twilio simulator: journal", "error", err) }
	s.store = st
	return nil
}

func (s *Sim) read(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()

	messages := make(map[string]*message)
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // a last line without its end was cut off by a kill
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		switch {
		case r.Message != nil:
			messages[r.Message.SID] = r.Message
		case r.Phone != nil:
			s.addPhone(*r.Phone)
		case r.Block != nil:
			s.setBlock(pair{r.Block.Number, r.Block.Phone}, r.Block.On)
		case r.Call != nil:
			s.putCall(r.Call)
		}
	}

	byCreation := make([]*message, 0, len(messages))
	for _, m := range messages {
		byCreation = append(byCreation, m)
	}
	slices.SortFunc(byCreation, func(a, b *message) int { return int(a.Seq - b.Seq) })
	for _, m := range byCreation {
		s.index(m)
		s.seq = max(s.seq, m.Seq, m.Arrival)
	}
	arrived := slices.DeleteFunc(byCreation, func(m *message) bool { return m.Arrival == 0 })
	slices.SortFunc(arrived, func(a, b *message) int { return int(a.Arrival - b.Arrival) })
	for _, m := range arrived {
		h := s.phone(m.handset())
		h.texts = append(h.texts, m)
	}
	return nil
}

// records is the whole state, one record a thing.
func (s *Sim) records() []record {
	var all []record
	for _, h := range s.phones {
		all = append(all, record{Phone: &h.Phone})
	}
	for p := range s.blocked {
		all = append(all, record{Block: &block{p.number, p.phone, true}})
	}
	for _, c := range s.voice {
		all = append(all, record{Call: c})
	}
	for _, m := range s.all {
		all = append(all, record{Message: m})
	}
	return all
}

func (s *Sim) save(r record) {
	if s.store != nil {
		s.store.put(r)
	}
}
