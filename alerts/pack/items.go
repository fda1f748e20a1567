package pack

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// itemsOf shows a map of numbers to a condition.
func itemsOf(m map[string]float64) ref.Val {
	if len(m) == 0 {
		return noItems
	}
	return types.DefaultTypeAdapter.NativeToValue(m)
}

// noItems is what nearly every check-in has.
var noItems = types.DefaultTypeAdapter.NativeToValue(map[string]float64{})
