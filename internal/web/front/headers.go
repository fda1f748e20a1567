package front

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/internal/web/ui"
)

// Headers puts the headers of every page on. frame is who may frame it; "" for
// nobody.
func Headers(frame string) fiber.Handler {
	policy := ui.CSP()
	if frame != "" {
		policy = ui.CSP(frame)
	}
	return func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", policy)
		c.Set("X-Content-Type-Options", "nosniff")
		// Links hold tokens: no other site may learn them. (no-referrer would make
		// browsers send "Origin: null" with our own forms.)
		c.Set("Referrer-Policy", "same-origin")
		c.Set("Cross-Origin-Opener-Policy", "same-origin")
		c.Set("Cache-Control", "no-store")
		c.Set("X-Frame-Options", "DENY")
		if frame != "" {
			// A door beneath another one's path has been through its headers too.
			c.Response().Header.Del("X-Frame-Options")
		}
		return c.Next()
	}
}

// Assets serves the embedded files.
func Assets(c *fiber.Ctx) error {
	a, ok := ui.LoadAsset(c.Path())
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set("Cache-Control", ui.AssetCacheControl)
	c.Set("ETag", a.ETag)
	c.Set("Content-Type", a.Type)
	c.Set("X-Content-Type-Options", "nosniff")
	if c.Get("If-None-Match") == a.ETag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set("Vary", "Accept-Encoding")
	if a.Gzip != nil && c.AcceptsEncodings("gzip") == "gzip" {
		c.Set("Content-Encoding", "gzip")
		return c.Send(a.Gzip)
	}
	return c.Send(a.Body)
}
