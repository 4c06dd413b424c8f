// Package client is a participant of a moim room in Go: for bots, for tests
// and for programs that talk to browsers.
//
//	Dial → Client: join, events, chat, presence, relayed frames
//	NewMesh → Mesh: one pion/webrtc PeerConnection to each peer of the room
//
// [Dial] joins a room (docs/protocol.md is the wire). What happens in the room
// comes out of [Client.Events], in the order of the wire:
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
// handling an event.
//
// A membership outlives its WebSocket. When that is lost the client comes back,
// for as long as [Config.Patience] says: at once, then after 0.3, 1.2, 2.7, 4.8
// and 7 s, then every 7 s. Most often it goes on as if nothing had been:
//
//	Away → Back{Resumed: true}
//
// A server that does not know the membership any more, such as one that was
// restarted, tells the client anew what the room is:
//
//	Away → Snapshot → Back
//
// The connections of a Mesh go on all the while, and until Mesh.Close.
package client
