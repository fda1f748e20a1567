package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// IconName names one of the Lucide icons that are embedded.
type IconName string

// The icons in use, by what they say.
const (
	IconNone      IconName = ""
	IconForward   IconName = "arrow-right"
	IconBell      IconName = "bell"
	IconMuted     IconName = "bell-off"
	IconDay       IconName = "calendar"
	IconDone      IconName = "check"
	IconRead      IconName = "check-check"
	IconNext      IconName = "chevron-right"
	IconGood      IconName = "circle-check"
	IconPlain     IconName = "circle-dashed"
	IconQuestion  IconName = "circle-question-mark"
	IconTime      IconName = "clock"
	IconSeen      IconName = "eye"
	IconHidden    IconName = "eye-off"
	IconFlag      IconName = "flag"
	IconTakenOn   IconName = "hand-heart"
	IconKindWord  IconName = "heart"
	IconWaiting   IconName = "hourglass"
	IconInfo      IconName = "info"
	IconKeys      IconName = "keyboard"
	IconHelp      IconName = "life-buoy"
	IconPrivate   IconName = "lock"
	IconSignIn    IconName = "log-in"
	IconSignOut   IconName = "log-out"
	IconEmail     IconName = "mail"
	IconMessage   IconName = "message-circle"
	IconRed       IconName = "octagon-alert"
	IconPaused    IconName = "pause"
	IconCall      IconName = "phone"
	IconSearch    IconName = "search"
	IconSend      IconName = "send"
	IconSettings  IconName = "settings"
	IconAmber     IconName = "triangle-alert"
	IconPerson    IconName = "user"
	IconCircle    IconName = "users"
	IconNoNetwork IconName = "wifi-off"
	IconClose     IconName = "x"
)

// turning icons point along the line of reading, so they turn round with it.
var turning = map[IconName]bool{
	IconForward: true, IconNext: true, IconSignIn: true, IconSignOut: true, IconSend: true,
}

// iconShapes holds what lies inside each icon's svg element.
var iconShapes = sync.OnceValue(func() map[IconName]string {
	const dir = "assets/third_party/lucide"
	shapes := map[IconName]string{}
	entries, err := files.ReadDir(dir)
	if err != nil {
		panic("ui: " + err.Error())
	}
	for _, entry := range entries {
		name, isIcon := strings.CutSuffix(entry.Name(), ".svg")
		if !isIcon {
			continue
		}
		text := string(mustRead("third_party/lucide/" + entry.Name()))
		_, text, opened := strings.Cut(text, "<svg")
		_, text, started := strings.Cut(text, ">")
		text, _, ended := strings.Cut(text, "</svg>")
		if !opened || !started || !ended {
			panic(fmt.Sprintf("ui: icon %q is not an svg", name))
		}
		shapes[IconName(name)] = strings.Join(strings.Fields(text), " ")
	}
	return shapes
})

// Icon draws an icon in the colour of the text around it. It is hidden from
// screen readers: an icon always stands beside its word. IconNone draws nothing.
func Icon(name IconName) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if name == IconNone {
			return nil
		}
		shapes, ok := iconShapes()[name]
		if !ok {
			return fmt.Errorf("ui: no icon named %q", name)
		}
		class := "icon"
		if turning[name] {
			class = "icon icon-turns"
		}
		_, err := io.WriteString(w, `<svg class="`+class+`" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" `+
			`stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">`+shapes+`</svg>`)
		return err
	})
}
