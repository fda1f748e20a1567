package backtest

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"runtime"
	"slices"
	"time"

	"howareyou/alerts"
)

// Options say how a file is read and with what it is judged.
type Options struct {
	Scale alerts.Scale
	Pack  alerts.Pack
	// Zone is where local days are; nil takes the date that each time is
	// written with.
	Zone *time.Location
	// Workers is how many patients are judged at once; 0 is one a processor.
	Workers int
}

// Summary is what a file held and what was found in it.
type Summary struct {
	Values   int // lines that could be used
	Bad      int // lines that could not
	Missed   int // askings without answer
	Tied     int // days on which several answers of one moment differ: the worst counts
	Patients int
	// Weeks are patient-weeks: from each patient's first answer to their last
	// line, both days included.
	Weeks    float64
	Episodes int
	Findings map[string]int // of rules that open no episode
	Faults   map[alerts.Fault]int
	First    alerts.Day
	Last     alerts.Day
}

// Per100 is episodes per 100 patient-weeks.
func (s Summary) Per100() float64 {
	if s.Weeks == 0 {
		return 0
	}
	return 100 * float64(s.Episodes) / s.Weeks
}

// Run judges every patient of a CSV file with the columns patient, at and score
// and writes what was found as CSV, ordered by patient and day. All patients are
// followed to the last day of the file. problem is told of each line that cannot
// be used.
func Run(ctx context.Context, in io.Reader, out io.Writer, problem func(line int, why string), o Options) (Summary, error) {
	r := reader{in: bufio.NewReaderSize(in, longestLine), scale: o.Scale, zone: o.Zone, values: newValues(), problem: problem}
	if err := r.read(ctx); err != nil {
		return Summary{}, err
	}
	s := Summary{
		Values: r.values.n, Bad: r.bad, Last: r.values.last, First: r.values.last,
		Findings: make(map[string]int), Faults: make(map[alerts.Fault]int),
	}
	r.values.index, r.values.codes = nil, nil // not looked up again
	w := csv.NewWriter(out)
	if err := w.Write(header); err != nil {
		return s, err
	}
	err := judge(ctx, r.values, o, func(p judged) error {
		s.add(p)
		return w.WriteAll(p.rows)
	})
	if err != nil {
		return s, err
	}
	w.Flush()
	return s, w.Error()
}

// judged is one patient's result.
type judged struct {
	rows     [][]string
	answered bool
	missed   int
	tied     int
	first    alerts.Day
	days     int
	episodes int
	own      []string
	faults   []alerts.Fault
}

func (s *Summary) add(p judged) {
	s.Missed += p.missed
	s.Tied += p.tied
	if !p.answered {
		return
	}
	s.Patients++
	s.First = min(s.First, p.first)
	s.Weeks += float64(p.days) / 7
	s.Episodes += p.episodes
	for _, rule := range p.own {
		s.Findings[rule]++
	}
	for _, f := range p.faults {
		f.Day = 0
		s.Faults[f]++
	}
}

// batch is how many patients a worker takes at a time.
const batch = 16

// judge runs the rules over all patients, several at once, and hands over the
// results in the order of the patients' names.
func judge(ctx context.Context, v *values, o Options, each func(judged) error) error {
	starts := v.gather()
	order := make([]uint32, len(v.people))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(v.people[a], v.people[b]) })
	workers := o.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	type job struct {
		patients []uint32
		done     chan outcome
	}
	jobs, inOrder := make(chan job), make(chan job, 4*workers)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(jobs)
		defer close(inOrder)
		for chunk := range slices.Chunk(order, batch) {
			j := job{chunk, make(chan outcome, 1)}
			select {
			case <-ctx.Done():
				return
			case inOrder <- j:
			}
			select {
			case <-ctx.Done():
				return
			case jobs <- j:
			}
		}
	}()
	for range workers {
		go func() {
			w := worker{values: v, options: o}
			for j := range jobs {
				j.done <- w.all(j.patients, starts)
			}
		}()
	}
	for j := range inOrder {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case got := <-j.done:
			if got.err != nil {
				return got.err
			}
			for _, p := range got.patients {
				if err := each(p); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

type outcome struct {
	patients []judged
	err      error
}
