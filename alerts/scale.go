package alerts

import "howareyou/carenet"

// Scale is the range of scores of a question and what is known of how people
// use it. Inside this package every score is higher-is-better; Normal and
// Shown turn a lower-is-better scale over and back.
type Scale struct {
	Min           float64 `json:"min"`
	Max           float64 `json:"max"`
	LowerIsBetter bool    `json:"lower_is_better,omitempty"`
	// Spread is the within-person standard deviation expected of a patient
	// about whom little is known yet. The baseline leans on it (see Baseline).
	Spread float64 `json:"spread"`
}

// OneToFive is the scale of five faces, 5 the best.
func OneToFive() Scale { return Scale{Min: 1, Max: 5, Spread: 0.7} }

// ZeroToTen is the eleven-point scale, 10 the best.
func ZeroToTen() Scale { return Scale{Min: 0, Max: 10, Spread: 1.6} }

// ScaleOf is the scale from min to max. The spread expected of a person is known
// for the two scales above; of any other it is taken to be that of five faces,
// in levels.
func ScaleOf(min, max float64) Scale {
	s := Scale{Min: min, Max: max}
	for _, known := range []Scale{OneToFive(), ZeroToTen()} {
		if s.Min == known.Min && s.Max == known.Max {
			return known
		}
	}
	s.Spread = OneToFive().Spread * s.Level()
	return s
}

// Reversed returns the scale with its lowest score as the best one, as for
// pain.
func (s Scale) Reversed() Scale {
	s.LowerIsBetter = !s.LowerIsBetter
	return s
}

// Level is the size of one step of five over the scale: 1 on 1 to 5, 2.5 on 0
// to 10. Rules are written in levels so that they hold for both.
func (s Scale) Level() float64 { return (s.Max - s.Min) / 4 }

// Normal returns the score as higher-is-better. It fails with Invalid when
// the score is no number or is off the scale.
func (s Scale) Normal(score float64) (float64, error) {
	if !s.holds(score) {
		return 0, carenet.Errorf(carenet.Invalid, "normalise score", "the score is not on the scale")
	}
	return s.turn(score), nil
}

// Shown is the inverse of Normal: what the patient and the staff see.
func (s Scale) Shown(normal float64) float64 { return s.turn(normal) }

func (s Scale) turn(x float64) float64 {
	if s.LowerIsBetter {
		return s.Min + s.Max - x
	}
	return x
}

// holds is false for NaN: no comparison with it holds.
func (s Scale) holds(x float64) bool { return x >= s.Min && x <= s.Max }
