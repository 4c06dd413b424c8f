package turn

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/pion/stun/v4"
)

// spoil changes some bytes of a message, or its length.
func spoil(r *rand.Rand, b []byte) []byte {
	b = append([]byte(nil), b...)
	for range 1 + r.IntN(4) {
		switch r.IntN(4) {
		case 0:
			b = b[:r.IntN(len(b)+1)]
		case 1:
			b = append(b, byte(r.Uint32()))
		default:
			if len(b) > 0 {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
		}
	}
	return b
}

// wild are messages to spoil.
func wild(c *talker) [][]byte {
	var list [][]byte
	for _, method := range []stun.Method{stun.MethodBinding, stun.MethodAllocate, stun.MethodRefresh, stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodConnect} {
		list = append(list, stun.MustBuild(stun.TransactionID, stun.NewType(method, stun.ClassRequest), overUDP,
			attr(stun.AttrChannelNumber, 0x40, 1, 0, 0), peerAddr(c.relayed), attr(stun.AttrEvenPort, 0x80), stun.NewUsername(c.username),
			stun.NewRealm(realm), c.nonce, stun.NewLongTermIntegrity(c.username, realm, c.password), stun.Fingerprint).Raw)
	}
	return append(list,
		stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), peerAddr(c.relayed), attr(stun.AttrData, 1, 2, 3)).Raw,
		[]byte{0x40, 1, 0, 4, 'd', 'a', 't', 'a'}, nil)
}

// TestWild survives broken messages of somebody who has an allocation.
func TestWild(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			s := start(t, local())
			r := rand.New(rand.NewPCG(5, 6))
			for range 20 {
				c := talk(t, s, network, "a").mustAllocate()
				go func() { // answers would fill the connection
					for {
						if _, err := c.read(); err != nil {
							return
						}
					}
				}()
				messages := wild(c)
				for range 100 {
					if _, err := c.conn.Write(spoil(r, messages[r.IntN(len(messages))])); err != nil {
						break // the server has had enough
					}
				}
				if network == "tcp" {
					c.conn.Close() // over UDP another might be given the port, and have the allocation
				}
			}
			talk(t, s, network, "b").mustAllocate()
		})
	}
}

// FuzzExchange reads any message, and refuses it.
func FuzzExchange(f *testing.F) {
	for _, m := range wild(&talker{username: "1:a", relayed: netip.AddrPortFrom(loopback, 9), nonce: stun.NewNonce("n")}) {
		f.Add(m)
	}
	s, err := newServer(local(), lonely())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, b []byte) {
		e := exchange{server: s}
		if reply, ok := e.begin(b, nil); reply != nil && (ok || !stun.IsMessage(reply)) {
			t.Errorf("%x is both taken and answered with %x", b, reply)
		}
		e.respond(b)
		e.channel()
		e.incapacity()
		if reply := e.settle(); reply != nil && !stun.IsMessage(reply) {
			t.Errorf("%x is answered with %x", b, reply)
		}
		if _, ok := channelNumber(b); ok {
			if data, err := channelData(b); err == nil && len(data) > len(b) {
				t.Error("more data than there is")
			}
		}
		_, _, _ = parseUsername(string(b))
	})
}

// FuzzStream reads any stream of a client.
func FuzzStream(f *testing.F) {
	f.Add(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw)
	f.Add([]byte{0x40, 1, 0, 1, 'x', 0, 0, 0})
	s, err := newServer(local(), lonely())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, b []byte) {
		here, there := net.Pipe()
		c := newStream(s, here, &net.TCPAddr{IP: loopback.AsSlice(), Port: 1})
		defer c.end()
		go func() {
			_, _ = there.Write(b)
			there.Close()
		}()
		p := make([]byte, maxMessage)
		for {
			n, err := c.Read(p)
			if err != nil {
				return
			}
			if !stun.IsMessage(p[:n]) {
				t.Errorf("%x is no message", p[:n])
			}
		}
	})
}
