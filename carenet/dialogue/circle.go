package dialogue

import (
	"slices"

	"howareyou/carenet"
)

// Place is somebody's place in a patient's circle.
type Place struct {
	Follower carenet.ID
	Person   carenet.ID
	Name     string
}

// NamedPlaces are the places that a name may mean: those whose whole name it
// is, or else those of which it is a part.
func NamedPlaces(name string, circle []Place) []Place {
	said := carenet.NameWords(name)
	if len(said) == 0 {
		return nil
	}
	var whole, part []Place
	for _, p := range circle {
		switch {
		case slices.Equal(carenet.NameWords(p.Name), said):
			whole = append(whole, p)
		case isNamed(p.Name, said):
			part = append(part, p)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return part
}
