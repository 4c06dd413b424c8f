package main

import (
	"context"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"moim/internal/fairqueue"
	"moim/signaling"
	"moim/signaling/protocol"
)

// What the work of strangers costs, in requests for something small: measured, and
// rounded. Frames within a WebSocket have limits of their own, in signaling.
const (
	costSmall  = 1
	costHeavy  = 4    // opening a WebSocket, TLS, and whatever changes something
	costGather = 16   // gathering the metrics
	perCPU     = 2500 // a second, which takes a processor a third of its time
	mostPaced  = 4096 // wait at once
	pacedFor   = 5 * time.Second
	burstParts = 10 // of a second, that may begin at once after a pause
)

var errPaced = protocol.Errorf(protocol.CodeServerFull, "The server is busy. Try again in a moment.")

// pace leaves calls most of the processors whatever strangers ask for: it bounds
// what begins in a second, and lets networks take turns when there is more.
type pace struct {
	queue   *fairqueue.Queue
	client  func(*http.Request) netip.Addr
	refused atomic.Uint64
}

// newPace makes a pace of requests a second; 0 is what the processors stand.
func newPace(perSecond int, client func(*http.Request) netip.Addr) *pace {
	if perSecond == 0 {
		perSecond = perCPU * runtime.NumCPU()
	}
	return &pace{queue: fairqueue.New(perSecond, max(costGather, perSecond/burstParts), mostPaced, pacedFor), client: client}
}

// middleware has requests wait for their turn.
func (p *pace) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if p.request(c.Request()) != nil {
			return errPaced
		}
		return next(c)
	}
}

// handler has the requests wait that middleware does not see.
func (p *pace) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.request(r) != nil {
			w.Header().Set(echo.HeaderRetryAfter, retryAfter)
			http.Error(w, errPaced.Message, http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *pace) request(r *http.Request) error {
	cost := costSmall
	switch {
	case r.URL.Path == "/metrics":
		cost = costGather
	case r.URL.Path == "/ws" || !slices.Contains(reading, r.Method):
		cost = costHeavy
	}
	return p.wait(r.Context(), signaling.Subnet(p.client(r)), cost)
}

// handshake has a connection wait for its turn to begin TLS.
func (p *pace) handshake(ctx context.Context, from netip.Prefix) error {
	return p.wait(ctx, from, costHeavy)
}

func (p *pace) wait(ctx context.Context, from netip.Prefix, cost int) error {
	err := p.queue.Wait(ctx, signaling.Network(from), cost)
	if err != nil && ctx.Err() == nil {
		p.refused.Add(1)
	}
	return err
}
