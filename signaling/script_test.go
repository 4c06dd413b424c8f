package signaling_test

import (
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/signalingtest"
)

// The words that the scripts of these tests are made of.
type (
	// Frame is a frame to send.
	Frame = signalingtest.Frame
	// Received is a frame that arrived.
	Received = signalingtest.Received
	// Peer is a client with a script.
	Peer = signalingtest.Peer
	// Server is a hub that tests connect to.
	Server = signalingtest.Server
	// Dial says how a peer connects.
	Dial = signalingtest.Dial
)

// Host is what the server is called in a URL.
const Host = signalingtest.Host

var (
	// Text is a text frame as a client sends it.
	Text = signalingtest.Text
	// DefaultAddr is where peers come from.
	DefaultAddr = signalingtest.DefaultAddr
)

// Run tests a hub within a synctest bubble, and holds that nothing is left of its
// peers when they have gone.
func Run(t *testing.T, cfg signaling.Config, test func(t *testing.T, s *Server)) {
	t.Helper()
	signalingtest.Run(t, cfg, leavingNothing(test))
}

// RunTCP is Run on the loopback interface and in real time.
func RunTCP(t *testing.T, cfg signaling.Config, test func(t *testing.T, s *Server)) {
	t.Helper()
	signalingtest.RunTCP(t, cfg, leavingNothing(test))
}

// leavingNothing makes a test look at what the hub keeps when it has stopped and
// everyone's grace time is over.
func leavingNothing(test func(t *testing.T, s *Server)) func(*testing.T, *Server) {
	return func(t *testing.T, s *Server) {
		t.Cleanup(func() {
			_ = s.Stop() // its error is looked at elsewhere
			s.Hub.Sweep(time.Now().Add(time.Hour))
			if left := s.Hub.Left(); left != (signaling.Left{}) {
				t.Errorf("when all have gone there are %+v", left)
			}
		})
		test(t, s)
	}
}

// Into decodes a frame.
func Into[T any](p *Peer, frame Received) T { return signalingtest.Into[T](p, frame) }
