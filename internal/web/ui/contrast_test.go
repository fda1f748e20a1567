package ui

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast measures the tokens of both schemes as WCAG 2.2 defines contrast:
// text at least 6:1 on every ground it stands on, edges and drawn marks at least
// 3:1.
func TestContrast(t *testing.T) {
	const text, drawn = 6.0, 3.0
	pairs := []struct {
		ink, ground string
		least       float64
	}{
		{"ink", "paper", text},
		{"ink", "surface", text},
		{"ink", "band", text},
		{"muted", "paper", text},
		{"muted", "surface", text},
		{"link", "paper", text},
		{"link", "surface", text},
		{"leaf", "surface", text},
		{"on-leaf", "leaf", text},
		{"amber", "amber-ground", text},
		{"amber", "paper", text},
		{"amber", "surface", text},
		{"red", "red-ground", text},
		{"red", "paper", text},
		{"red", "surface", text},
		{"edge", "paper", drawn},
		{"edge", "surface", drawn},
		{"leaf", "paper", drawn},
		{"leaf", "band", drawn},
		{"muted", "band", drawn},
	}
	light, dark := schemes(t)
	for name, colours := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs {
			ink, ground := colours[p.ink], colours[p.ground]
			if ink == "" || ground == "" {
				t.Errorf("%s: %s or %s is not a colour token", name, p.ink, p.ground)
				continue
			}
			if got := contrast(t, ink, ground); got < p.least {
				t.Errorf("%s: %s on %s is %.2f:1, want %.1f:1", name, p.ink, p.ground, got, p.least)
			}
		}
	}
}

// TestThemeColour: the colour that the frame tells the browser is the paper's.
func TestThemeColour(t *testing.T) {
	light, dark := schemes(t)
	page := render(t, Layout(Page{}))
	for _, paper := range []string{light["paper"], dark["paper"]} {
		if !strings.Contains(page, `content="`+paper+`"`) {
			t.Errorf("no theme-color %s", paper)
		}
	}
}

var colourToken = regexp.MustCompile(`--([a-z-]+): (#[0-9A-F]{6});`)

// schemes reads the colours of tokens.css: light first, dark where it differs.
func schemes(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	before, after, found := strings.Cut(string(mustRead("css/tokens.css")), "prefers-color-scheme: dark")
	if !found {
		t.Fatal("tokens.css has no dark scheme")
	}
	read := func(css string) map[string]string {
		colours := map[string]string{}
		for _, m := range colourToken.FindAllStringSubmatch(css, -1) {
			colours[m[1]] = m[2]
		}
		return colours
	}
	light, dark = read(before), read(after)
	if len(light) != len(dark) {
		t.Errorf("%d colours in light, %d in dark", len(light), len(dark))
	}
	return light, dark
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance of an sRGB colour (WCAG 2.2).
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	weights := []float64{0.2126, 0.7152, 0.0722}
	total := 0.0
	for i, weight := range weights {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		total += weight * c
	}
	return total
}

func TestLuminanceKnownValues(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#FFFFFF", 21}, {"#777777", "#FFFFFF", 4.48}, {"#FFFFFF", "#FFFFFF", 1}} {
		if got := contrast(t, c.a, c.b); math.Abs(got-c.want) > 0.005 {
			t.Errorf("contrast(%s, %s) = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}
