// Package turn is a STUN and TURN server (RFC 8489, RFC 8656) for browsers that
// cannot reach each other: over UDP and TCP on its own port, and over TLS on
// connections that somebody else accepts. Credentials are short-lived, relays
// lead to no private address, and the server tells when nobody outside can use it.
//
// What a packet passes:
//
//	client → socket or stream → ChannelData → relay.send → peer
//	                          → anything else → pion/turn → relay.WriteTo → peer
//	peer → relay.ReadFrom → a channel is bound → client
//	                      → none is           → pion/turn → client
//
// One pion server stands for each address of the machine, as the relayed
// transport address is to be the one the client has reached.
package turn
