package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, for tests with a clock of their own.
type pipes struct {
	conns  chan net.Conn
	errs   chan error
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), errs: make(chan error), closed: make(chan struct{})}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case err := <-l.errs:
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

func (l *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (l *pipes) dial(t *testing.T) net.Conn {
	t.Helper()
	server, client := net.Pipe()
	l.conns <- server
	t.Cleanup(func() { client.Close() })
	return client
}

// closedAfter is how long the other side keeps a connection.
func closedAfter(conn net.Conn) time.Duration {
	begin := time.Now()
	io.Copy(io.Discard, conn)
	return time.Since(begin)
}

func TestSlowClientsAreClosed(t *testing.T) {
	for name, test := range map[string]struct {
		protos []string
		client func(net.Conn, *tls.Conn)
		want   time.Duration
		count  func(Stats) uint64
	}{
		"silent": {client: func(net.Conn, *tls.Conn) {}, want: 10 * time.Second, count: func(s Stats) uint64 { return s.TimedOut }},
		"half a hello": {
			client: func(raw net.Conn, _ *tls.Conn) { raw.Write([]byte{22, 3, 1, 2, 0, 1}) },
			want:   10 * time.Second, count: func(s Stats) uint64 { return s.TimedOut },
		},
		"no first byte": {
			client: func(_ net.Conn, conn *tls.Conn) { conn.Handshake() },
			want:   10 * time.Second, count: func(s Stats) uint64 { return s.TimedOut },
		},
		"slow handshake and no first byte": {
			client: func(_ net.Conn, conn *tls.Conn) { time.Sleep(7 * time.Second); conn.Handshake() },
			want:   3 * time.Second, count: func(s Stats) uint64 { return s.TimedOut },
		},
		"nobody accepts HTTP": {
			protos: []string{"http/1.1"}, client: func(_ net.Conn, conn *tls.Conn) { conn.Handshake() },
			want: 5 * time.Second, count: func(s Stats) uint64 { return s.Unwanted },
		},
		"nobody wants TURN": {
			protos: []string{"stun.turn"}, client: func(_ net.Conn, conn *tls.Conn) { conn.Handshake() },
			want: 0, count: func(s Stats) uint64 { return s.Unwanted },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				p := New(l, serverConf(), nil, slog.New(slog.DiscardHandler))
				p.HTTP()
				stop := start(t, p)
				conn := l.dial(t)
				test.client(conn, tls.Client(conn, clientConf(test.protos...)))
				if took := closedAfter(conn); took != test.want {
					t.Errorf("closed after %v, want %v", took, test.want)
				}
				synctest.Wait()
				if s := p.Stats(); test.count(s) != 1 || s.Waiting != 0 {
					t.Errorf("%+v", s)
				}
				stop()
			})
		})
	}
}

func TestAcceptedConnectionsHaveNoDeadline(t *testing.T) {
	for _, proto := range []string{"http/1.1", "stun.turn", ""} {
		synctest.Test(t, func(t *testing.T) {
			l := newPipes()
			p := New(l, serverConf(), nil, slog.New(slog.DiscardHandler))
			outlet := map[string]net.Listener{"http/1.1": p.HTTP(), "stun.turn": p.TURN(), "": p.TURN()}[proto]
			stop := start(t, p)
			client := tls.Client(l.dial(t), clientConf(proto))
			if proto == "" {
				client = tls.Client(l.dial(t), clientConf())
			}
			go client.Write([]byte{0})
			conn, err := outlet.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			stop() // what was accepted outlives the Port
			time.AfterFunc(time.Hour, func() { client.Write([]byte{7}) })
			b := make([]byte, 1)
			if _, err := conn.Read(b); err != nil || b[0] != 7 {
				t.Errorf("%s: got %d, %v", proto, b[0], err)
			}
			client.NetConn().Close()
			conn.Close()
		})
	}
}

// TestPace holds that handshakes begin when the pace lets them, and that whom it
// refuses is closed.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		var calls atomic.Int32
		pace := func(ctx context.Context, _ netip.Prefix) error {
			if calls.Add(1) > 1 {
				return errors.New("too many")
			}
			select {
			case <-time.After(3 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		p := New(l, serverConf(), pace, slog.New(slog.DiscardHandler))
		outlet := p.TURN()
		stop := start(t, p)
		began := time.Now()
		go tls.Client(l.dial(t), clientConf("stun.turn")).Handshake()
		conn, err := outlet.Accept()
		if err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("accepted after %v: %v", time.Since(began), err)
		}
		conn.Close()
		if took := closedAfter(l.dial(t)); took != 0 {
			t.Errorf("closed after %v", took)
		}
		stop()
	})
}

func TestAcceptErrorsAreOutlived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		p := New(l, serverConf(), nil, slog.New(slog.DiscardHandler))
		outlet := p.TURN()
		start(t, p)
		begin := time.Now()
		for range 12 {
			l.errs <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		}
		go tls.Client(l.dial(t), clientConf("stun.turn")).Handshake()
		conn, err := outlet.Accept()
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin)
		conn.Close()
		if took != 1275*time.Millisecond+4*time.Second { // 5, 10, … 640 ms, then a second each
			t.Errorf("accepted after %v", took)
		}
		if s := p.Stats(); s.AcceptErrors != 12 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRunEnds(t *testing.T) {
	p := newPort(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	p.TURN()
	half, err := net.Dial("tcp", p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	unaccepted := dial(t, p, "stun.turn")
	for p.Stats().Waiting < 2 {
		runtime.Gosched()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantClosed(t, half)
	wantClosed(t, unaccepted)
	for _, l := range []net.Listener{p.HTTP(), p.TURN()} {
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: %v", err)
		}
	}
	if _, err := net.Dial("tcp", p.listener.Addr().String()); err == nil {
		t.Error("the listener is open")
	}
}

func TestRunEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		p := New(l, serverConf(), nil, slog.New(slog.DiscardHandler))
		p.HTTP()
		stop := start(t, p)
		l.dial(t)
		half := tls.Client(l.dial(t), clientConf())
		unaccepted := tls.Client(l.dial(t), clientConf("h2"))
		for _, conn := range []*tls.Conn{half, unaccepted} {
			if err := conn.Handshake(); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		stop()
		if took := time.Since(begin); took != 0 {
			t.Errorf("after %v", took)
		}
	})
}

func TestRunSaysThatTheListenerIsGone(t *testing.T) {
	p := newPort(t)
	p.listener.Close()
	if err := p.Run(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// flood opens connections from an address which say nothing.
func flood(t *testing.T, p *Port, from string, count int) []net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: soon}
	conns := make([]net.Conn, count)
	for i := range conns {
		conn, err := dialer.Dial("tcp", p.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		conns[i] = conn
	}
	return conns
}

func TestThousandHalfOpenConnections(t *testing.T) {
	p := newPort(t)
	stop := start(t, p)
	serveBoth(t, p)
	half := flood(t, p, "127.0.0.1", 1000)
	for i, conn := range half {
		if i%2 == 0 {
			conn.Write([]byte{22, 3, 1, 2, 0, 1})
		}
	}
	for p.Stats().Waiting < len(half) {
		runtime.Gosched()
	}
	begin := time.Now()
	transport := &http.Transport{TLSClientConfig: clientConf(), ForceAttemptHTTP2: true}
	res, err := (&http.Client{Transport: transport, Timeout: soon}).Get("https://" + p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	defer res.Body.Close()
	exchange(t, dial(t, p, "stun.turn"), binding)
	exchange(t, dial(t, p), binding)
	t.Logf("three handshakes and exchanges beside them: %v", time.Since(begin))
	if s := p.Stats(); s.Waiting != len(half) {
		t.Errorf("the half-open ones were touched: %+v", s)
	}
	for _, conn := range half {
		conn.Close()
	}
	for p.Stats().Waiting > 0 {
		runtime.Gosched()
	}
	stop() // which waits for the goroutines; goleak would find others
}

func TestFloodFromOneAddress(t *testing.T) {
	p := newPort(t)
	p.waiting = newWaiting(100, 20)
	start(t, p)
	serveBoth(t, p)
	half := flood(t, p, "127.0.0.1", 50)
	for _, conn := range half[:30] {
		wantClosed(t, conn)
	}
	if s := p.Stats(); s.Waiting != 20 || s.Evicted != 30 {
		t.Errorf("%+v", s)
	}
	exchange(t, dial(t, p), binding) // from the same address
	dialer := tls.Dialer{NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}}, Config: clientConf()}
	other, err := dialer.DialContext(t.Context(), "tcp", p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	flood(t, p, "127.0.0.1", 200) // between handshake and first byte of the other
	if body := get(t, other); body != "HTTP/1.1" {
		t.Errorf("got %q", body)
	}
}

// fakeConn is a connection from an address.
type fakeConn struct {
	net.Conn
	from   netip.Addr
	closed atomic.Bool
}

func (c *fakeConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.from, 1))
}

func (c *fakeConn) Close() error { c.closed.Store(true); return nil }

func TestWhoFloodsLosesItsOwn(t *testing.T) {
	w := newWaiting(10, 6)
	enter := func(addr string) *fakeConn {
		t.Helper()
		conn := &fakeConn{from: netip.MustParseAddr(addr)}
		w.enter(conn)
		return conn
	}
	quiet := enter("203.0.113.1")
	mapped := enter("::ffff:203.0.113.1")
	if len(w.by) != 1 {
		t.Error("an address in two forms counts as two clients")
	}
	var six []*fakeConn // one client by many addresses of its /64
	for _, addr := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6"} {
		six = append(six, enter(addr))
	}
	seventh := enter("2001:db8::7")
	if !six[0].closed.Load() || six[1].closed.Load() || seventh.closed.Load() {
		t.Error("a client over its bound does not lose its oldest")
	}
	enter("2001:db8:0:1::1")
	enter("203.0.113.2")
	enter("203.0.113.3") // the eleventh
	if !six[1].closed.Load() || six[2].closed.Load() {
		t.Error("the client that has the most does not lose its oldest")
	}
	for i := range 100 { // a connection each
		enter(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}).String())
	}
	if !quiet.closed.Load() || !mapped.closed.Load() {
		t.Error("the oldest stay for ever")
	}
	if now, evicted := w.counts(); now != 10 || evicted != 102 {
		t.Errorf("%d now, %d evicted", now, evicted)
	}
	if len(w.by) != 10 || len(w.order) != 10 {
		t.Errorf("%d and %d clients", len(w.by), len(w.order))
	}
	w.close()
	if now, _ := w.counts(); now != 0 || len(w.by) != 0 || len(w.order) != 0 {
		t.Error("not empty after close")
	}
}

func TestEvictedConnectionsAreNotAccepted(t *testing.T) {
	w := newWaiting(1, 1)
	o := newOutlet(&net.TCPAddr{})
	o.opened()
	evicted := &fakeConn{from: netip.MustParseAddr("203.0.113.1")}
	other := &fakeConn{from: netip.MustParseAddr("203.0.113.2")}
	first, second := w.enter(evicted), w.enter(other)
	go func() {
		o.hand(offer{evicted, first}, time.Minute)
		o.hand(offer{other, second}, time.Minute)
	}()
	conn, err := o.Accept()
	if err != nil || conn.(*fakeConn).closed.Load() {
		t.Errorf("accepted %+v, %v", conn, err)
	}
	go o.Close()
	if conn, err := o.Accept(); err == nil {
		t.Errorf("accepted %+v", conn)
	}
}
