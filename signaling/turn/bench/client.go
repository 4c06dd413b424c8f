package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v4"
)

const (
	channel    = 0x4000
	header     = 4 // of ChannelData
	answerTime = 2 * time.Second
)

// client is a TURN client with one channel.
type client struct {
	conn  *net.UDPConn
	relay netip.AddrPort
	realm stun.Realm
	nonce stun.Nonce
	name  string
	pass  string
}

func dial(port uint16) (*client, error) {
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)))
	if err != nil {
		return nil, err
	}
	return &client{conn: conn}, nil
}

// connect allocates, and binds the channel to a peer.
func connect(port uint16, username, password string, peer netip.AddrPort) (*client, error) {
	c, err := dial(port)
	if err != nil {
		return nil, err
	}
	c.name, c.pass = username, password
	if err := c.open(peer); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) open(peer netip.AddrPort) error {
	transport := raw{stun.AttrRequestedTransport, []byte{17, 0, 0, 0}}
	challenge, err := c.exchange(answerTime, stun.NewType(stun.MethodAllocate, stun.ClassRequest), transport)
	if err != nil {
		return err
	}
	if err := errors.Join(c.realm.GetFrom(challenge), c.nonce.GetFrom(challenge)); err != nil {
		return err
	}
	answer, err := c.ask(stun.MethodAllocate, transport)
	if err != nil {
		return err
	}
	var relay stun.XORMappedAddress
	if err := relay.GetFromAs(answer, stun.AttrXORRelayedAddress); err != nil {
		return err
	}
	addr, _ := netip.AddrFromSlice(relay.IP)
	c.relay = netip.AddrPortFrom(addr.Unmap(), uint16(relay.Port))
	_, err = c.ask(stun.MethodChannelBind, raw{stun.AttrChannelNumber, []byte{channel >> 8, channel & 0xff, 0, 0}}, peerAddr(peer))
	return err
}

// ask sends a request with credentials.
func (c *client) ask(method stun.Method, attrs ...stun.Setter) (*stun.Message, error) {
	attrs = append(attrs, stun.NewUsername(c.name), c.realm, c.nonce, stun.NewLongTermIntegrity(c.name, c.realm.String(), c.pass))
	answer, err := c.exchange(answerTime, stun.NewType(method, stun.ClassRequest), attrs...)
	if err == nil && answer.Type.Class != stun.ClassSuccessResponse {
		var code stun.ErrorCodeAttribute
		_ = code.GetFrom(answer)
		err = fmt.Errorf("%s refused: %s", method, code)
	}
	return answer, err
}

func (c *client) binding(wait time.Duration) (*stun.Message, error) {
	return c.exchange(wait, stun.BindingRequest)
}

func (c *client) exchange(wait time.Duration, kind stun.MessageType, attrs ...stun.Setter) (*stun.Message, error) {
	request, err := stun.Build(append([]stun.Setter{stun.TransactionID, kind}, attrs...)...)
	if err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(request.Raw); err != nil {
		return nil, err
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(wait))
	b := make([]byte, 2048)
	for {
		n, err := c.conn.Read(b)
		if err != nil {
			return nil, err
		}
		answer := &stun.Message{Raw: b[:n]}
		if err := answer.Decode(); err == nil && answer.TransactionID == request.TransactionID {
			return answer, nil
		}
	}
}

// raw is an attribute as it is.
type raw struct {
	kind  stun.AttrType
	value []byte
}

func (r raw) AddTo(m *stun.Message) error {
	m.Add(r.kind, r.value)
	return nil
}

// peerAddr is XOR-PEER-ADDRESS.
type peerAddr netip.AddrPort

func (p peerAddr) AddTo(m *stun.Message) error {
	at := netip.AddrPort(p)
	return stun.XORMappedAddress{IP: at.Addr().AsSlice(), Port: int(at.Port())}.AddToAs(m, stun.AttrXORPeerAddress)
}
