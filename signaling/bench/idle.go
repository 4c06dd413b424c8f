package main

import (
	"context"
	"fmt"
)

// callSize is how many peers a room of the idle and join measures holds.
const callSize = 4

// idle measures the memory per joined peer that says nothing: n peers in rooms of four on
// a server that has already served one room. Each has acknowledged what it was sent once.
func idle(ctx context.Context, s *server, n int) ([]figure, error) {
	crowd := newCrowd(ctx, s)
	defer crowd.drop()
	level := func(rooms int) (memory, error) {
		if _, err := crowd.enter(ctx, rooms, callSize); err != nil {
			return memory{}, err
		}
		if err := crowd.settle(); err != nil {
			return memory{}, err
		}
		if err := s.settled(ctx); err != nil {
			return memory{}, err
		}
		return s.memory(ctx)
	}
	before, err := level(1)
	if err != nil {
		return nil, err
	}
	after, err := level(n / callSize)
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, fmt.Errorf("after the idle time: %w", err)
	}
	perPeer := func(before, after uint64) float64 {
		return (float64(after) - float64(before)) / float64(n/callSize*callSize) / 1024
	}
	return []figure{
		{fmt.Sprintf(rowIdleRun, n), perPeer(before.resident, after.resident)},
		{fmt.Sprintf(rowIdleLive, n), perPeer(before.live, after.live)},
	}, nil
}
