package app

import (
	"howareyou/internal/web"
	"howareyou/internal/web/front"
)

// doors are the front doors of a real installation.
func (p *parts) doors(_ *front.Site) web.Mounted { return web.Mounted{} }
