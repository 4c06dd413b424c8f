import assert from 'node:assert/strict';
import test from 'node:test';
import { figuresOf } from './figures.js';

/** @typedef {Record<string, Record<string, any>>} Entries */

/** @param {number} at ms @param {Entries} entries @returns {import('./figures.js').Report} */
function report(at, entries) {
  return new Map(Object.entries(entries).map(([id, entry]) => [id, { id, timestamp: at, ...entry }]));
}

/**
 * A connection as Chromium tells of it.
 * @param {any} [local]
 * @param {any} [remote]
 * @returns {Entries}
 */
function route(local = { candidateType: 'host', protocol: 'udp' }, remote = { candidateType: 'host', protocol: 'udp' }) {
  return {
    T: { type: 'transport', selectedCandidatePairId: 'P' },
    P: { type: 'candidate-pair', state: 'succeeded', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 0.042 },
    other: { type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'x', remoteCandidateId: 'y' },
    L: { type: 'local-candidate', ...local },
    R: { type: 'remote-candidate', ...remote },
  };
}

/** @param {number} seconds @param {{lost?: number, bytes?: number}} [more] @returns {Entries} */
function media(seconds, { lost = 0, bytes = 1000 } = {}) {
  const packets = 100 * seconds;
  const counts = { packetsReceived: packets - lost, packetsLost: lost, bytesReceived: bytes * seconds, headerBytesReceived: 10 * seconds };
  return {
    IA: { type: 'inbound-rtp', kind: 'audio', codecId: 'CA', ...counts },
    IV: { type: 'inbound-rtp', kind: 'video', codecId: 'CV', frameWidth: 640, frameHeight: 360, framesPerSecond: 24, ...counts },
    IS: { type: 'inbound-rtp', kind: 'video', frameWidth: 1920, frameHeight: 1080, packetsReceived: 7, packetsLost: 0, bytesReceived: 9 },
    OA: { type: 'outbound-rtp', kind: 'audio', packetsSent: packets, bytesSent: 500 * seconds },
    OV: { type: 'outbound-rtp', kind: 'video', packetsSent: 3 * packets, bytesSent: 0 },
    RA: { type: 'remote-inbound-rtp', localId: 'OA', fractionLost: 0.04 },
    RV: { type: 'remote-inbound-rtp', localId: 'OV', fractionLost: 0 },
    CA: { type: 'codec', mimeType: 'audio/opus' },
    CV: { type: 'codec', mimeType: 'video/VP8' },
  };
}

test('two reports tell what goes on between them', () => {
  const before = report(1000, { ...route(), ...media(1) });
  const now = report(3000, { ...route(), ...media(3, { lost: 10 }) });
  assert.deepEqual(figuresOf(before, now), {
    path: { relay: 'none', transport: 'udp' },
    roundTrip: 42,
    loss: { in: 5, out: 1 },
    bitrate: { in: 8 * 2020, out: 8 * 500 },
    codecs: ['VP8', 'opus'],
    picture: { width: 640, height: 360, rate: 24 },
  });
});

test('packets that were late and not lost make no negative loss', () => {
  const figures = figuresOf(report(1000, media(1, { lost: 5 })), report(2000, media(2, { lost: 3 })));
  assert.equal(figures.loss.in, 0);
});

test('one report tells what takes no time', () => {
  const { path, roundTrip, loss, bitrate } = figuresOf(null, report(1000, { ...route(), ...media(1) }));
  assert.deepEqual({ path, roundTrip }, { path: { relay: 'none', transport: 'udp' }, roundTrip: 42 });
  assert.deepEqual([loss, bitrate], [{ in: null, out: null }, { in: null, out: null }]);
});

test('the path says whose relay it goes by, and how that is reached', () => {
  const host = { candidateType: 'prflx', protocol: 'udp' };
  const relay = { candidateType: 'relay', protocol: 'udp' };
  const tls = { ...relay, relayProtocol: 'tls' };
  for (const [local, remote, path] of [
    [host, host, { relay: 'none', transport: 'udp' }],
    [{ candidateType: 'host', protocol: 'tcp' }, host, { relay: 'none', transport: 'tcp' }],
    [tls, host, { relay: 'own', transport: 'tls' }],
    [tls, relay, { relay: 'both', transport: 'tls' }],
    [host, relay, { relay: 'theirs', transport: 'udp' }],
    [relay, host, { relay: 'own', transport: null }],
  ]) {
    assert.deepEqual(figuresOf(null, report(0, route(local, remote))).path, path);
  }
});

test('a browser that names the pair in another way is understood', () => {
  const { T, ...rest } = route();
  const firefox = { ...rest, P: { ...rest.P, selected: true }, other: { ...rest.other, selected: false } };
  assert.equal(figuresOf(null, report(0, firefox)).roundTrip, 42);
  const { other, ...plain } = rest;
  assert.equal(figuresOf(null, report(0, { ...plain, P: { ...plain.P, nominated: true } })).roundTrip, 42);
});

test('before anything flows nothing is known', () => {
  const nothing = { in: null, out: null };
  assert.deepEqual(figuresOf(null, report(0, {})), {
    path: null, roundTrip: null, loss: nothing, bitrate: nothing, codecs: [], picture: null,
  });
  const { P, ...gone } = route();
  assert.equal(figuresOf(null, report(0, gone)).path, null);
});

test('a new connection, which counts from zero, does not count backwards', () => {
  const figures = figuresOf(report(1000, media(9, { lost: 3 })), report(2000, media(1)));
  assert.deepEqual(figures.bitrate, { in: 0, out: 0 });
  assert.deepEqual(figures.loss, { in: null, out: null });
});
