package carenet

import "time"

// Usage is what an organisation sent in a month.
type Usage struct {
	Month     time.Time // its first instant, UTC
	Texts     int       // that the provider took, tried again ones each time
	Parts     int       // as which they are charged
	CountedAt time.Time
}

// PartPrice is what one part of a text out costs; the zero PartPrice is unknown.
type PartPrice struct {
	Amount   float64
	Currency string // ISO 4217, such as GBP
}

// Cost is about what the parts cost: carriers charge what they charge.
func (p PartPrice) Cost(u Usage) float64 { return p.Amount * float64(u.Parts) }

// Check says whether a price can be one.
func (p PartPrice) Check() error {
	const op = "set the price of a part"
	switch {
	case p == PartPrice{}:
	case p.Amount < 0.00001 || p.Amount > 1000:
		return Errorf(Invalid, op, "a part costs between 0.00001 and 1000")
	case len(p.Currency) != 3 || !isUpper(p.Currency):
		return Errorf(Invalid, op, "a currency is three capitals, such as GBP")
	}
	return nil
}

func isUpper(s string) bool {
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
