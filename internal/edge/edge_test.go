package edge

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = 5 * time.Second // for what takes milliseconds

var binding = append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, "twelve bytes"...) // a STUN request

var pair = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(1000 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

func serverConf(protos ...string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{pair()}, NextProtos: protos}
}

func clientConf(protos ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protos}
}

// newPort is a Port on loopback whose limits may be changed before start.
func newPort(t *testing.T, protos ...string) *Port {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return New(l, serverConf(protos...), nil, slog.New(slog.DiscardHandler))
}

// start runs a Port until the test's end or until stop.
func start(t *testing.T, p *Port) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// serveBoth answers HTTP with the protocol's version, and sends back what comes
// as TURN.
func serveBoth(t *testing.T, p *Port) {
	t.Helper()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, direct := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if direct && (r.TLS != nil) {
			w.Header().Set("Secure", "yes")
		}
		io.WriteString(w, r.Proto)
	})}
	var running sync.WaitGroup
	running.Go(func() { server.Serve(p.HTTP()) })
	turn := p.TURN()
	var conns sync.Map
	running.Go(func() {
		for {
			conn, err := turn.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			running.Go(func() { io.Copy(conn, conn); conn.Close() })
		}
	})
	t.Cleanup(func() {
		server.Close()
		turn.Close()
		conns.Range(func(conn, _ any) bool { conn.(net.Conn).Close(); return true })
		running.Wait()
	})
}

// dial finishes a handshake.
func dial(t *testing.T, p *Port, protos ...string) *tls.Conn {
	t.Helper()
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: soon}, Config: clientConf(protos...)}
	conn, err := dialer.DialContext(t.Context(), "tcp", p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(soon))
	return conn.(*tls.Conn)
}

// get asks over HTTP/1.1 and answers the body.
func get(t *testing.T, conn net.Conn) string {
	t.Helper()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: call.example.org\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// exchange sends a STUN request and wants it back.
func exchange(t *testing.T, conn net.Conn, request []byte) {
	t.Helper()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len(request))
	if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, request) {
		t.Fatalf("got %x, %v; want %x", answer, err, request)
	}
}

// wantClosed reads until the other side has closed.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(soon))
	if n, err := conn.Read(make([]byte, 100)); err == nil || isTimeout(err) {
		t.Errorf("read %d bytes, %v; want a closed connection", n, err)
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error) //nolint:errorlint // as it comes from Read
	return ok && e.Timeout()
}

func TestTellsHTTPAndTURNApart(t *testing.T) {
	p := newPort(t)
	start(t, p)
	serveBoth(t, p)

	t.Run("h2", func(t *testing.T) {
		transport := &http.Transport{TLSClientConfig: clientConf(), ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport, Timeout: soon}).Get("https://" + p.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if body, _ := io.ReadAll(res.Body); string(body) != "HTTP/2.0" || res.Header.Get("Secure") != "yes" {
			t.Errorf("got %s, secure %q", body, res.Header.Get("Secure"))
		}
	})
	for name, protos := range map[string][]string{"http/1.1": {"http/1.1"}, "http without ALPN": nil} {
		t.Run(name, func(t *testing.T) {
			if body := get(t, dial(t, p, protos...)); body != "HTTP/1.1" {
				t.Errorf("got %q", body)
			}
		})
	}
	success := append([]byte{1}, binding[1:]...) // an answer's type begins with 1
	for name, test := range map[string]struct {
		protos  []string
		request []byte
	}{
		"stun.turn":                {[]string{"stun.turn"}, binding},
		"stun.turn beside http":    {[]string{"http/1.1", "stun.turn"}, binding},
		"STUN without ALPN":        {nil, binding},
		"type 1 without ALPN":      {nil, success},
		"stun.turn, any bytes":     {[]string{"stun.turn"}, []byte("GET")},
		"first byte on its own":    {nil, []byte{0}},
		"more than one TLS record": {nil, bytes.Repeat([]byte{0, 1}, 40_000)},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, p, test.protos...)
			go conn.Write(test.request)
			answer := make([]byte, len(test.request))
			if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, test.request) {
				t.Errorf("got %d bytes, %v", len(answer), err)
			}
		})
	}
	for name, first := range map[string]byte{"ChannelData": 0x40, "TLS again": 0x16, "digit": '1', "high": 0xff} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, p)
			conn.Write([]byte{first, 0, 0, 0})
			wantClosed(t, conn)
		})
	}
	if s := p.Stats(); s.HTTP != 3 || s.TURN != 7 || s.Unknown != 4 || s.Accepted != 14 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

func TestKeepsConnectionState(t *testing.T) {
	p := newPort(t)
	start(t, p)
	l := p.HTTP()
	io.WriteString(dial(t, p), "GET")
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	state, ok := conn.(interface{ ConnectionState() tls.ConnectionState })
	if !ok || !state.ConnectionState().HandshakeComplete {
		t.Errorf("%T has no state of TLS", conn)
	}
}

func TestEndsChallengesAfterTheHandshake(t *testing.T) {
	p := newPort(t, "acme-tls/1")
	start(t, p)
	serveBoth(t, p)
	conn := dial(t, p, "acme-tls/1")
	if proto := conn.ConnectionState().NegotiatedProtocol; proto != "acme-tls/1" {
		t.Errorf("negotiated %q", proto)
	}
	wantClosed(t, conn)
	if s := p.Stats(); s.Challenges != 1 || s.HTTP+s.TURN+s.Failed != 0 {
		t.Errorf("%+v", s)
	}
}

func TestRefusesOtherProtocols(t *testing.T) {
	p := newPort(t)
	start(t, p)
	for _, proto := range []string{"acme-tls/1", "imap"} {
		conn, err := tls.Dial("tcp", p.listener.Addr().String(), clientConf(proto))
		if err == nil {
			conn.Close()
			t.Errorf("%s: accepted", proto)
		}
	}
}

func TestExplainsHTTPS(t *testing.T) {
	p := newPort(t)
	start(t, p)
	for request, want := range map[string]bool{
		"GET / HTTP/1.1\r\nHost: pc.local:8443\r\n\r\n":                                                        true,
		"HEAD / HTTP/1.1\r\nHost: pc.local\r\nCookie: " + string(bytes.Repeat([]byte("x"), 5000)) + "\r\n\r\n": true,
		"SSH-2.0-client\r\n":                           false,
		"\x00\x01\x00\x00\x21\x12\xa4\x42twelve bytes": false,
	} {
		conn, err := net.Dial("tcp", p.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(soon))
		io.WriteString(conn, request)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		switch {
		case !want && (err == nil || isTimeout(err)):
			t.Errorf("%.20q: answered %v, %v", request, res, err)
		case want && (err != nil || res.StatusCode != http.StatusBadRequest):
			t.Errorf("%.20q: got %+v, %v", request, res, err)
		}
		conn.Close()
	}
	for p.Stats().Waiting > 0 {
		runtime.Gosched()
	}
	if s := p.Stats(); s.Plain != 2 || s.Failed != 2 {
		t.Errorf("%+v", s)
	}
}
