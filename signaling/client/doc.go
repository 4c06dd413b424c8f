// Package client is a participant of a moim room in Go: for bots, for tests
// and for programs that talk to browsers.
//
//	Dial → Client: join, events, chat, presence, relayed frames
//	NewMesh → Mesh: one pion/webrtc PeerConnection to each peer of the room
//
// [Dial] joins a room over one WebSocket (docs/protocol.md is the wire). What
// happens in the room comes out of [Client.Events], in the order of the wire:
//
//	for event := range c.Events() {
//		mesh.Handle(event)
//		switch e := event.(type) {
//		case client.Chat:
//			// e.Message was said
//		}
//	}
//	return c.Err()
//
// The methods of Client and Mesh may be called concurrently, also while
// handling an event. A lost socket ends the Client; the connections of its Mesh
// go on until Mesh.Close.
package client
