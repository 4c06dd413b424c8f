package fairqueue

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	alone = netip.MustParsePrefix("192.0.2.1/32")
	greed = netip.MustParsePrefix("2001:db8::/64")
)

// TestRate holds that a burst begins at once and the rest at the rate.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(100, 10, 1000, time.Minute)
		began := time.Now()
		for range 10 {
			wait(t, q, alone, 1)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("the burst took %v", took)
		}
		for range 50 {
			wait(t, q, alone, 1)
		}
		for range 10 {
			wait(t, q, alone, 5)
		}
		if took := time.Since(began).Round(10 * time.Millisecond); took != time.Second {
			t.Errorf("100 units at 100 a second took %v", took)
		}
		wait(t, q, alone, 1000) // as much as the burst
		if q.Waiting() != 0 {
			t.Error("something still waits")
		}
	})
}

// TestTurns holds that who asks for little is not behind all of who asks for much.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(100, 1, 1000, time.Minute)
		var all sync.WaitGroup
		for range 500 {
			all.Go(func() { wait(t, q, greed, 1) })
		}
		synctest.Wait()
		began := time.Now()
		wait(t, q, alone, 1)
		if took := time.Since(began); took > 30*time.Millisecond {
			t.Errorf("it waited %v", took)
		}
		all.Wait()
		if took := time.Since(began); took < 4*time.Second {
			t.Errorf("500 took %v", took)
		}
		if q.Waiting() != 0 || len(q.lines) != 0 || q.turns.Len() != 0 {
			t.Error("something is left")
		}
	})
}

// TestFull holds that what is too much, or would wait too long, is told so, and
// that what goes away takes nothing from others.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(1, 1, 4, 3*time.Second)
		wait(t, q, alone, 1)
		ctx, leave := context.WithCancel(t.Context())
		results := make(chan error, 4)
		for range 3 {
			go func() { results <- q.Wait(ctx, greed, 1) }()
		}
		synctest.Wait()
		go func() { results <- q.Wait(t.Context(), greed, 1) }()
		synctest.Wait()
		if err := q.Wait(t.Context(), greed, 1); !errors.Is(err, ErrFull) {
			t.Errorf("the fifth that waits: %v", err)
		}
		leave()
		for range 3 {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("who left: %v", err)
			}
		}
		began := time.Now()
		if err := <-results; err != nil || time.Since(began) > time.Second {
			t.Errorf("who stayed: %v after %v", err, time.Since(began))
		}
		for range 4 {
			go func() { results <- q.Wait(t.Context(), greed, 1) }()
		}
		late := 0
		for range 4 {
			if errors.Is(<-results, ErrFull) {
				late++
			}
		}
		if late == 0 || late > 2 {
			t.Errorf("%d of 4 waited too long; 3 s let 3 begin, the last perhaps at its end", late)
		}
		if q.Waiting() != 0 || len(q.lines) != 0 || q.turns.Len() != 0 {
			t.Error("something is left")
		}
	})
}

// TestFullOfOne holds that who fills the queue loses places to others, to each only
// while it has more.
func TestFullOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(1, 1, 4, time.Minute)
		wait(t, q, alone, 1)
		results := make(chan error, 4)
		for range 4 {
			go func() { results <- q.Wait(t.Context(), greed, 1) }()
		}
		synctest.Wait()
		var others sync.WaitGroup
		for range 2 {
			others.Go(func() { wait(t, q, alone, 1) })
			synctest.Wait()
			if err := <-results; !errors.Is(err, ErrFull) {
				t.Errorf("one that had to go: %v", err)
			}
		}
		if err := q.Wait(t.Context(), alone, 1); !errors.Is(err, ErrFull) {
			t.Errorf("who has half of the places: %v", err)
		}
		others.Wait()
		for range 2 {
			if err := <-results; err != nil {
				t.Errorf("one that could stay: %v", err)
			}
		}
		if q.Waiting() != 0 || len(q.lines) != 0 || q.turns.Len() != 0 || len(q.sizes) != 0 {
			t.Error("something is left")
		}
	})
}

// TestMany holds that no more than the rate begins, whoever comes, leaves or waits too
// long, and that nothing is left of any.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, burst = 500, 20
		q := New(perSecond, burst, 64, 200*time.Millisecond)
		random := rand.New(rand.NewPCG(1, 2))
		began := time.Now()
		var spent, full, left atomic.Int64
		var all sync.WaitGroup
		for range 5000 {
			from := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(random.ExpFloat64() * 4)}), 32)
			cost, patience := 1+random.IntN(4), time.Duration(random.IntN(300))*time.Millisecond
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				switch err := q.Wait(ctx, from, cost); {
				case err == nil:
					spent.Add(int64(cost))
				case errors.Is(err, ErrFull):
					full.Add(1)
				default:
					left.Add(1)
				}
			})
			time.Sleep(time.Duration(random.IntN(2000)) * time.Microsecond)
		}
		all.Wait()
		most := burst + int64(perSecond*time.Since(began).Seconds()) + 1
		if got := spent.Load(); got > most || got < most*9/10 {
			t.Errorf("began %d, at most %d", got, most)
		}
		if full.Load() == 0 || left.Load() == 0 {
			t.Errorf("%d were too many and %d left; this tries both", full.Load(), left.Load())
		}
		if q.Waiting() != 0 || len(q.lines) != 0 || q.turns.Len() != 0 || len(q.sizes) != 0 {
			t.Error("something is left")
		}
	})
}

func wait(t *testing.T, q *Queue, from netip.Prefix, cost int) {
	t.Helper()
	if err := q.Wait(t.Context(), from, cost); err != nil {
		t.Error(err)
	}
}
