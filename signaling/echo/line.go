package echo

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// line is the port on the addresses the machine had at one time.
type line struct {
	port  uint16
	addrs []netip.Addr
	mux   *ice.MultiUDPMuxDefault
	api   *webrtc.API
}

// maxTries bounds the search for a port that is free on every address.
const maxTries = 16

// listen takes a port on every address that the machine has now; 0: any.
func listen(port uint16) (*line, error) {
	for try := 1; ; try++ {
		chosen, err := port, error(nil)
		if chosen == 0 {
			if chosen, err = freePort(); err != nil {
				return nil, err
			}
		}
		l := &line{port: chosen, addrs: addresses()}
		usable := func(ip net.IP) bool { return usable(ip, chosen) }
		l.mux, err = ice.NewMultiUDPMuxFromPort(int(chosen), ice.UDPMuxFromPortWithLoopback(), ice.UDPMuxFromPortWithIPFilter(usable), ice.UDPMuxFromPortWithLogger(quiet()))
		if err == nil {
			if l.api, err = newAPI(l.mux); err != nil {
				return nil, errors.Join(err, l.mux.Close())
			}
			return l, nil
		}
		if port != 0 || try == maxTries || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
	}
}

// usable tells whether an address can be listened on, which one that is not
// settled yet (RFC 4862, section 5.4) cannot. A port that is taken is no reason.
func usable(ip net.IP, port uint16) bool {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: int(port)})
	if err != nil {
		return errors.Is(err, syscall.EADDRINUSE)
	}
	socket.Close()
	return true
}

// stale tells whether the machine has other addresses by now.
func (l *line) stale() bool { return !slices.Equal(l.addrs, addresses()) }

// addresses are those of the machine's interfaces, in order.
func addresses() []netip.Addr {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var addrs []netip.Addr
	for _, entry := range list {
		if prefix, err := netip.ParsePrefix(entry.String()); err == nil {
			addrs = append(addrs, prefix.Addr())
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

// freePort is a UDP port that nobody had a moment ago.
func freePort() (uint16, error) {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{})
	if err != nil {
		return 0, err
	}
	defer socket.Close()
	return uint16(socket.LocalAddr().(*net.UDPAddr).Port), nil //nolint:gosec // a port has 16 bits
}

// newAPI makes peers that speak Opus and VP8, which every browser does (RFC 7874,
// RFC 7742), and lets them share the port.
func newAPI(mux ice.UDPMux) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "transport-cc"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, codec := range []struct {
		kind webrtc.RTPCodecType
		webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{RTPCodecCapability: opus, PayloadType: 111}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: vp8.MimeType, ClockRate: vp8.ClockRate, RTCPFeedback: feedback}, PayloadType: 96}},
	} {
		if err := media.RegisterCodec(codec.RTPCodecParameters, codec.kind); err != nil {
			return nil, err
		}
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, err
	}
	var settings webrtc.SettingEngine
	settings.LoggerFactory = quietFactory{}
	settings.SetICEUDPMux(boundedMux{mux})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	settings.SetICETimeouts(3*time.Second, 2*time.Second, 2*time.Second)
	settings.SetSCTPMaxMessageSize(maxMessage)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(interceptors), webrtc.WithSettingEngine(settings)), nil
}

var (
	opus = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	vp8  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
)
