package rulebook

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
)

// Hash names the text of a pack: whoever signs, tries or activates names what they
// mean to the last letter.
type Hash = [sha256.Size]byte

// HashOf is the hash of a pack's text.
func HashOf(text []byte) Hash { return sha256.Sum256(text) }

// BuiltIn is the hash of the pack that the program comes with.
func BuiltIn() Hash { return HashOf(pack.DefaultText()) }

// Name is a pack by its name and version.
type Name struct {
	ID      carenet.ID // of what the organisation keeps; NilID: the program's own, or text that is not kept
	Code    string
	Version int
	Hash    Hash
}

// Own says whether the pack is one that the organisation keeps.
func (n Name) Own() bool { return n.ID != carenet.NilID }

// Version is a pack that an organisation keeps.
type Version struct {
	Name
	By         string // who proposed it; "" for an operator
	At         time.Time
	Signatures []Signature
}

// Signature is a clinician's word that they answer for a version.
type Signature struct {
	By    carenet.ID
	Name  string // as it was then
	Words string // what they signed
	At    time.Time
}

// Activation says that a pack is in force from a moment on.
type Activation struct {
	Pack     Name
	At       time.Time
	ByName   string
	Backtest carenet.ID // whose result was shown
	NoData   bool       // there was nothing to try it on
	Note     string
}

// InForce is the last activation at or before a moment; ok is false where the
// program's own pack was in force since nobody had activated any. The activations
// are in order of time.
func InForce(all []Activation, at time.Time) (a Activation, ok bool) {
	n := len(all)
	i, _ := slices.BinarySearchFunc(all, at, func(a Activation, at time.Time) int {
		if a.At.After(at) {
			return 1
		}
		return -1
	})
	if i == 0 || n == 0 {
		return Activation{}, false
	}
	return all[i-1], true
}

// Retired are the rules of one pack that another does not have. The safety rules
// never are.
func Retired(from, to alerts.Pack) (rules []string) {
	for _, r := range from.Rules {
		gone := !slices.ContainsFunc(to.Rules, func(o alerts.Rule) bool { return o.ID == r.ID })
		if gone && !strings.HasPrefix(r.ID, alerts.SafetyPrefix) {
			rules = append(rules, r.ID)
		}
	}
	return rules
}

// MayGovern says whether staff of these roles may sign rules, put them in force and
// set budgets. All staff may propose and try them.
func MayGovern(roles []string) bool {
	return slices.Contains(roles, "admin") || slices.Contains(roles, "coordinator")
}
