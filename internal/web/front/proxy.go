package front

import (
	"howareyou/carenet"
	"howareyou/notify/text"
)

// RelationWords are what a patient is to somebody.
var RelationWords = map[carenet.Relation]text.Key{
	carenet.Mother: text.ProxyMother, carenet.Father: text.ProxyFather, carenet.Grandmother: text.ProxyGrandmother, carenet.Grandfather: text.ProxyGrandfather,
	carenet.Wife: text.ProxyWife, carenet.Husband: text.ProxyHusband, carenet.Sister: text.ProxySister, carenet.Brother: text.ProxyBrother,
	carenet.Daughter: text.ProxyDaughter, carenet.Son: text.ProxySon, carenet.Aunt: text.ProxyAunt, carenet.Uncle: text.ProxyUncle,
}
