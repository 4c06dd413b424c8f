package signaling

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// Accept upgrades a request to a WebSocket and serves it until it ends. It
// returns after the upgrade, so that all the request needed is freed; addr is
// the client's address.
func (h *Hub) Accept(w http.ResponseWriter, r *http.Request, addr netip.Addr) {
	hijacker := &smallHijacker{ResponseWriter: w}
	s := &socket{hub: h, addr: Subnet(addr), host: hostOf(r.Host)}
	ws, err := websocket.Accept(hijacker, r, &websocket.AcceptOptions{
		Subprotocols:   []string{protocol.Subprotocol},
		OriginPatterns: h.origins,
		OnPingReceived: func(context.Context, []byte) bool { return s.answersPing() },
	})
	if err != nil {
		h.log.Debug("websocket refused", "err", err)
		return
	}
	ws.SetReadLimit(protocol.MaxFrame)
	if hijacker.early == 0 {
		hijacker.br.Reset(hijacker.wire) // spares what the library puts in between
	}
	s.ws, s.wire, s.br = ws, hijacker.wire, hijacker.br
	s.wire.socket = s
	if fault := h.enter(s); fault != nil {
		code := protocol.CloseRefused
		if fault == errStopping {
			code = protocol.CloseGoingAway
		}
		s.refuse(fault, code)
		_ = s.ws.CloseNow()
		return
	}
	s.wire.SetReadDeadline(time.Now().Add(joinTimeout))
	go s.read()
}

// Subnet is what one client is told apart by: an IPv4 address, or the /64
// an IPv6 host can choose its addresses from.
func Subnet(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// smallHijacker gives the WebSocket library small buffers instead of the two
// of 4 KiB that net/http has: they stay for as long as the socket does.
type smallHijacker struct {
	http.ResponseWriter
	wire  *wire
	br    *bufio.Reader
	early int // bytes that came with the request
}

const (
	readBuffer  = 512
	writeBuffer = 2 + 125 // the library writes control frames only
)

// Hijack implements http.Hijacker.
func (h *smallHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.wire = &wire{Conn: conn}
	h.br = bufio.NewReaderSize(h.wire, readBuffer)
	if h.early = rw.Reader.Buffered(); h.early > 0 {
		early, _ := rw.Peek(h.early)
		h.br = bufio.NewReaderSize(&earlyReader{early, h.wire}, max(readBuffer, h.early))
		_, _ = h.br.Peek(h.early)
	}
	return h.wire, bufio.NewReadWriter(h.br, bufio.NewWriterSize(h.wire, writeBuffer)), nil
}

// earlyReader gives the bytes that came with the request before the rest.
type earlyReader struct {
	early []byte
	rest  io.Reader
}

func (r *earlyReader) Read(p []byte) (int, error) {
	if len(r.early) == 0 {
		return r.rest.Read(p)
	}
	n := copy(p, r.early)
	r.early = r.early[n:]
	return n, nil
}
