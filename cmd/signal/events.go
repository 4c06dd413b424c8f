package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	eventPause   = 250 * time.Millisecond // at least, between two lists
	eventRate    = 128 << 10              // bytes a second of lists to one who watches, at most
	eventRates   = 4 << 20                // and to all
	eventBeat    = 15 * time.Second       // of a comment that keeps proxies awake
	eventTimeout = 10 * time.Second       // for one event to be written
)

// events sends the public rooms, now and at each change, as server-sent
// events (WHATWG HTML, section 9.2).
func (a *roomsAPI) events(c echo.Context) error {
	if c.Request().Header.Get(echo.HeaderAccept) == echo.MIMEApplicationJSON {
		return a.state(c, "events") // the room of that name
	}
	changes, stop, ok := a.hub.WatchRooms(clientAddr(c))
	if !ok {
		return &httpError{http.StatusServiceUnavailable, codeTooMany, "Too many watch the rooms already. Try again later."}
	}
	defer stop()
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}

	http.NewResponseController(c.Response().Writer).SetReadDeadline(time.Time{}) // it lasts

	beat := time.NewTicker(eventBeat)
	defer beat.Stop()
	send := func(format string, args ...any) error {
		control := http.NewResponseController(c.Response().Writer)
		control.SetWriteDeadline(time.Now().Add(eventTimeout))
		if _, err := fmt.Fprintf(c.Response(), format, args...); err != nil {
			return err
		}
		return control.Flush()
	}
	for {
		list, err := a.listJSON()
		if err != nil {
			return err
		}
		if err := send("data: %s\n\n", list); err != nil {
			return nil
		}
		pause := time.After(pauseAfter(len(list), a.hub.Watchers()))
		for waiting, changed := true, false; waiting || !changed; {
			select {
			case <-pause:
				waiting = false
			case <-changes:
				changed = true
			case <-beat.C:
				if err := send(": \n\n"); err != nil {
					return nil
				}
			case <-c.Request().Context().Done():
				return nil
			}
		}
	}
}

// pauseAfter is how long after a list of so many bytes to each of those who watch
// there is none: whoever changes rooms all the time takes no line from calls.
func pauseAfter(size, watchers int) time.Duration {
	each, all := float64(size)/eventRate, float64(size)*float64(watchers)/eventRates
	return eventPause + time.Duration(1000*max(each, all))*time.Millisecond
}
