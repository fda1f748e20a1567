// Package api serves the description of what machines may ask.
package api

import (
	_ "embed"

	"github.com/gofiber/fiber/v2"
)

//go:embed openapi.yaml
var document []byte

// Mount adds the route of the description.
func Mount(r fiber.Router) {
	r.Get("/api/openapi.yaml", func(c *fiber.Ctx) error {
		c.Set("Content-Type", "application/yaml; charset=utf-8")
		return c.Send(document)
	})
}
