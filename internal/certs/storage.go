package certs

import (
	"context"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

// storage is a folder that knows who works in it: certmagic holds a lock for as
// long as it gets a certificate, also while it waits to try again.
type storage struct {
	*certmagic.FileStorage

	mu   sync.Mutex
	held map[string]bool
	idle chan struct{} // closed when nothing is held; nil while nobody waits
}

func newStorage(folder string) *storage {
	return &storage{FileStorage: &certmagic.FileStorage{Path: folder}, held: map[string]bool{}}
}

// Lock implements certmagic.Locker.
func (s *storage) Lock(ctx context.Context, name string) error {
	if err := s.FileStorage.Lock(ctx, name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[name] = true
	return nil
}

// Unlock implements certmagic.Locker.
func (s *storage) Unlock(ctx context.Context, name string) error {
	err := s.FileStorage.Unlock(ctx, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, name)
	if len(s.held) == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
	return err
}

// wait returns when nothing is held, or after a time.
func (s *storage) wait(most time.Duration) {
	s.mu.Lock()
	if len(s.held) == 0 {
		s.mu.Unlock()
		return
	}
	idle := make(chan struct{})
	s.idle = idle
	s.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(most):
	}
}
