package pack

import (
	_ "embed"
	"sync"
)

//go:embed packs/wellbeing.yaml
var wellbeing []byte

var parsedDefault = sync.OnceValue(func() Pack {
	p, err := Parse(wellbeing)
	if err != nil {
		panic("the default pack: " + err.Error()) // a test reads it
	}
	return p
})

// Default is the pack that an organisation starts with.
func Default() Pack { return parsedDefault() }

// DefaultText is the default pack as it is written, to start one's own from.
func DefaultText() []byte { return append([]byte(nil), wellbeing...) }
