package front

import (
	"errors"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
)

// statusOf is the one table from codes to HTTP status.
var statusOf = map[carenet.Code]int{
	carenet.Invalid:   fiber.StatusUnprocessableEntity,
	carenet.Forbidden: fiber.StatusForbidden,
	carenet.NotFound:  fiber.StatusNotFound,
	carenet.Conflict:  fiber.StatusConflict,
	carenet.Expired:   fiber.StatusGone,
	carenet.Busy:      fiber.StatusServiceUnavailable,
	carenet.Internal:  fiber.StatusInternalServerError,
}

// Status is the HTTP status of an error.
func Status(err error) int {
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return fe.Code
	}
	return statusOf[carenet.CodeOf(err)]
}

// Render writes a page.
func Render(c *fiber.Ctx, status int, page templ.Component) error {
	c.Status(status).Set("Content-Type", "text/html; charset=utf-8")
	return page.Render(c.UserContext(), c.Response().BodyWriter())
}
