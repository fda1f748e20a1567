package auth

import "regexp"

// maxLeadsTo is the longest path that a sign-in leads to.
const maxLeadsTo = 200

var clinicPath = regexp.MustCompile(`^/clinic(/[a-z]+(/[0-9a-z-]+)*)?$`)

// LeadsTo is the page that a sign-in at this door may lead to: path itself when it
// is one of ours behind that door, else "". It never leads to another site, and
// holds ids and words of ours alone.
func LeadsTo(door Door, path string) string {
	if door != ClinicDoor || len(path) > maxLeadsTo || !clinicPath.MatchString(path) {
		return ""
	}
	return path
}
