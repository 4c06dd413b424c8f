package sqlite

import (
	"context"
	"sync"
)

// gate holds reads back for the moment in which the write-ahead log is emptied,
// which cannot be while somebody reads what it holds.
type gate struct {
	reading sync.RWMutex // held for reading by every read

	mu        sync.Mutex         // guards what follows
	round     context.Context    //nolint:containedctx // ends what is read when the gate is to be shut
	interrupt context.CancelFunc // ends round
}

func newGate() *gate {
	g := &gate{}
	g.round, g.interrupt = context.WithCancel(context.Background())
	return g
}

// read does a read, again if the gate was shut meanwhile.
func (g *gate) read(ctx context.Context, do func(context.Context) error) error {
	for {
		interrupted, err := g.try(ctx, do)
		if err == nil || !interrupted || ctx.Err() != nil {
			return err
		}
	}
}

func (g *gate) try(ctx context.Context, do func(context.Context) error) (interrupted bool, err error) {
	g.reading.RLock()
	defer g.reading.RUnlock()
	g.mu.Lock()
	round := g.round
	g.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(round, cancel)() //nolint:contextcheck // the round ends it, its own context does too
	err = do(ctx)
	return round.Err() != nil, err
}

// shut interrupts those who read and does something while nobody does.
func (g *gate) shut(do func()) {
	g.mu.Lock()
	g.interrupt()
	g.mu.Unlock()
	g.reading.Lock()
	defer g.reading.Unlock()
	do()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.round, g.interrupt = context.WithCancel(context.Background())
}
