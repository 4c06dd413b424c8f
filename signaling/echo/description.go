package echo

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// maxOffer bounds an offer, in bytes.
const maxOffer = 32 << 10

// offer is one that can be answered.
type offer struct {
	sdp   string // without candidates
	kinds []webrtc.RTPCodecType
}

func badSDP(format string, args ...any) error {
	return &Error{CodeBadSDP, fmt.Sprintf(format, args...)}
}

// parseOffer takes the candidates out of an offer, and refuses what a test call
// has no use for.
func parseOffer(text string) (*offer, error) {
	if len(text) > maxOffer {
		return nil, badSDP("The offer is longer than %d bytes.", maxOffer)
	}
	var description sdp.SessionDescription
	if err := description.UnmarshalString(text); err != nil {
		return nil, badSDP("The offer is no SDP.")
	}
	o := &offer{}
	var seen []string
	for _, media := range description.MediaDescriptions {
		kind := media.MediaName.Media
		if slices.Contains(seen, kind) || !slices.Contains([]string{"application", "audio", "video"}, kind) {
			return nil, badSDP("A test call has a data channel, one audio and one video at most.")
		}
		seen = append(seen, kind)
		if kind != "application" {
			o.kinds = append(o.kinds, webrtc.NewRTPCodecType(kind))
		}
		media.Attributes = slices.DeleteFunc(media.Attributes, namesAddress)
	}
	if len(seen) == 0 {
		return nil, badSDP("The offer has no media and no data channel.")
	}
	description.Attributes = slices.DeleteFunc(description.Attributes, namesAddress)
	stripped, err := description.Marshal()
	if err != nil {
		return nil, badSDP("The offer is no SDP.")
	}
	o.sdp = string(stripped)
	return o, nil
}

func namesAddress(a sdp.Attribute) bool {
	switch a.Key {
	case "candidate", "end-of-candidates", "remote-candidates", "rtcp":
		return true
	}
	return false
}

// completeAnswer adds the addresses under which others reach this machine. Who
// comes from outside is told of no private ones, unless there are no others: a
// relay of this machine still leads there.
func completeAnswer(text string, public []netip.Addr, port uint16, from netip.Addr) (string, error) {
	var description sdp.SessionDescription
	if err := description.UnmarshalString(text); err != nil {
		return "", err
	}
	first := description.MediaDescriptions[0]
	known := len(public) > 0 || slices.ContainsFunc(first.Attributes, func(a sdp.Attribute) bool {
		return a.Key == "candidate" && isPublic(addressOf(a.Value))
	})
	for _, media := range description.MediaDescriptions {
		media.Attributes = slices.DeleteFunc(media.Attributes, func(a sdp.Attribute) bool {
			return a.Key == "candidate" && isPublic(from) && known && !isPublic(addressOf(a.Value))
		})
	}
	last := slices.IndexFunc(first.Attributes, func(a sdp.Attribute) bool { return a.Key == "end-of-candidates" })
	if last < 0 {
		last = len(first.Attributes)
	}
	var more []sdp.Attribute
	for i, addr := range public {
		if slices.ContainsFunc(first.Attributes, func(a sdp.Attribute) bool { return a.Key == "candidate" && addressOf(a.Value) == addr }) {
			continue
		}
		const hostPreference = 126 // RFC 8445, section 5.1.2.2
		priority := hostPreference<<24 | (65535-i)<<8 | 255
		more = append(more, sdp.Attribute{Key: "candidate", Value: fmt.Sprintf("public%d 1 udp %d %s %d typ host", i, priority, addr, port)})
	}
	first.Attributes = slices.Insert(first.Attributes, last, more...)
	answer, err := description.Marshal()
	return string(answer), err
}

// addressOf is the connection address of a candidate (RFC 8839, section 5.1).
func addressOf(candidate string) netip.Addr {
	fields := strings.Fields(candidate)
	if len(fields) < 6 {
		return netip.Addr{}
	}
	addr, _ := netip.ParseAddr(fields[4])
	return addr.Unmap()
}

func isPublic(addr netip.Addr) bool {
	return addr.IsGlobalUnicast() && !addr.IsPrivate()
}
