package main

import (
	"errors"
	"hash/maphash"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"moim/signaling"
	testcall "moim/signaling/echo"
	"moim/signaling/protocol"
	"moim/signaling/turn"
)

// checkAPI lets a browser try the ways to this server.
type checkAPI struct {
	calls *testcall.Server
	relay *relay
	hub   *signaling.Hub
}

func (a *checkAPI) register(g *echo.Group) {
	g.GET("/check", a.show)
	g.POST("/check", a.answer)
}

// checkAnswer is what there is to be tried.
type checkAnswer struct {
	ICE     []protocol.ICEServer `json:"ice"`
	Expires protocol.Time        `json:"expires,omitzero"`
	Relay   []turn.Check         `json:"relay"` // what the relay says of itself
}

var errChecks = protocol.Errorf(protocol.CodeRateLimited, "Too many checks from your address. Wait a moment.")

func (a *checkAPI) show(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	addr, now := clientAddr(c), time.Now()
	if !a.hub.Admits(addr) {
		return errChecks
	}
	var answer checkAnswer
	var expires time.Time
	answer.ICE, expires = a.relay.servers(checkUser(addr), signaling.HostOf(c.Request().Host), now)
	if !expires.IsZero() {
		answer.Expires = protocol.At(expires)
	}
	answer.Relay = a.relay.checks()
	return c.JSON(http.StatusOK, answer)
}

// user is who has the relays of a check: one for each address, so that asking
// often gives nobody more of them.
func checkUser(addr netip.Addr) string {
	bits := 32
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return "check-" + strconv.FormatUint(maphash.Comparable(checkers, prefix), 36)
}

// checkers hides the addresses in the users of checks.
var checkers = maphash.MakeSeed()

type description struct {
	SDP string `json:"sdp"`
}

// answer takes a test call.
func (a *checkAPI) answer(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	kind, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if kind != echo.MIMEApplicationJSON {
		return &httpError{http.StatusUnsupportedMediaType, codeNotJSON, "The content type must be application/json."}
	}
	if !a.hub.Admits(clientAddr(c)) {
		return errChecks
	}
	var offer description
	if err := readJSON(c, &offer, maxOfferBody); err != nil {
		return err
	}
	sdp, err := a.calls.Answer(c.Request().Context(), clientAddr(c), offer.SDP)
	if refused, ok := errors.AsType[*testcall.Error](err); ok {
		status := http.StatusBadRequest
		if refused.Code == testcall.CodeBusy {
			status = http.StatusServiceUnavailable
		}
		return &httpError{status, protocol.Code(refused.Code), refused.Message}
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, description{sdp})
}

// maxOfferBody is for an offer of 32 KiB, escaped for JSON, in bytes.
const maxOfferBody = 48 << 10

// checks is what the relay says of itself.
func (r *relay) checks() []turn.Check {
	if r.own != nil {
		return r.own.Report().Checks
	}
	off := turn.Check{State: turn.StateOff}
	if r.absence != nil {
		off.Reason, off.Message = turn.ReasonNotListening, r.absence.Error()
	}
	var checks []turn.Check
	for _, transport := range []string{turn.TransportUDP, turn.TransportTCP, turn.TransportTLS} {
		off.Transport = transport
		checks = append(checks, off)
	}
	return checks
}

// noteClient tells the relay where somebody came from.
func (r *relay) noteClient(addr netip.Addr) {
	if r.own != nil {
		r.own.NoteClient(addr)
	}
}
