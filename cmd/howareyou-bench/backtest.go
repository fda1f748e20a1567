package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

const (
	backtestPatients = 10_000
	backtestDays     = 365
	backtestRounds   = 3 // at most: one takes ten seconds and more
	bytesBound       = 16
)

// backtest measures `howareyou backtest` as a process: a year of ten thousand
// patients who answer four days in five, from standard input in order of days.
// The yardstick is reading the same file and turning its scores into numbers.
func backtest(ctx context.Context, b *bench) ([]figure, error) {
	empty, err := backtestRun(ctx, b, 1, 1)
	if err != nil {
		return nil, err
	}
	var ours, yards, bytes []round
	for range min(b.rounds, backtestRounds) {
		one, err := backtestRun(ctx, b, backtestPatients, backtestDays)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		values, err := readAll(newScores(backtestPatients, backtestDays))
		if err != nil {
			return nil, err
		}
		took := time.Since(began)
		ours = append(ours, round{value: one.took.Seconds(), took: []time.Duration{one.took}})
		yards = append(yards, round{value: took.Seconds(), took: []time.Duration{took}})
		bytes = append(bytes, round{value: float64(one.memory-empty.memory) / float64(values), took: []time.Duration{one.took}})
		b.note("backtest: %d values, at most %.0f MB", values, float64(one.memory)/1e6)
	}
	out := compare("backtest_10000x365", "s", "read_csv", ours, yards)
	f := summary("backtest_memory", "B/value", bytes)
	f.to, f.ratio, f.low, f.high = "bound_16", f.value/bytesBound, f.value/bytesBound, f.value/bytesBound
	return append(out, f), nil
}

type backtestCost struct {
	took   time.Duration
	memory int64 // the most that was resident, bytes
}

func backtestRun(ctx context.Context, b *bench, patients, days int) (backtestCost, error) {
	cmd := exec.CommandContext(ctx, b.program, "backtest", "--scores", "-")
	cmd.Stdin, cmd.Stdout = newScores(patients, days), io.Discard
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return backtestCost{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// What wait4 reports begins with the memory of this process, which the new one
	// shares until it is another program: look at its own high-water mark instead.
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	var c backtestCost
	for {
		select {
		case err := <-ended:
			c.took = time.Since(began)
			if err != nil {
				err = fmt.Errorf("%s backtest: %w", b.program, err)
			}
			return c, err
		case <-look.C:
			c.memory = max(c.memory, highWater(cmd.Process.Pid))
		}
	}
}

var vmHWM = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// highWater is the most memory that a process has had resident, in bytes; 0
// where the system does not tell.
func highWater(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := vmHWM.FindSubmatch(text)
	if m == nil {
		return 0
	}
	kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10
}

func readAll(in io.Reader) (values int, err error) {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return 0, err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return values, err
		}
		if _, err := strconv.ParseFloat(row[2], 64); err != nil {
			return values, err
		}
		values++
	}
}

// scores is a file of scores that is made as it is read.
type scores struct {
	patients, days int
	patient, day   int
	random         *rand.Rand
	buf            []byte
	rest           []byte
}

func newScores(patients, days int) *scores {
	return &scores{patients: patients, days: days, random: rand.New(rand.NewPCG(5, 6)), rest: []byte("patient,at,score\n")}
}

func (s *scores) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.day == s.days {
			return 0, io.EOF
		}
		s.buf = s.buf[:0]
		for len(s.buf) < 32<<10 && s.day < s.days {
			s.line()
		}
		s.rest = s.buf
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *scores) line() {
	if s.random.IntN(5) > 0 {
		mean := 3 + float64(s.patient%5)*0.4
		score := min(5, max(1, math.Round(mean+0.7*s.random.NormFloat64())))
		s.buf = append(s.buf, 'p')
		s.buf = strconv.AppendInt(s.buf, int64(s.patient), 10)
		s.buf = append(s.buf, ',')
		s.buf = time.Date(2025, 1, 1+s.day, 0, 0, 0, 0, time.UTC).AppendFormat(s.buf, time.DateOnly)
		s.buf = append(s.buf, ',')
		s.buf = strconv.AppendInt(s.buf, int64(score), 10)
		s.buf = append(s.buf, '\n')
	}
	if s.patient++; s.patient == s.patients {
		s.patient = 0
		s.day++
	}
}
