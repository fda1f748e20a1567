package pack

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"howareyou/alerts"
)

// A name is a feature as conditions know it.
type name struct {
	kind *cel.Type
	get  func(*alerts.Features) (ref.Val, bool) // false when it is missing
}

var (
	items = cel.MapType(cel.StringType, cel.DoubleType)
	flags = cel.ListType(cel.StringType)
)

// names are all that a condition may speak of. The list is closed.
var names = map[string]name{
	"answered":        yes(func(f *alerts.Features) bool { return f.Answered }),
	"baseline_ready":  yes(func(f *alerts.Features) bool { return f.BaselineReady }),
	"prev_ready":      yes(func(f *alerts.Features) bool { return f.PrevDrop.Known }),
	"score":           {cel.DoubleType, score},
	"level":           plain(func(f *alerts.Features) float64 { return f.Level }),
	"scale_min":       plain(func(f *alerts.Features) float64 { return f.ScaleMin }),
	"scale_max":       plain(func(f *alerts.Features) float64 { return f.ScaleMax }),
	"base_mean":       num(func(f *alerts.Features) alerts.Number { return f.BaseMean }),
	"base_sd":         num(func(f *alerts.Features) alerts.Number { return f.BaseSD }),
	"base_n":          num(func(f *alerts.Features) alerts.Number { return f.BaseN }),
	"ewma":            num(func(f *alerts.Features) alerts.Number { return f.EWMA }),
	"ewma_z":          num(func(f *alerts.Features) alerts.Number { return f.EWMAZ }),
	"drop":            num(func(f *alerts.Features) alerts.Number { return f.Drop }),
	"prev_drop":       num(func(f *alerts.Features) alerts.Number { return f.PrevDrop }),
	"days_since_prev": num(func(f *alerts.Features) alerts.Number { return f.DaysSincePrev }),
	"below_streak":    num(func(f *alerts.Features) alerts.Number { return f.BelowStreak }),
	"low_streak":      num(func(f *alerts.Features) alerts.Number { return f.LowStreak }),
	"slope_week":      num(func(f *alerts.Features) alerts.Number { return f.SlopeWeek }),
	"mk_p":            num(func(f *alerts.Features) alerts.Number { return f.MKP }),
	"mk_n":            num(func(f *alerts.Features) alerts.Number { return f.MKN }),
	"anchor_mean":     num(func(f *alerts.Features) alerts.Number { return f.AnchorMean }),
	"anchor_n":        num(func(f *alerts.Features) alerts.Number { return f.AnchorN }),
	"recent28_mean":   num(func(f *alerts.Features) alerts.Number { return f.Recent28Mean }),
	"recent28_n":      num(func(f *alerts.Features) alerts.Number { return f.Recent28N }),
	"missed_streak":   num(func(f *alerts.Features) alerts.Number { return f.MissedStreak }),
	"missed_p":        num(func(f *alerts.Features) alerts.Number { return f.MissedP }),
	"item":            dict(func(f *alerts.Features) map[string]float64 { return f.Item }),
	"prev_item":       dict(func(f *alerts.Features) map[string]float64 { return f.PrevItem }),
	"base_item":       dict(func(f *alerts.Features) map[string]float64 { return f.BaseItem }),
	"low3_item":       dict(func(f *alerts.Features) map[string]float64 { return f.Low3Item }),
	"flags": {flags, func(f *alerts.Features) (ref.Val, bool) {
		return types.NewStringList(types.DefaultTypeAdapter, f.Flags), true
	}},
}

func score(f *alerts.Features) (ref.Val, bool) { return types.Double(f.Score), f.Answered }

func yes(get func(*alerts.Features) bool) name {
	return name{cel.BoolType, func(f *alerts.Features) (ref.Val, bool) { return types.Bool(get(f)), true }}
}

func plain(get func(*alerts.Features) float64) name {
	return name{cel.DoubleType, func(f *alerts.Features) (ref.Val, bool) { return types.Double(get(f)), true }}
}

func num(get func(*alerts.Features) alerts.Number) name {
	return name{cel.DoubleType, func(f *alerts.Features) (ref.Val, bool) {
		n := get(f)
		return types.Double(n.Value), n.Known
	}}
}

func dict(get func(*alerts.Features) map[string]float64) name {
	return name{items, func(f *alerts.Features) (ref.Val, bool) { return itemsOf(get(f)), true }}
}

// activation shows features to a condition. A missing one does not resolve,
// which makes the condition fail, unless the rest of it decides without.
type activation alerts.Features

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(n string) (any, bool) {
	known, ok := names[n]
	if !ok {
		return nil, false
	}
	v, ok := known.get((*alerts.Features)(a))
	if !ok {
		return nil, false
	}
	return v, true
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }
