package signaling

import (
	"net"
	"sync"
)

// wire is the connection below a WebSocket. Whole frames are written to it at
// a time, by the outbox and by the WebSocket library (its pongs and close
// frames), so the two can share it.
type wire struct {
	net.Conn
	socket   *socket    // set after the upgrade
	mu       sync.Mutex // held for a write
	finished bool       // our close frame went out; nothing may follow it (RFC 6455, section 5.5.1)
}

func (w *wire) Write(frames []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return len(frames), nil
	}
	return w.Conn.Write(frames)
}

// writeLast writes frames the last of which is our close frame.
func (w *wire) writeLast(frames []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished = true
	_, err := w.Conn.Write(frames)
	return err
}

// Close closes the connection. It may be the library that does so, on a close
// frame from the client; the parking must let go of the descriptor before that
// is used for another.
func (w *wire) Close() error {
	if w.socket != nil {
		w.socket.hub.parking.forget(w.socket)
	}
	return w.Conn.Close()
}
