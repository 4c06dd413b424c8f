package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// ready is the reason why not to send anyone here; nil when there is none.
func (s *server) ready() error {
	if s.hub.Draining() {
		return errors.New("draining")
	}
	if err := s.data.err(); err != nil {
		return fmt.Errorf("chat cannot be stored: %w", err)
	}
	return nil
}

// readiness answers whether people may be sent here, and tells in a line each
// what does not stop that and is wrong all the same.
func (s *server) readiness(c echo.Context) error {
	status, lines := http.StatusOK, []string{"ok"}
	if err := s.ready(); err != nil {
		status, lines = http.StatusServiceUnavailable, []string{err.Error()}
	}
	if s.secure != nil {
		if err := s.secure.source.State().Err; err != nil {
			lines = append(lines, "certificate: "+err.Error())
		}
	}
	for _, check := range s.relay.checks() {
		if check.Message != "" {
			lines = append(lines, fmt.Sprintf("relay over %s: %s (%s): %s", check.Transport, check.State, check.Reason, check.Message))
		}
	}
	return c.String(status, strings.Join(lines, "\n")+"\n")
}
