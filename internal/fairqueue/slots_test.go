package fairqueue

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlots holds that so much is under way at once and no more, that addresses take
// turns, and that who gave up takes no slot.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(2, 100, time.Minute)
		work := func(from netip.Prefix) {
			if err := s.Wait(t.Context(), from); err != nil {
				t.Error(err)
				return
			}
			defer s.Done()
			time.Sleep(time.Second)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { work(greed) })
		}
		synctest.Wait()
		if n := s.Pending(); n != 20 {
			t.Errorf("%d are pending", n)
		}
		gone, leave := context.WithTimeout(t.Context(), time.Millisecond)
		defer leave()
		if err := s.Wait(gone, alone); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who gave up: %v", err)
		}
		work(alone)
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("another address was done after %v", took)
		}
		all.Wait()
		if took := time.Since(began); took != 11*time.Second || s.Pending() != 0 {
			t.Errorf("all were done after %v, %d are left", took, s.Pending())
		}
	})
}

// TestSlotsFull holds that what would wait for too long takes no slot.
func TestSlotsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 1, time.Second)
		if err := s.Wait(t.Context(), greed); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Wait(t.Context(), greed); !errors.Is(err, ErrFull) {
				t.Errorf("got %v", err)
			}
		}
		s.Done()
		if err := s.Wait(t.Context(), greed); err != nil {
			t.Error(err)
		}
	})
}
