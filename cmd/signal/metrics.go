package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"moim/internal/edge"
	"moim/signaling/turn"
)

// metrics answers with the counters in the format of Prometheus. They name
// nobody and no room.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), gauges{s})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// gauges reads what the parts of the server count.
type gauges struct{ server *server }

// metric is one with its help and its labels.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("moim_"+name, help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("moim_"+name, help, labels, nil), prometheus.GaugeValue}
}

var (
	rooms = gauge("rooms", "Rooms that somebody is in, or that were made.")
	peers = gauge("peers", "People in rooms, by whether they have a connection to the server.", "state")
	calls = gauge("test_calls", "Test calls under way.")

	connections = gauge("http_connections", "HTTP connections that are no WebSockets.")
	turnedAway  = counter("http_connections_refused_total", "HTTP connections closed at once, as there were too many.")

	paced    = gauge("requests_waiting", "Requests and handshakes of TLS that wait for their turn.")
	unserved = counter("requests_refused_total", "Requests and handshakes of TLS refused, as too many waited.")

	relayState   = gauge("relay_state", "1 for the verdict of the relay's newest self-test on each transport.", "transport", "state", "reason")
	allocations  = gauge("relay_allocations", "Relayed transport addresses.")
	allocated    = counter("relay_allocations_total", "Relayed transport addresses made.")
	refused      = counter("relay_refused_total", "Requests refused.", "reason")
	packets      = counter("relay_packets_total", "Packets relayed, without those dropped.", "to")
	bytesRelayed = counter("relay_bytes_total", "Bytes relayed, without headers of TURN.", "to")
	dropped      = counter("relay_dropped_packets_total", "Packets not relayed.", "reason")
	streams      = gauge("relay_connections", "Connections over TCP and TLS.")
	accepted     = counter("relay_connections_total", "Connections over TCP and TLS made.")

	waiting    = gauge("tls_waiting", "Connections whose handshake or first byte is still to come.")
	handed     = counter("tls_connections_total", "Connections on the shared port, by what became of them.", "as")
	expiration = gauge("certificate_expiry_timestamp_seconds", "When the certificate ends.")
)

// Describe implements prometheus.Collector.
func (gauges) Describe(to chan<- *prometheus.Desc) {
	for _, m := range []metric{
		rooms, peers, calls, connections, turnedAway, paced, unserved, relayState, allocations, allocated, refused, packets, bytesRelayed, dropped, streams, accepted, waiting, handed, expiration,
	} {
		to <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	put := func(m metric, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
	}
	now := g.server.hub.Counts()
	put(rooms, float64(now.Rooms))
	put(peers, float64(now.Peers-now.Away), "here")
	put(peers, float64(now.Away), "away")
	put(calls, float64(g.server.testCalls.Calls()))
	put(connections, float64(g.server.crowd.len()))
	put(turnedAway, float64(g.server.crowd.refused.Load()))
	put(paced, float64(g.server.pace.queue.Waiting()))
	put(unserved, float64(g.server.pace.refused.Load()))
	for _, check := range g.server.relay.checks() {
		put(relayState, 1, check.Transport, string(check.State), check.Reason)
	}
	if own := g.server.relay.own; own != nil {
		collectRelay(own.Stats(), put)
	}
	if secure := g.server.secure; secure != nil {
		collectPort(secure.port.Stats(), put)
		if end := secure.source.State().NotAfter; !end.IsZero() {
			put(expiration, float64(end.Unix()))
		}
	}
}

type putter func(m metric, value float64, labels ...string)

func collectRelay(s turn.Stats, put putter) {
	put(allocations, float64(s.Allocations))
	put(allocated, float64(s.Allocated))
	for reason, n := range s.Refused {
		put(refused, float64(n), reason)
	}
	put(refused, float64(s.Unauthorized), "unauthorized")
	put(refused, float64(s.Expired), "expired")
	put(refused, float64(s.Malformed), "malformed")
	put(packets, float64(s.ToPeers.Packets), "peers")
	put(packets, float64(s.ToClients.Packets), "clients")
	put(bytesRelayed, float64(s.ToPeers.Bytes), "peers")
	put(bytesRelayed, float64(s.ToClients.Bytes), "clients")
	for reason, n := range s.Dropped {
		put(dropped, float64(n), reason)
	}
	put(streams, float64(s.Connections))
	put(accepted, float64(s.ConnectionsAccepted))
}

func collectPort(s edge.Stats, put putter) {
	put(waiting, float64(s.Waiting))
	for as, n := range map[string]uint64{
		"http": s.HTTP, "turn": s.TURN, "challenge": s.Challenges, "plain": s.Plain, "failed": s.Failed, "timed-out": s.TimedOut,
		"unknown": s.Unknown, "unwanted": s.Unwanted, "evicted": s.Evicted,
	} {
		put(handed, float64(n), as)
	}
}
