//go:build !linux || plain

package signaling

// parking is where idle sockets wait without a goroutine; on this system each
// waits in its own.
type parking struct{}

func newParking() (*parking, error) { return &parking{}, nil }

func (*parking) close() error      { return nil }
func (*parking) admit(*socket)     {}
func (*parking) park(*socket) bool { return false }
func (*parking) wake(*socket)      {}
func (*parking) forget(*socket)    {}
