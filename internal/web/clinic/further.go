package clinic

import (
	"strings"

	"howareyou/carenet"
	"howareyou/internal/web/front"
)

// furtherDay is what was answered at one asking besides how they are.
type furtherDay struct{ when, answers string }

// furtherDays groups the answers by asking, newest first.
func furtherDays(r front.Reader, all []carenet.FurtherAnswer) (out []furtherDay) {
	var asking carenet.ID
	var said []string
	flush := func() {
		if len(said) > 0 {
			out[len(out)-1].answers = strings.Join(said, " · ")
		}
		said = nil
	}
	for _, a := range all {
		if a.Asking != asking {
			flush()
			asking, out = a.Asking, append(out, furtherDay{when: r.On(a.At)})
		}
		said = append(said, front.FurtherSaid(r, a))
	}
	flush()
	return out
}
