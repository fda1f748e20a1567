package ui

import "strings"

// CSP returns the Content-Security-Policy under which every component works:
// nothing inline, nothing from elsewhere. Pages may be framed by nobody, unless
// frame ancestors are given; only the demo gives one.
func CSP(frameAncestors ...string) string {
	ancestors := "'none'"
	if len(frameAncestors) > 0 {
		ancestors = strings.Join(frameAncestors, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " + ancestors
}
