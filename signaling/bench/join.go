package main

import "context"

// joins measures what it costs to connect, upgrade, join and be told so, in rooms of four
// of which several fill at a time. The connections stay open until the measure is over.
func joins(ctx context.Context, m *meter, s *server, n int) ([]figure, error) {
	crowd := newCrowd(ctx, s)
	defer crowd.drop()
	rooms := n / callSize
	if _, err := crowd.enter(ctx, max(1, rooms/10), callSize); err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	spent, err := m.during(ctx, s, "join", func() error {
		_, err := crowd.enter(ctx, rooms, callSize)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	return spent.per(rooms*callSize, rowJoinCPU, rowJoinInstructions), nil
}
