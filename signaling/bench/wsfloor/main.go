// Command wsfloor is a bare relay on coder/websocket with its defaults: one goroutine for a
// connection, Read and Write and nothing else. The benchmark measures the real server
// against it. A binary WebSocket message holds one frame of package floor.
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/bench/internal/floor"
)

type conn struct {
	*websocket.Conn
	ctx context.Context //nolint:containedctx // the connection's own, for writes that others make
}

// Send writes a frame as one message.
func (c conn) Send(frame []byte) error {
	return c.Write(c.ctx, websocket.MessageBinary, frame)
}

func main() {
	floor.Main(func(listen string) error {
		hub := new(floor.Hub)
		server := &http.Server{
			Addr:              listen,
			ReadHeaderTimeout: 10 * time.Second,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := serve(hub, w, r); err != nil {
					log.Print(err)
				}
			}),
		}
		return server.ListenAndServe()
	})
}

func serve(hub *floor.Hub, w http.ResponseWriter, r *http.Request) error {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	defer ws.CloseNow() //nolint:errcheck // nothing is left to do for a connection that is over
	ctx := r.Context()
	c := conn{ws, ctx}
	_, frame, err := ws.Read(ctx)
	if err != nil {
		return fmt.Errorf("read the room: %w", err)
	}
	member := hub.Join(string(frame), c)
	defer hub.Leave(member)
	if err := c.Send(binary.BigEndian.AppendUint32(nil, member.ID)); err != nil {
		return fmt.Errorf("answer the join: %w", err)
	}
	for {
		if _, frame, err = ws.Read(ctx); err != nil {
			return fmt.Errorf("read a frame: %w", err)
		}
		if len(frame) < floor.AddressSize {
			return fmt.Errorf("read a frame: %d bytes hold no address", len(frame))
		}
		if err := member.Relay(frame, 0); err != nil {
			return err
		}
	}
}
