package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// TestThirdPartySums: what is embedded is what scripts/assets.sh brought, each
// folder with its licence, and nothing else.
func TestThirdPartySums(t *testing.T) {
	const root = "assets/third_party/"
	sums := map[string]string{}
	for line := range strings.Lines(string(mustRead("third_party/SHA256SUMS"))) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("malformed line %q", line)
		}
		sums[name] = sum
	}
	licensed := map[string]bool{}
	err := fs.WalkDir(files, strings.TrimSuffix(root, "/"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "SHA256SUMS" {
			return err
		}
		name := strings.TrimPrefix(path, root)
		body, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		if want := sums[name]; hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s differs from its sum %q; run scripts/assets.sh", name, want)
		}
		delete(sums, name)
		folder, file, _ := strings.Cut(name, "/")
		licensed[folder] = licensed[folder] || file == "LICENSE"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range sums {
		t.Errorf("%s has a sum but is not there", name)
	}
	for folder, ok := range licensed {
		if !ok {
			t.Errorf("%s has no LICENSE", folder)
		}
	}
}

func TestAssets(t *testing.T) {
	names := []string{"app.css"}
	for _, source := range sources {
		names = append(names, source.name)
	}
	for _, name := range names {
		path := Asset(name)
		asset, ok := LoadAsset(path)
		if !ok {
			t.Errorf("%s: nothing at its own path %s", name, path)
			continue
		}
		sum := sha256.Sum256(asset.Body)
		if hash := hex.EncodeToString(sum[:8]); !strings.Contains(path, hash) || asset.ETag != `"`+hash+`"` {
			t.Errorf("%s: path %s and ETag %s do not carry the content's hash %s", name, path, asset.ETag, hash)
		}
		if asset.Type == "" {
			t.Errorf("%s has no content type", name)
		}
		if asset.Gzip == nil {
			continue
		}
		unzip, err := gzip.NewReader(bytes.NewReader(asset.Gzip))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plain, err := io.ReadAll(unzip); err != nil || !bytes.Equal(plain, asset.Body) {
			t.Errorf("%s: compressed and plain differ (%v)", name, err)
		}
	}
	if _, ok := LoadAsset("/assets/app.css"); ok {
		t.Error("an asset was found without its hash: it would be kept for ever")
	}
}

// TestStyleSheetIsSelfContained: every url leads to an embedded asset, every
// custom property that is used is a token, and no file of styles is forgotten.
func TestStyleSheetIsSelfContained(t *testing.T) {
	asset, _ := LoadAsset(Asset("app.css"))
	sheet := string(asset.Body)
	for _, found := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(sheet, -1) {
		if _, ok := LoadAsset(strings.Trim(found[1], `"`)); !ok {
			t.Errorf("url(%s) leads nowhere", found[1])
		}
	}
	tokens := string(mustRead("css/tokens.css"))
	for _, found := range regexp.MustCompile(`var\((--[a-z0-9-]+)`).FindAllStringSubmatch(sheet, -1) {
		if !strings.Contains(tokens, "\n  "+found[1]+":") {
			t.Errorf("%s is not in tokens.css", found[1])
		}
	}
	if strings.Contains(strings.ReplaceAll(sheet, tokens, ""), "#") {
		t.Error("a colour is written outside tokens.css")
	}
	entries, err := files.ReadDir("assets/css")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(styles) {
		t.Errorf("%d style files, %d in the sheet", len(entries), len(styles))
	}
}

func TestAssetPanicsOnUnknownName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a name that does not exist")
		}
	}()
	Asset("nothing.css")
}
