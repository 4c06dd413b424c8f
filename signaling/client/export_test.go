package client

// MaxEvents and TellEvery are bounds that tests reach.
const (
	MaxEvents = maxEvents
	TellEvery = tellEvery
)

// Renegotiate makes an offer to a peer that changes nothing.
func (m *Mesh) Renegotiate(peer string) { m.link(peer).negotiate(false) }

// BeginAnew makes the connection to a peer anew.
func (m *Mesh) BeginAnew(peer string) {
	l := m.link(peer)
	l.push(func() { l.renewConn(true) })
}
