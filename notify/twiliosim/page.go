package twiliosim

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed page/page.html page/page.css page/page.js page/icon.svg
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page/page.html"))

func (s *Sim) getPage(w http.ResponseWriter, _ *http.Request) {
	var body bytes.Buffer
	err := pageTemplate.Execute(&body, map[string]any{
		"Frames": s.opt.Frames, "Clock": s.opt.ClockURL != "", "Zone": s.opt.Zone.String(),
	})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", s.policy())
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body.Bytes())
}

// policy allows the page its own files and the product's pages in frames.
func (s *Sim) policy() string {
	var origins []string
	for _, f := range s.opt.Frames {
		if u, err := url.Parse(f.URL); err == nil && !slices.Contains(origins, u.Scheme+"://"+u.Host) {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	if origins == nil {
		origins = []string{"'none'"}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; frame-src " + strings.Join(origins, " ")
}

func getAsset(w http.ResponseWriter, r *http.Request) {
	kinds := map[string]string{
		"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	}
	kind, ok := kinds[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := pageFiles.ReadFile("page/" + r.PathValue("file"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body)
}
