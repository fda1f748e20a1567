package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed assets/css assets/js assets/icon.svg assets/third_party
var files embed.FS

const (
	// AssetPrefix begins the path of every asset.
	AssetPrefix = "/assets/"
	// AssetCacheControl suits every asset: its path changes with its content.
	AssetCacheControl = "public, max-age=31536000, immutable"
)

// LoadedAsset is a static file as a handler serves it.
type LoadedAsset struct {
	Path string // with the content's hash, as pages link it
	Type string // Content-Type
	ETag string // strong, with its quotes
	Body []byte
	Gzip []byte // Body compressed; nil where compressing gains nothing
}

// styles are the parts of app.css, in the order of the cascade.
var styles = []string{"tokens", "fonts", "base", "layout", "forms", "faces", "parts", "chart", "pages", "print"}

// sources are the assets that are files; app.css is put together from styles.
var sources = []struct{ name, file string }{
	{"atkinson-latin.woff2", "third_party/atkinson/atkinson-latin.woff2"},
	{"atkinson-latin-ext.woff2", "third_party/atkinson/atkinson-latin-ext.woff2"},
	{"vazirmatn-arabic.woff2", "third_party/vazirmatn/vazirmatn-arabic.woff2"},
	{"htmx.js", "third_party/htmx/htmx.min.js"},
	{"hx-sse.js", "third_party/htmx/hx-sse.min.js"},
	{"live.js", "js/live.js"},
	{"checkin.js", "js/checkin.js"},
	{"board.js", "js/board.js"},
	{"icon.svg", "icon.svg"},
}

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// assets holds every asset by its name and by its path.
type assets struct{ byName, byPath map[string]LoadedAsset }

var loadAssets = sync.OnceValue(func() assets {
	all := assets{byName: map[string]LoadedAsset{}, byPath: map[string]LoadedAsset{}}
	for _, s := range sources {
		all.add(s.name, mustRead(s.file))
	}
	var sheet bytes.Buffer
	for _, name := range styles {
		sheet.Write(all.resolve(mustRead("css/" + name + ".css")))
	}
	all.add("app.css", sheet.Bytes())
	return all
})

func (a assets) add(name string, body []byte) {
	ext := path.Ext(name)
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:8])
	loaded := LoadedAsset{
		Path: AssetPrefix + strings.TrimSuffix(name, ext) + "-" + hash + ext,
		Type: contentTypes[ext],
		ETag: `"` + hash + `"`,
		Body: body,
	}
	if ext != ".woff2" {
		loaded.Gzip = compress(body)
	}
	a.byName[name], a.byPath[loaded.Path] = loaded, loaded
}

var cssURL = regexp.MustCompile(`url\("([^"]+)"\)`)

// resolve puts the hashed paths into a style sheet's url("...").
func (a assets) resolve(sheet []byte) []byte {
	return cssURL.ReplaceAllFunc(sheet, func(found []byte) []byte {
		name := string(cssURL.FindSubmatch(found)[1])
		return []byte(`url("` + a.named(name).Path + `")`)
	})
}

func (a assets) named(name string) LoadedAsset {
	loaded, ok := a.byName[name]
	if !ok {
		panic(fmt.Sprintf("ui: no asset named %q", name))
	}
	return loaded
}

// Asset returns the path of the named asset ("app.css", "htmx.js"), with its
// content's hash in it. It panics on a name that does not exist: names are
// constants of the program.
func Asset(name string) string { return loadAssets().named(name).Path }

// LoadAsset returns the asset whose path is requested, and whether there is one.
// Its bytes are shared: do not change them.
func LoadAsset(path string) (LoadedAsset, bool) {
	loaded, ok := loadAssets().byPath[path]
	return loaded, ok
}

func mustRead(name string) []byte {
	body, err := files.ReadFile("assets/" + name)
	if err != nil {
		panic("ui: " + err.Error())
	}
	return body
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic("ui: " + err.Error())
	}
	// A bytes.Buffer never refuses a write.
	_, _ = w.Write(body)
	_ = w.Close()
	return out.Bytes()
}
