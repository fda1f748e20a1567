package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// A figure is one line of the result.
type figure struct {
	name   string
	value  float64
	unit   string
	ratio  float64 // of the value to its yardstick: the median over the rounds
	to     string  // the yardstick
	p50    time.Duration
	p99    time.Duration
	rounds int
	low    float64 // of the rounds' ratios
	high   float64
}

// String is the line: bench name=inbound_c32 value=9120 unit=1/s ...
func (f figure) String() string {
	return fmt.Sprintf("bench name=%s value=%s unit=%s ratio=%s to=%s p50_ms=%s p99_ms=%s rounds=%d spread=%s-%s",
		f.name, short(f.value), f.unit, short(f.ratio), f.to, short(ms(f.p50)), short(ms(f.p99)), f.rounds, short(f.low), short(f.high))
}

// short writes three significant digits, and every digit before the point.
func short(x float64) string {
	switch {
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case x >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x >= 0.1:
		return strconv.FormatFloat(x, 'f', 3, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// A round is one measurement: what was counted, and how long each took.
type round struct {
	value float64
	took  []time.Duration
}

// compare puts a measurement and its yardstick, taken in turns, into two
// figures. The yardstick is its own measure: its spread is the machine's noise.
func compare(name, unit, yardstick string, ours, yards []round) []figure {
	f := summary(name, unit, ours)
	f.to = yardstick
	var ratios []float64
	for i := range ours {
		ratios = append(ratios, ours[i].value/yards[i].value)
	}
	f.ratio, f.low, f.high = median(ratios), slices.Min(ratios), slices.Max(ratios)

	y := summary(yardstick, unit, yards)
	y.to, y.ratio = yardstick, 1
	var noise []float64
	for _, r := range yards {
		noise = append(noise, r.value/y.value)
	}
	y.low, y.high = slices.Min(noise), slices.Max(noise)
	return []figure{f, y}
}

func summary(name, unit string, rounds []round) figure {
	f := figure{name: name, unit: unit, rounds: len(rounds)}
	var values []float64
	var all []time.Duration
	for _, r := range rounds {
		values = append(values, r.value)
		all = append(all, r.took...)
	}
	slices.Sort(all)
	f.value, f.p50, f.p99 = median(values), quantile(all, 0.50), quantile(all, 0.99)
	return f
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// quantile is the smallest duration that at least the share q of them does not
// exceed. The durations are sorted.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(q * float64(len(sorted)))
	if float64(i) == q*float64(len(sorted)) {
		i--
	}
	return sorted[min(max(i, 0), len(sorted)-1)]
}
