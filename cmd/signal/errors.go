package main

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"moim/signaling/protocol"
)

// httpError is an error with its status and what programs and people get.
type httpError struct {
	status  int
	code    protocol.Code
	message string
}

func (e *httpError) Error() string { return string(e.code) + ": " + e.message }

// statuses are the HTTP statuses of wire codes; all others are 400.
var statuses = map[protocol.Code]int{
	protocol.CodeRateLimited: http.StatusTooManyRequests,
	protocol.CodeServerFull:  http.StatusServiceUnavailable,
	protocol.CodeRestarting:  http.StatusServiceUnavailable,
	protocol.CodeForbidden:   http.StatusForbidden,
	protocol.CodeNoSuchRoom:  http.StatusNotFound,
	protocol.CodeInternal:    http.StatusInternalServerError,
}

// asHTTP makes any error one that can be shown; what is not known is internal.
func asHTTP(err error) *httpError {
	var (
		shown   *httpError
		wire    *protocol.Error
		routing *echo.HTTPError
	)
	switch {
	case errors.As(err, &shown):
		return shown
	case errors.As(err, &wire):
		status, ok := statuses[wire.Code]
		if !ok {
			status = http.StatusBadRequest
		}
		return &httpError{status, wire.Code, wire.Message}
	case errors.As(err, &routing) && routing.Code == http.StatusMethodNotAllowed:
		return &httpError{routing.Code, codeNotAllowed, "This address does not take that method."}
	case errors.As(err, &routing) && routing.Code == http.StatusNotFound:
		return &httpError{routing.Code, codeNotFound, "There is nothing at this address."}
	}
	return &httpError{http.StatusInternalServerError, protocol.CodeInternal, "Something went wrong here. Try again later."}
}

type errorBody struct {
	Error struct {
		Code    protocol.Code `json:"code"`
		Message string        `json:"message"`
	} `json:"error"`
}

// retryAfter is when to ask again, in seconds (RFC 9110, section 10.2.3).
const retryAfter = "1"

// writeError is Echo's error handler.
func writeError(log *slog.Logger, err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	e := asHTTP(err)
	if e.code == codeNotAllowed && c.Path() == "/*" && strings.HasPrefix(c.Request().URL.Path, apiPrefix) {
		e = asHTTP(echo.ErrNotFound) // no such address, whatever the method
		c.Response().Header().Del(echo.HeaderAllow)
	}
	if e.status == http.StatusInternalServerError {
		log.Error("request failed", "route", c.Path(), "err", err)
	}
	if e.status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer") // RFC 9110, section 11.6.1
	}
	if e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable {
		c.Response().Header().Set(echo.HeaderRetryAfter, retryAfter)
	}
	var body errorBody
	body.Error.Code, body.Error.Message = e.code, e.message
	_ = c.JSON(e.status, body) // it fails when nobody reads any more
}
