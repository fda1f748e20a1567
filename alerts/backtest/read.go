package backtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// columns says where the fields of a line are.
type columns struct{ patient, at, score int }

// longestLine is more than any line with a name, a time and a score.
const longestLine = 64 << 10

type reader struct {
	in      *bufio.Reader
	scale   alerts.Scale
	zone    *time.Location // nil: the day is the one that is written
	values  *values
	problem func(line int, why string)
	line    int
	bad     int
	fields  [][]byte
	buf     []byte
}

// read takes in the whole file. Lines that cannot be used are told of and left
// out. It fails only when there is no file to speak of.
func (r *reader) read(ctx context.Context) error {
	header, err := r.next()
	if err != nil && !errors.Is(err, errLong) {
		return carenet.Errorf(carenet.Invalid, "read scores", "the file is empty")
	}
	cols, ok := findColumns(header)
	if !ok {
		if len(header) < 3 {
			return carenet.Errorf(carenet.Invalid, "read scores", "the first line must name the columns patient, at and score")
		}
		cols = columns{0, 1, 2}
		r.take(header, cols) // no header: it is a value like the others
	}
	for {
		fields, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLong):
			r.refuse("the line is longer than 64 KiB")
			continue
		case err != nil:
			return err
		}
		if r.line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(fields) == 1 && len(fields[0]) == 0 {
			continue // an empty line
		}
		r.take(fields, cols)
	}
}

func findColumns(header [][]byte) (columns, bool) {
	c := columns{-1, -1, -1}
	for i, f := range header {
		switch string(bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(f, []byte("\ufeff"))))) {
		case "patient":
			c.patient = i
		case "at":
			c.at = i
		case "score":
			c.score = i
		}
	}
	return c, c.patient >= 0 && c.at >= 0 && c.score >= 0
}

func (r *reader) refuse(why string) {
	r.bad++
	r.problem(r.line, why)
}

// take keeps one line's value, or says what is wrong with it, without quoting
// it: names and scores stay out of what ends up in a log.
func (r *reader) take(fields [][]byte, c columns) {
	if len(fields) <= max(c.patient, c.at, c.score) {
		r.refuse("there are too few fields; patient, at and score are needed")
		return
	}
	patient, score := bytes.TrimSpace(fields[c.patient]), bytes.TrimSpace(fields[c.score])
	if len(patient) == 0 {
		r.refuse("there is no patient")
		return
	}
	day, moment, ok := when(bytes.TrimSpace(fields[c.at]), r.zone)
	if !ok {
		r.refuse("the time is neither a date (2026-03-01) nor RFC 3339 (2026-03-01T09:30:00Z)")
		return
	}
	var normal float64
	if len(score) > 0 {
		x, err := strconv.ParseFloat(string(score), 64)
		if err != nil {
			r.refuse("the score is not a number")
			return
		}
		if normal, err = r.scale.Normal(x); err != nil {
			r.refuse(fmt.Sprintf("the score is not on the scale from %v to %v", r.scale.Min, r.scale.Max))
			return
		}
	}
	if err := r.values.add(patient, day, moment, normal, len(score) > 0); err != nil {
		r.refuse(err.Error())
	}
}

// when reads a date or a time of RFC 3339: the local day, and the milliseconds
// since it began.
func when(text []byte, zone *time.Location) (day alerts.Day, moment int64, ok bool) {
	if len(text) == len(time.DateOnly) {
		t, err := time.Parse(time.DateOnly, string(text))
		return alerts.DayOf(t), 0, err == nil && t.Year() > 0
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.Year() < 2 || t.Year() > 9998 {
		return 0, 0, false
	}
	if zone != nil {
		t = t.In(zone)
	}
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	return alerts.DayOf(t), min(max(0, t.Sub(midnight).Milliseconds()), 1<<momentBits-1), true
}

var errLong = errors.New("long line")

// next returns the fields of the next line, in memory that is used again.
func (r *reader) next() ([][]byte, error) {
	line, err := r.in.ReadSlice('\n')
	r.line++
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, errLong
	}
	if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
		return nil, err
	}
	line = bytes.TrimRight(line, "\r\n")
	r.fields = r.fields[:0]
	if bytes.IndexByte(line, '"') < 0 {
		for {
			i := bytes.IndexByte(line, ',')
			if i < 0 {
				r.fields = append(r.fields, line)
				return r.fields, nil
			}
			r.fields = append(r.fields, line[:i])
			line = line[i+1:]
		}
	}
	return r.quoted(line), nil
}

// quoted splits a line in which fields stand in quotation marks (RFC 4180),
// where a doubled one means itself.
func (r *reader) quoted(line []byte) [][]byte {
	r.buf = r.buf[:0]
	var ends []int
	inside := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"' && inside && i+1 < len(line) && line[i+1] == '"':
			r.buf = append(r.buf, '"')
			i++
		case c == '"':
			inside = !inside
		case c == ',' && !inside:
			ends = append(ends, len(r.buf))
		default:
			r.buf = append(r.buf, c)
		}
	}
	ends = append(ends, len(r.buf))
	start := 0
	for _, end := range ends {
		r.fields = append(r.fields, r.buf[start:end])
		start = end
	}
	return r.fields
}
