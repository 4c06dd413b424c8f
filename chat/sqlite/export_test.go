package sqlite

import "context"

// Work has something done in a transaction of the writer.
func (s *Store) Work(ctx context.Context, work func() error) error {
	return s.writer.do(ctx, func(*tx) error { return work() })
}

// Waiting tells how many requests wait for the writer.
func (s *Store) Waiting() int { return len(s.writer.requests) }
