package alerts

import (
	"slices"

	"howareyou/carenet/reply"
)

// The names of the safety rules. They are part of the program: no pack holds
// them, so no pack can take them out, and every evaluation tries them before
// any pack's rules (INV-10).
const (
	RuleSelfHarm = "SAFE-SELFHARM"
	RuleRedFlag  = "SAFE-REDFLAG"
	RuleHelp     = "SAFE-HELP"

	// SafetyPrefix is what only their names begin with.
	SafetyPrefix = "SAFE-"
)

// Item9 is the ninth item of the PHQ-9: thoughts of being better off dead or of
// hurting oneself, 0 to 3.
const Item9 = "phq9_9"

// SafetyPack holds the rules that nothing suppresses.
func SafetyPack() Pack { return safetyPack }

var safetyPack = Pack{ID: "safety", Version: 1, Rules: []Rule{
	safety(RuleSelfHarm, Red, "Simon 2013: item 9 of the PHQ-9, and phrases of the C-SSRS's concepts", func(f *Features) bool {
		return slices.Contains(f.Flags, reply.FlagSelfHarm) || f.Item[Item9] >= 1
	}),
	safety(RuleRedFlag, Red, "chest pain, severe breathlessness, signs of stroke, bleeding", func(f *Features) bool {
		return slices.ContainsFunc(f.Flags, func(flag string) bool { return slices.Contains(redFlags, flag) })
	}),
	safety(RuleHelp, AmberHigh, "the patient asks for somebody, or fell: judgement", func(f *Features) bool {
		return slices.Contains(f.Flags, reply.FlagWantsContact) || slices.Contains(f.Flags, reply.FlagFall)
	}),
}}

var redFlags = []string{reply.FlagChestPain, reply.FlagBreathless, reply.FlagStroke, reply.FlagBleeding}

func safety(id string, severity Severity, source string, when func(*Features) bool) Rule {
	return Rule{
		ID: id, Version: 1, Severity: severity, Words: "reason.safety", Source: source, Answers: 1,
		When:   func(f *Features) (bool, error) { return when(f), nil },
		Limits: func(*Features) ([]Limit, error) { return nil, nil },
	}
}

// speaks says whether there is anything that a safety rule looks at.
func speaks(f *Features) bool { return len(f.Flags) > 0 || f.Item[Item9] >= 1 }
