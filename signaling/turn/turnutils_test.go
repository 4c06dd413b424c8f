//go:build network

package turn

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// toolTime is the most a tool of coturn may take.
const toolTime = 30 * time.Second

// tool finds one of coturn's.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package coturn", name)
	}
	return path
}

// run answers with what a tool says, and whether it ended well.
func run(t *testing.T, name string, args ...string) (said string, well bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toolTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, tool(t, name), args...).CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), err == nil
}

// coturnServer serves on loopback, over TLS too, and has coturn's peer for its clients.
type coturnServer struct {
	*Server
	secure string // port of TLS
	peer   string // port of the peer
	roots  string // file
}

func newCoturnServer(t *testing.T) *coturnServer {
	t.Helper()
	secure, roots := listenTLS(t)
	peer := startPeer(t)
	conf := local()
	conf.Secure = secure
	conf.Reach = []uint16{peer, peer + 1}
	return &coturnServer{start(t, conf), strconv.Itoa(int(addrPort(secure.Addr()).Port())), strconv.Itoa(int(peer)), roots}
}

// startPeer starts turnutils_peer on two ports, as its client wants for RTP and RTCP.
func startPeer(t *testing.T) uint16 {
	t.Helper()
	ports := freePorts(t, 2)
	peer := exec.Command(tool(t, "turnutils_peer"), "-L", "127.0.0.1", "-p", strconv.Itoa(int(ports.First)))
	if err := peer.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = peer.Process.Kill()
		_ = peer.Wait()
	})
	conn, err := net.Dial("udp", netip.AddrPortFrom(loopback, ports.First).String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for began := time.Now(); time.Since(began) < answerWait; {
		_, _ = conn.Write([]byte("there?"))
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 100)); err == nil {
			return ports.First
		}
	}
	t.Fatal("turnutils_peer does not answer")
	return 0
}

// listenTLS listens with a certificate of its own, whose file is answered too.
func listenTLS(t *testing.T) (net.Listener, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{loopback.AsSlice()}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, file
}

// TestTurnutils relays with coturn's clients; nothing may be lost.
func TestTurnutils(t *testing.T) {
	s := newCoturnServer(t)
	plain := []string{"-p", strconv.Itoa(int(s.Port()))}
	secure := []string{"-t", "-S", "-p", s.secure}
	peer := []string{"-e", "127.0.0.1", "-r", s.peer}
	between := []string{"-y", "-c"}
	for _, test := range []struct {
		name string
		args [][]string
	}{
		{"UDP, channels, client to client", [][]string{between, plain}},
		{"UDP, indications, client to client", [][]string{{"-s"}, between, plain}},
		{"UDP, channels to a peer, EVEN-PORT", [][]string{peer, plain}},
		{"UDP, indications to a peer", [][]string{{"-s", "-c"}, peer, plain}},
		{"UDP, extra requests", [][]string{{"-G", "-c"}, peer, plain}},
		{"UDP, mobility asked for", [][]string{{"-M"}, between, plain}},
		{"UDP, negative requests", [][]string{{"-N"}, between, plain}},
		{"TCP, channels", [][]string{{"-t"}, between, plain}},
		{"TCP, indications", [][]string{{"-t", "-s"}, between, plain}},
		{"TCP, channels to a peer", [][]string{{"-t", "-c"}, peer, plain}},
		{"TLS, channels", [][]string{between, secure}},
		{"TLS, indications, certificate checked", [][]string{{"-s", "-E", s.roots}, between, secure}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"-u", "alice", "-W", "s3cret", "-n", "20", "-m", "2", "-l", "170"}
			for _, more := range test.args {
				args = append(args, more...)
			}
			said, well := run(t, "turnutils_uclient", append(args, "127.0.0.1")...)
			if !well || !strings.Contains(said, "Total lost packets 0 ") {
				t.Errorf("%v:\n%s", args, said)
			}
		})
	}
}

// TestTurnutilsRefused gives errors that coturn's clients understand.
func TestTurnutilsRefused(t *testing.T) {
	s := startIn(t, local(), realEnvironment)
	if primary := s.territory.Load().primary4; !primary.IsValid() || primary.IsLoopback() {
		t.Fatal("this machine has no address but loopback, where relays would be")
	}
	good := []string{"-u", "alice", "-W", "s3cret"}
	expired, password := RESTCredentials([]byte("s3cret"), "alice", time.Now().Add(-time.Minute))
	for _, test := range []struct {
		name string
		want string
		args []string
	}{
		{"forged", `error 40[01]`, []string{"-u", "alice", "-W", "guess", "-y"}},
		{"expired", `error 40[01]`, []string{"-u", expired, "-w", password, "-y"}},
		{"DONT-FRAGMENT", `error 420`, append([]string{"-g", "-y"}, good...)},
		{"relaying over TCP", `error 442`, append([]string{"-T", "-y"}, good...)},
		{"peer on loopback", `error 403`, append([]string{"-e", "127.0.0.1", "-r", "9"}, good...)},
		{"private peer", `error 403`, append([]string{"-e", "10.255.254.253", "-r", "9"}, good...)},
		// These want a relay of IPv6, which a machine may not have.
		{"mapped peer", `error 4(03|40|43)`, append([]string{"-e", "::ffff:127.0.0.1", "-r", "9"}, good...)},
		{"peer on loopback, IPv6", `error 4(03|40)`, append([]string{"-e", "::1", "-r", "9"}, good...)},
		{"private peer, indications", `error 403`, append([]string{"-s", "-e", "10.255.254.253", "-r", "9"}, good...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-n", "2", "-m", "1", "-c", "-p", strconv.Itoa(int(s.Port()))}, test.args...)
			said, well := run(t, "turnutils_uclient", append(args, "127.0.0.1")...)
			if well || !regexp.MustCompile(test.want).MatchString(said) {
				t.Errorf("%v: ended well: %t\n%s", args, well, said)
			}
		})
	}
	t.Cleanup(func() {
		if n := s.Stats().ToPeers.Packets; n != 0 {
			t.Errorf("%d packets were relayed", n)
		}
	})
}

// TestStunclient learns its address.
func TestStunclient(t *testing.T) {
	s := newCoturnServer(t)
	said, _ := run(t, "turnutils_stunclient", "-p", strconv.Itoa(int(s.Port())), "127.0.0.1")
	if !bytes.Contains([]byte(said), []byte("UDP reflexive addr: 127.0.0.1:")) {
		t.Error(said)
	}
}
