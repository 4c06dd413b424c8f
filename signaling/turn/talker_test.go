package turn

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// answerWait is how long a test waits for what must come.
const answerWait = 5 * time.Second

// talker is a client that says exactly what a test wants.
type talker struct {
	t        *testing.T
	conn     net.Conn
	stream   bool
	username string
	password string
	nonce    stun.Nonce
	relayed  netip.AddrPort
}

// talk connects over "udp" or "tcp" as a user with valid credentials.
func talk(t *testing.T, s *Server, network, user string) *talker {
	t.Helper()
	username, password, _ := s.Credentials(user, s.around.now())
	return talkAs(t, s, network, username, password)
}

func talkAs(t *testing.T, s *Server, network, username, password string) *talker {
	t.Helper()
	conn, err := net.Dial(network, s.testAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &talker{t: t, conn: conn, stream: network == "tcp", username: username, password: password}
}

// read is the next message or ChannelData.
func (c *talker) read() ([]byte, error) {
	c.conn.SetReadDeadline(time.Now().Add(answerWait))
	b := make([]byte, 4096)
	if !c.stream {
		n, err := c.conn.Read(b)
		return b[:n], err
	}
	if _, err := io.ReadFull(c.conn, b[:4]); err != nil {
		return nil, err
	}
	n := 4 + (int(binary.BigEndian.Uint16(b[2:]))+3)&^3
	if b[0]&0xc0 == 0 {
		n += 16
	}
	_, err := io.ReadFull(c.conn, b[4:n])
	return b[:n], err
}

func (c *talker) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// ask sends a request and answers with its response.
func (c *talker) ask(method stun.Method, attrs ...stun.Setter) *stun.Message {
	c.t.Helper()
	if c.nonce == nil {
		first := c.exchange(stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest)))
		if err := c.nonce.GetFrom(first); err != nil {
			c.t.Fatal("no nonce:", first, err)
		}
	}
	all := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attrs...)
	all = append(all, stun.NewUsername(c.username), stun.NewRealm(realm), c.nonce,
		stun.NewLongTermIntegrity(c.username, realm, c.password), stun.Fingerprint)
	return c.exchange(stun.MustBuild(all...))
}

func (c *talker) exchange(request *stun.Message) *stun.Message {
	c.t.Helper()
	c.write(request.Raw)
	for {
		b, err := c.read()
		if err != nil {
			c.t.Fatalf("%s is not answered: %v", request.Type, err)
		}
		if b[0]&0xc0 != 0 {
			continue
		}
		answer := &stun.Message{Raw: b}
		if err := answer.Decode(); err != nil {
			c.t.Fatal(err)
		}
		if answer.TransactionID == request.TransactionID {
			return answer
		}
	}
}

// code is that of an error response, 0 for success.
func code(m *stun.Message) stun.ErrorCode {
	var e stun.ErrorCodeAttribute
	if err := e.GetFrom(m); err != nil {
		return 0
	}
	return e.Code
}

// attr is a raw attribute.
func attr(kind stun.AttrType, value ...byte) stun.Setter { return rawAttr{kind, value} }

type rawAttr struct {
	kind  stun.AttrType
	value []byte
}

func (a rawAttr) AddTo(m *stun.Message) error {
	m.Add(a.kind, a.value)
	return nil
}

var (
	overUDP = attr(stun.AttrRequestedTransport, 17, 0, 0, 0)
	overTCP = attr(stun.AttrRequestedTransport, 6, 0, 0, 0)
)

// peerAddr is XOR-PEER-ADDRESS.
type peerAddr netip.AddrPort

func (p peerAddr) AddTo(m *stun.Message) error {
	at := netip.AddrPort(p)
	return stun.XORMappedAddress{IP: at.Addr().AsSlice(), Port: int(at.Port())}.AddToAs(m, stun.AttrXORPeerAddress)
}

func lifetime(seconds byte) stun.Setter { return attr(stun.AttrLifetime, 0, 0, 0, seconds) }

// allocate wants a relay, and answers with the code of the refusal.
func (c *talker) allocate(attrs ...stun.Setter) stun.ErrorCode {
	c.t.Helper()
	answer := c.ask(stun.MethodAllocate, append([]stun.Setter{overUDP}, attrs...)...)
	var at stun.XORMappedAddress
	if err := at.GetFromAs(answer, stun.AttrXORRelayedAddress); err == nil {
		ip, _ := netip.AddrFromSlice(at.IP)
		c.relayed = netip.AddrPortFrom(ip.Unmap(), uint16(at.Port))
	}
	return code(answer)
}

// mustAllocate is allocate of a relay that is granted.
func (c *talker) mustAllocate() *talker {
	c.t.Helper()
	if refused := c.allocate(); refused != 0 {
		c.t.Fatal("allocation refused:", refused)
	}
	return c
}

func (c *talker) permit(peer netip.AddrPort) stun.ErrorCode {
	c.t.Helper()
	return code(c.ask(stun.MethodCreatePermission, peerAddr(peer)))
}

func (c *talker) bind(number uint16, peer netip.AddrPort) stun.ErrorCode {
	c.t.Helper()
	return code(c.ask(stun.MethodChannelBind, attr(stun.AttrChannelNumber, byte(number>>8), byte(number), 0, 0), peerAddr(peer)))
}

// send sends through a channel.
func (c *talker) send(number uint16, data string) {
	c.t.Helper()
	b := append([]byte{byte(number >> 8), byte(number), byte(len(data) >> 8), byte(len(data))}, data...)
	for c.stream && len(b)%4 != 0 {
		b = append(b, 0)
	}
	c.write(b)
}

// indicate sends a Send indication.
func (c *talker) indicate(peer netip.AddrPort, data string) {
	c.t.Helper()
	c.write(stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication),
		peerAddr(peer), attr(stun.AttrData, []byte(data)...)).Raw)
}

// got is what comes next: its channel, or 0 and the peer of a Data indication.
func (c *talker) got() (number uint16, peer netip.AddrPort, data string) {
	c.t.Helper()
	b, err := c.read()
	if err != nil {
		c.t.Fatal("nothing comes:", err)
	}
	if b[0]&0xc0 == 0x40 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		return binary.BigEndian.Uint16(b), netip.AddrPort{}, string(b[4 : 4+n])
	}
	m := &stun.Message{Raw: b}
	if err := m.Decode(); err != nil {
		c.t.Fatal(err)
	}
	var from stun.XORMappedAddress
	if err := from.GetFromAs(m, stun.AttrXORPeerAddress); err != nil {
		c.t.Fatal(m, err)
	}
	ip, _ := netip.AddrFromSlice(from.IP)
	raw, _ := m.Get(stun.AttrData)
	return 0, netip.AddrPortFrom(ip.Unmap(), uint16(from.Port)), string(raw)
}

// browser is pion's own client with a relay.
func browser(t *testing.T, s *Server, transport, user string) (*pion.Client, net.PacketConn) {
	t.Helper()
	var conn net.PacketConn
	if transport == "udp" {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		conn = c
	} else {
		c, err := net.Dial("tcp", s.testAddr())
		if err != nil {
			t.Fatal(err)
		}
		conn = pion.NewSTUNConn(c)
	}
	username, password, _ := s.Credentials(user, s.around.now())
	client, err := pion.NewClient(&pion.ClientConfig{
		STUNServerAddr: s.testAddr(), TURNServerAddr: s.testAddr(),
		Username: username, Password: password, Conn: conn, LoggerFactory: silence{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	relay, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		relay.Close()
		client.Close()
		conn.Close()
	})
	return client, relay
}
