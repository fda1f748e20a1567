package ui

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestNothingInline: no component writes what the policy forbids, no id occurs
// twice on a page, and everything that is pointed at by id is there.
func TestNothingInline(t *testing.T) {
	for _, words := range []galleryWords{english, arabic} {
		for name, page := range galleryPages(words) {
			root, err := html.Parse(strings.NewReader(render(t, page)))
			if err != nil {
				t.Fatal(err)
			}
			ids, wanted := map[string]bool{}, map[string]string{}
			for node := range root.Descendants() {
				if node.Type != html.ElementNode {
					continue
				}
				if node.Data == "style" || node.Data == "script" && node.FirstChild != nil {
					t.Errorf("%s/%s: an inline %s", words.lang, name, node.Data)
				}
				for _, a := range node.Attr {
					switch {
					case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
						t.Errorf("%s/%s: %s has an inline %s", words.lang, name, node.Data, a.Key)
					case a.Key == "id":
						if ids[a.Val] {
							t.Errorf("%s/%s: id %q occurs twice", words.lang, name, a.Val)
						}
						ids[a.Val] = true
					case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby":
						for _, id := range strings.Fields(a.Val) {
							wanted[id] = node.Data + " " + a.Key
						}
					}
				}
			}
			for id, by := range wanted {
				if !ids[id] {
					t.Errorf("%s/%s: %s points at %q, which is not there", words.lang, name, by, id)
				}
			}
		}
	}
}

// TestWordsAreEscaped: what people write cannot become markup.
func TestWordsAreEscaped(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	c := sampleChart(english, "c", sampleSeries(false))
	c.Title, c.Desc, c.Sentence = evil, evil, evil
	for name, component := range map[string]templ.Component{
		"Badge":  Badge(ToneRed, evil),
		"Button": Button(Action{Label: evil, Name: evil, Value: evil}),
		"Field":  Field(Input{ID: "x", Label: evil, Hint: evil, Error: evil, Value: evil, Lines: 3}),
		"Check":  Check(Tick{Label: evil, Hint: evil, Value: evil}),
		"Faces":  Faces(FaceQuestion{Question: evil, Words: [5]string{evil}, Digits: [5]string{evil}}),
		"Error":  ErrorState(Fault{What: evil, Kept: evil, Do: evil}),
		"Empty":  EmptyState(evil, evil),
		"Chart":  ChartFigure(c),
		"Spark":  Sparkline(Spark{ID: "s", Title: evil}),
		"Layout": Layout(Page{Title: evil, Organisation: evil, Words: PageWords{NotEmergency: evil}}),
	} {
		if strings.Contains(render(t, component), "<script>") {
			t.Errorf("%s lets markup through", name)
		}
	}
}

// TestUnsafeLinkIsRefused: a link can lead to a page, never run code.
func TestUnsafeLinkIsRefused(t *testing.T) {
	if out := render(t, Button(Action{Label: "x", Href: "javascript:alert(1)"})); strings.Contains(out, "javascript:") {
		t.Errorf("got %s", out)
	}
}

func TestIcons(t *testing.T) {
	source, err := os.ReadFile("icon.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`IconName = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	used := map[IconName]bool{}
	for _, m := range names {
		used[IconName(m[1])] = true
		if out := render(t, Icon(IconName(m[1]))); !strings.Contains(out, `aria-hidden="true"`) || strings.Contains(out, "<!--") {
			t.Errorf("icon %s: %s", m[1], out)
		}
	}
	for name := range iconShapes() {
		if !used[name] {
			t.Errorf("icon %s is embedded but has no name in Go", name)
		}
	}
	if err := Icon("no-such").Render(context.Background(), &strings.Builder{}); err == nil {
		t.Error("an unknown icon was drawn")
	}
}

// TestFacesDiffer: the five are told apart by shape alone.
func TestFacesDiffer(t *testing.T) {
	seen := map[string]int{}
	for score := 1; score <= 5; score++ {
		out := render(t, Face(score))
		if other, twice := seen[out]; twice {
			t.Errorf("faces %d and %d look alike", other, score)
		}
		seen[out] = score
	}
	for _, score := range []int{-1, 0, 6} {
		if out := render(t, Face(score)); out != "" {
			t.Errorf("Face(%d) = %q, want nothing", score, out)
		}
	}
}

func TestFacesCarryTheValue(t *testing.T) {
	out := render(t, Faces(FaceQuestion{ID: "q", Name: "score", Question: "?", Words: english.faces, Digits: english.digits, Chosen: 4, Required: true}))
	last := -1
	for i, word := range english.faces {
		input := `name="score" value="` + english.digits[i] + `"`
		at, wordAt := strings.Index(out, input), strings.Index(out, ">"+word+"<")
		if at < last || wordAt < at {
			t.Errorf("%q and its input are missing or out of order", word)
		}
		last = wordAt
	}
	if strings.Count(out, " checked") != 1 || !strings.Contains(out, `value="4" checked`) {
		t.Error("not exactly the fourth is chosen")
	}
}

func TestCSP(t *testing.T) {
	for _, forbidden := range []string{"unsafe", "*", "data:", "http:"} {
		if strings.Contains(CSP(), forbidden) {
			t.Errorf("the policy allows %s", forbidden)
		}
	}
	if !strings.Contains(CSP(), "frame-ancestors 'none'") {
		t.Error("anyone may frame the pages")
	}
	if got := CSP("http://127.0.0.1:18081"); !strings.HasSuffix(got, "frame-ancestors http://127.0.0.1:18081") {
		t.Errorf("got %s", got)
	}
}
