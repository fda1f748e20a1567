package ui

// Tone is how much a thing asks for attention. It shows as colour, shape and
// word together, never as colour alone.
type Tone string

// The tones.
const (
	ToneNeutral Tone = "neutral"
	ToneLeaf    Tone = "leaf"
	ToneAmber   Tone = "amber"
	ToneRed     Tone = "red"
)

// shape is the tone's icon: a dashed ring, a ticked ring, a triangle, an octagon.
func (t Tone) shape() IconName {
	switch t {
	case ToneRed:
		return IconRed
	case ToneAmber:
		return IconAmber
	case ToneLeaf:
		return IconGood
	}
	return IconPlain
}
