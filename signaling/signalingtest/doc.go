// Package signalingtest has scripted peers for tests: a hub behind a real HTTP
// server, and clients that speak the wire to it and say what they expect.
//
// [Run] serves over pipes in a bubble of testing/synctest, where time passes
// only when everyone waits: forty seconds of silence take none. [RunTCP]
// serves on the loopback interface, for what only real sockets show.
//
// Everything here ends the test with a message when an expectation fails, so
// a script reads from top to bottom:
//
//	signalingtest.Run(t, signaling.Config{}, func(t *testing.T, s *signalingtest.Server) {
//		mina, nana := s.Join("tea", "Mina"), s.Join("tea", "Nana")
//		mina.Expect(protocol.TypePeerJoined)
//		nana.Sendf(`{"type":"chat","key":"k","text":"hello"}`)
//		mina.ExpectChat("hello")
//	})
package signalingtest
