/** @import { RelayTransport } from './relays.js' */
/**
 * The way of the packets. `transport` leads to the own relay, or without one to the other side; null: nobody can tell.
 * @typedef {{relay: 'none'|'own'|'theirs'|'both', transport: RelayTransport|null}} Path
 */
/**
 * @typedef {object} Figures of a connection; null or empty is what is not known
 * @property {Path|null} path
 * @property {number|null} roundTrip milliseconds
 * @property {BothWays} loss per cent of the packets
 * @property {BothWays} bitrate bit/s of sound and picture, with their RTP headers
 * @property {string[]} codecs of what comes in, picture first
 * @property {{width: number, height: number, rate: number}|null} picture that comes in; `rate`: frames a second
 */
/** @typedef {{in: number|null, out: number|null}} BothWays */
/** @typedef {Map<string, any>} Report an RTCStatsReport (W3C WebRTC Statistics) */

/**
 * @param {Report|null} before an earlier report of the same connection; without one nothing is known that takes time
 * @param {Report} now
 * @returns {Figures}
 */
export function figuresOf(before, now) {
  const since = (/** @type {any} */ entry) => before?.get(entry.id) ?? null;
  const [incoming, outgoing] = [all(now, 'inbound-rtp'), all(now, 'outbound-rtp')];
  const pair = selectedPair(now);
  return {
    path: pair && pathOf(now.get(pair.localCandidateId), now.get(pair.remoteCandidateId)),
    roundTrip: roundTripOf(pair, now),
    loss: { in: lossIn(incoming, since), out: lossOut(now, outgoing, since) },
    bitrate: { in: bitrate(incoming, since, 'Received'), out: bitrate(outgoing, since, 'Sent') },
    codecs: codecsOf(now, incoming, since),
    picture: pictureOf(incoming, since),
  };
}

/** @param {Report} report @param {string} type @returns {any[]} */
function all(report, type) {
  return [...report.values()].filter((entry) => entry.type === type);
}

/** @param {Report} report @returns {any} null before there is one */
function selectedPair(report) {
  const id = all(report, 'transport').find((entry) => entry.selectedCandidatePairId)?.selectedCandidatePairId;
  const chosen = all(report, 'candidate-pair').filter(({ state, nominated, selected }) => (
    selected ?? (state === 'succeeded' && nominated)
  ));
  return report.get(id) ?? chosen[0] ?? null;
}

/** @param {any} local @param {any} remote @returns {Path|null} */
function pathOf(local, remote) {
  if (!local || !remote) return null;
  const [own, theirs] = [local, remote].map(({ candidateType }) => candidateType === 'relay');
  if (own) return { relay: theirs ? 'both' : 'own', transport: local.relayProtocol ?? null };
  return { relay: theirs ? 'theirs' : 'none', transport: local.protocol ?? null };
}

/** @param {any} pair @param {Report} report */
function roundTripOf(pair, report) {
  const seconds = pair?.currentRoundTripTime
    ?? all(report, 'remote-inbound-rtp').find(({ roundTripTime }) => roundTripTime !== undefined)?.roundTripTime;
  return seconds === undefined ? null : seconds * 1000;
}

/** @param {any[]} streams @param {(entry: any) => any} since */
function lossIn(streams, since) {
  let [lost, received] = [0, 0];
  for (const entry of streams) {
    const before = since(entry);
    if (!before) continue;
    lost += Math.max(0, entry.packetsLost - before.packetsLost);
    received += Math.max(0, entry.packetsReceived - before.packetsReceived);
  }
  return lost + received > 0 ? (100 * lost) / (lost + received) : null;
}

/**
 * What the other side has told of each stream, by how much went out over it.
 * @param {Report} report
 * @param {any[]} streams
 * @param {(entry: any) => any} since
 */
function lossOut(report, streams, since) {
  let [lost, sent] = [0, 0];
  for (const { fractionLost, localId } of all(report, 'remote-inbound-rtp')) {
    const entry = streams.find(({ id }) => id === localId);
    const before = entry && since(entry);
    if (!before || fractionLost === undefined) continue;
    const packets = Math.max(0, entry.packetsSent - before.packetsSent);
    lost += fractionLost * packets;
    sent += packets;
  }
  return sent > 0 ? (100 * lost) / sent : null;
}

/** @param {any[]} streams @param {(entry: any) => any} since @param {'Received'|'Sent'} way */
function bitrate(streams, since, way) {
  const bytes = (/** @type {any} */ entry) => (entry[`bytes${way}`] ?? 0) + (entry[`headerBytes${way}`] ?? 0);
  let [bits, ms] = [0, 0];
  for (const entry of streams) {
    const before = since(entry);
    if (!before) continue;
    bits += 8 * Math.max(0, bytes(entry) - bytes(before));
    ms = Math.max(ms, entry.timestamp - before.timestamp);
  }
  return ms > 0 ? (1000 * bits) / ms : null;
}

/** Names of what comes in now, like `VP8`. @param {Report} report @param {any[]} streams @param {(entry: any) => any} since */
function codecsOf(report, streams, since) {
  const names = streams.filter((entry) => grows(entry, since))
    .sort((a, b) => String(b.kind).localeCompare(String(a.kind)))
    .map(({ codecId }) => report.get(codecId)?.mimeType?.split('/')[1]);
  return [...new Set(names.filter(Boolean))];
}

/** The greatest picture that comes in now. @param {any[]} streams @param {(entry: any) => any} since */
function pictureOf(streams, since) {
  const pictures = streams.filter((entry) => entry.kind === 'video' && entry.frameWidth && grows(entry, since));
  const [entry] = pictures.sort((a, b) => b.frameWidth * b.frameHeight - a.frameWidth * a.frameHeight);
  return entry ? { width: entry.frameWidth, height: entry.frameHeight, rate: entry.framesPerSecond ?? 0 } : null;
}

/** @param {any} entry @param {(entry: any) => any} since */
function grows(entry, since) {
  return entry.packetsReceived > (since(entry)?.packetsReceived ?? 0);
}
