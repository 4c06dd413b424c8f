package client

import "sync"

// steps runs functions one after the other. A goroutine runs while there are
// any.
type steps struct {
	ended chan struct{} // closed after the last step

	mu      sync.Mutex // guards what follows
	waiting []func()
	running bool
	closed  bool           // the last step is in waiting, or has run
	beside  sync.WaitGroup // goroutines beside the steps
}

// push adds a step; after the last one it does nothing.
func (s *steps) push(step func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.addLocked(step)
	}
}

// last adds the last step, once. What runs beside is waited for after it.
func (s *steps) last(step func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.addLocked(func() {
		step()
		s.beside.Wait()
		close(s.ended)
	})
}

// run starts a goroutine that ends by itself after the last step, unless that
// was pushed already.
func (s *steps) run(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.beside.Go(f)
	}
}

func (s *steps) addLocked(step func()) {
	s.waiting = append(s.waiting, step)
	if !s.running {
		s.running = true
		go s.work()
	}
}

func (s *steps) work() {
	for {
		s.mu.Lock()
		if len(s.waiting) == 0 {
			s.waiting, s.running = nil, false
			s.mu.Unlock()
			return
		}
		step := s.waiting[0]
		s.waiting[0] = nil
		s.waiting = s.waiting[1:]
		s.mu.Unlock()
		step()
	}
}
