package signaling_test

import "moim/signaling/signalingtest"

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
	// Run tests a hub within a synctest bubble.
	Run = signalingtest.Run
	// RunTCP tests a hub on the loopback interface.
	RunTCP = signalingtest.RunTCP
	// Text is a text frame as a client sends it.
	Text = signalingtest.Text
	// DefaultAddr is where peers come from.
	DefaultAddr = signalingtest.DefaultAddr
)

// Into decodes a frame.
func Into[T any](p *Peer, frame Received) T { return signalingtest.Into[T](p, frame) }
