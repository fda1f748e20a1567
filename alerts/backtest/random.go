package backtest

import "math"

// random is a small generator of its own, so that a seed draws the same
// patients with every version of Go: SplitMix64 (Steele, Lea & Flood 2014).
type random struct{ state uint64 }

// stream returns a generator for one patient: streams of different numbers have
// nothing to do with one another.
func stream(seed, number uint64) *random {
	r := &random{seed}
	r.state = r.bits() ^ number*0xd1342543de82ef95
	r.state = r.bits()
	return r
}

func (r *random) bits() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is uniform in (0, 1).
func (r *random) unit() float64 { return (float64(r.bits()>>11) + 0.5) / (1 << 53) }

func (r *random) between(low, high float64) float64 { return low + (high-low)*r.unit() }

// day is a whole number from low to high, both included.
func (r *random) day(low, high int) int { return low + int(r.unit()*float64(high-low+1)) }

// normal is a standard normal (Marsaglia's polar method).
func (r *random) normal() float64 {
	for {
		x, y := r.between(-1, 1), r.between(-1, 1)
		if s := x*x + y*y; s > 0 && s < 1 {
			return x * math.Sqrt(-2*math.Log(s)/s)
		}
	}
}

// normalWithin is a normal that is drawn again until it lies in [low, high].
func (r *random) normalWithin(mean, sd, low, high float64) float64 {
	for {
		if x := mean + sd*r.normal(); x >= low && x <= high {
			return x
		}
	}
}

// gamma is a gamma of the given shape, at least 1 (Marsaglia & Tsang 2000).
func (r *random) gamma(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.normal()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(r.unit()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func (r *random) beta(a, b float64) float64 {
	x, y := r.gamma(a), r.gamma(b)
	return x / (x + y)
}
