// Package live tells open pages that something they show has changed. What
// travels is ids only: the page then asks again for what its person may see,
// so this package needs no policy and carries nothing to protect.
//
// Pages of one process hear of each other's changes without Redis; Redis
// carries them between processes. Both are best effort: whenever something may
// have been missed, each page is told to ask for everything again (Refetch).
package live
