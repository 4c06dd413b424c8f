package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"moim/signaling"
	"moim/signaling/protocol"
)

const (
	apiPrefix = "/api/"
	maxBody   = 4 << 10 // bytes of a request to make a room
)

// Codes of HTTP errors that the WebSocket has no use for.
const (
	codeNotFound   protocol.Code = "not-found"
	codeNotAllowed protocol.Code = "method-not-allowed"
	codeRoomExists protocol.Code = "room-exists"
	codeTooLarge   protocol.Code = "too-large"
	codeNotJSON    protocol.Code = "not-json"
	codeTooMany    protocol.Code = "too-many-watchers"
	codeNoKey      protocol.Code = "unauthorized"
)

// roomsAPI answers for rooms over HTTP.
type roomsAPI struct {
	hub    *signaling.Hub
	key    apiKey
	closed bool // rooms are made by who has the key alone

	mu   sync.Mutex // guards what follows
	list []signaling.Listing
	json []byte // of list, made once for all who ask
}

func (a *roomsAPI) register(g *echo.Group) {
	g.Match(reading, "/rooms", a.index)
	g.POST("/rooms", a.make)
	g.Match(reading, "/rooms/events", a.events)
	g.Match(reading, "/rooms/:room", a.show)
	g.DELETE("/rooms/:room", a.erase)
}

type roomList struct {
	Rooms []signaling.Listing `json:"rooms"`
}

func (a *roomsAPI) index(c echo.Context) error {
	list, err := a.listJSON()
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, list)
}

// listJSON is the list of public rooms as it goes out.
func (a *roomsAPI) listJSON() ([]byte, error) {
	list := a.hub.PublicRooms()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.json != nil && slices.Equal(a.list, list) {
		return a.json, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // it is no HTML, and six bytes are more than one
	if err := encoder.Encode(roomList{list}); err != nil {
		return nil, err
	}
	a.list, a.json = list, bytes.TrimSpace(text.Bytes())
	return a.json, nil
}

func (a *roomsAPI) show(c echo.Context) error {
	name, err := roomParam(c)
	if err != nil {
		return err
	}
	return a.state(c, name)
}

var errLooks = protocol.Errorf(protocol.CodeRateLimited, "Too many requests from your address. Wait a moment.")

// roomParam is the room that a request's path names.
func roomParam(c echo.Context) (string, error) {
	name := c.Param("room")
	if strings.Contains(name, "/") {
		return "", echo.ErrNotFound
	}
	if c.Request().URL.RawPath != "" { // Echo routes by it and leaves its parts escaped
		name, _ = url.PathUnescape(name) // it was unescaped once to parse the URL
	}
	return name, nil
}

func (a *roomsAPI) state(c echo.Context, name string) error {
	if !a.hub.AdmitsLook(clientAddr(c)) {
		return errLooks
	}
	state, fault := a.hub.RoomState(name)
	if fault != nil {
		return fault
	}
	return c.JSON(http.StatusOK, state)
}

type makeRequest struct {
	Name     string `json:"name"`
	Topic    string `json:"topic"`
	Public   bool   `json:"public"`
	Lobby    bool   `json:"lobby"`
	Password string `json:"password"`
}

type makeAnswer struct {
	Room    protocol.Room `json:"room"`
	HostKey string        `json:"hostKey"`
}

// make makes a room. It asks for the JSON media type, which a page of another
// origin cannot send without being allowed to.
func (a *roomsAPI) make(c echo.Context) error {
	kind, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if kind != echo.MIMEApplicationJSON {
		return &httpError{http.StatusUnsupportedMediaType, codeNotJSON, "The content type must be application/json."}
	}
	var req makeRequest
	if err := readJSON(c, &req, maxBody); err != nil {
		return err
	}
	if a.closed && !a.key.opens(c) {
		return errNoKey
	}
	room, key, err := a.hub.MakeRoom(c.Request().Context(), signaling.RoomSpec{
		Name: req.Name, Topic: req.Topic, Public: req.Public, Lobby: req.Lobby, Password: req.Password, Trusted: a.key.opens(c),
	}, clientAddr(c))
	if errors.Is(err, signaling.ErrRoomExists) {
		return &httpError{http.StatusConflict, codeRoomExists, "The room exists already."}
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, makeAnswer{room, key})
}

// erase erases a room for who has its host key, or the API key.
func (a *roomsAPI) erase(c echo.Context) error {
	name, err := roomParam(c)
	if err != nil {
		return err
	}
	key := bearer(c)
	if key == "" {
		return errNoKey
	}
	if !a.hub.AdmitsLook(clientAddr(c)) {
		return errLooks
	}
	if fault := a.hub.EraseRoom(c.Request().Context(), name, key, a.key.opens(c)); fault != nil {
		return fault
	}
	return c.NoContent(http.StatusNoContent)
}

// readJSON reads a request of so many bytes at most.
func readJSON(c echo.Context, into any, limit int64) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, limit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &httpError{http.StatusRequestEntityTooLarge, codeTooLarge, "The request is too large."}
	}
	if err != nil {
		return &httpError{http.StatusBadRequest, protocol.CodeBadMessage, "The request ended early."}
	}
	if err := json.Unmarshal(body, into); err != nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return &httpError{http.StatusBadRequest, protocol.CodeBadMessage, "The request is not the JSON object that was expected."}
	}
	return nil
}

// clientAddr is the address a request comes from.
func clientAddr(c echo.Context) netip.Addr {
	addr, _ := netip.ParseAddr(c.RealIP())
	return addr
}
