package webtest

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeSource is axe-core; scripts/assets.sh brings it.
//
//go:embed axe/axe.min.js
var axeSource string

// violation is what axe reports of one rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
		HTML    string `json:"html"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s", v.ID, v.Help)
	for _, node := range v.Nodes {
		fmt.Fprintf(&out, "\n  %v\n    %s\n    %s", node.Target, node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n    "))
	}
	return out.String()
}

// Axe checks the page that the tab shows against WCAG 2.2 A and AA and axe's
// best practices, and fails the test for each rule that is broken. It does not
// see the contrast of drawn things: look at the pictures for those.
func (tab *Tab) Axe(t testing.TB) {
	t.Helper()
	for _, v := range tab.axe(t) {
		t.Errorf("axe: %s", v)
	}
}

func (tab *Tab) axe(t testing.TB) []violation {
	t.Helper()
	// Evaluated by the debugger, axe is not subject to the page's policy.
	Ask(t, tab, chromedp.Evaluate[bool](axeSource+"\n;true"))
	return Ask(t, tab, chromedp.Evaluate[[]violation](
		`axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
			.then((result) => result.violations)`, chromedp.EvalAwaitPromise))
}

// Axe opens url in a tab of its own and checks it.
func Axe(t testing.TB, url string, width int, dark bool) {
	t.Helper()
	tab := Browser(t)
	tab.Look(t, View{Width: width, Dark: dark})
	tab.Open(t, url)
	tab.Axe(t)
}
