package main

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// contentPolicy lets the page load what this server embeds and nothing else
// (CSP Level 3): no inline script or style, no other host, no framing, and no
// string that becomes markup.
var contentPolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"font-src 'self'",
	"connect-src 'self'",
	"media-src 'self' blob:",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
}, "; ")

// permissions are the browser features the page may use (W3C Permissions Policy).
var permissions = strings.Join([]string{
	"camera=(self)", "microphone=(self)", "display-capture=(self)", "fullscreen=(self)",
	"picture-in-picture=(self)", "autoplay=(self)", "speaker-selection=(self)",
	"clipboard-write=(self)", "screen-wake-lock=(self)",
	"geolocation=()", "payment=()", "usb=()", "serial=()", "hid=()", "midi=()",
}, ", ")

// strictTransport tells browsers to come by HTTPS alone for two years (RFC 6797).
const strictTransport = "max-age=63072000"

// secureHeaders puts the security headers on every answer; strict, where the server
// has a certificate that browsers know, also that of HTTPS on those by HTTPS.
func secureHeaders(strict bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			setHeaders(c, strict && c.Request().TLS != nil)
			return next(c)
		}
	}
}

func setHeaders(c echo.Context, strict bool) {
	h := c.Response().Header()
	if strict {
		h.Set(echo.HeaderStrictTransportSecurity, strictTransport)
	}
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the path names the room
	h.Set("Permissions-Policy", permissions)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
