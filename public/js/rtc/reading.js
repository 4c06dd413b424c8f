/** @import { TrackKind } from './transceivers.js' */
/** @import { Report } from './figures.js' */
/**
 * What one look at a connection tells. Counts are of all time, null is what is not known.
 * @typedef {object} Reading
 * @property {number} at ms of any one clock
 * @property {number} audio packets of the voice that came in
 * @property {number} camera packets of the camera that came in
 * @property {number} frames of the camera that were decoded
 * @property {number} freezes of the camera's picture; a screen stands still by itself
 * @property {number} lost packets of what comes in
 * @property {number} received packets of what comes in
 * @property {number|null} roundTrip milliseconds
 * @property {'none'|'cpu'|'bandwidth'} limit what keeps the own pictures from being as good as they may be
 * @property {number|null} available bit/s the browser thinks it can send this way
 */

/**
 * @param {Report} report
 * @param {(track: string) => TrackKind|undefined} kindOf what comes in as a track, by its id
 * @returns {Reading}
 */
export function readingOf(report, kindOf) {
  /** @type {Reading} */
  const reading = {
    at: 0, audio: 0, camera: 0, frames: 0, freezes: 0, lost: 0, received: 0, roundTrip: null, limit: 'none', available: null,
  };
  for (const entry of report.values()) {
    reading.at = Math.max(reading.at, entry.timestamp);
    if (entry.type === 'inbound-rtp') addIncoming(reading, entry, kindOf(entry.trackIdentifier));
    else if (entry.type === 'outbound-rtp') addOutgoing(reading, entry);
    else if (entry.type === 'candidate-pair') addPair(reading, entry);
  }
  return reading;
}

/** @param {Reading} reading @param {any} entry @param {TrackKind|undefined} kind */
function addIncoming(reading, entry, kind) {
  const packets = entry.packetsReceived ?? 0;
  reading.received += packets;
  reading.lost += Math.max(0, entry.packetsLost ?? 0);
  if (kind === 'audio' || kind === 'camera') reading[kind] += packets;
  if (kind !== 'camera') return;
  reading.frames += entry.framesDecoded ?? 0;
  reading.freezes += entry.freezeCount ?? 0;
}

/** @param {Reading} reading @param {any} entry */
function addOutgoing(reading, { qualityLimitationReason: reason, active }) {
  if (active === false) return;
  if (reason === 'cpu' || (reason === 'bandwidth' && reading.limit === 'none')) reading.limit = reason;
}

/** @param {Reading} reading @param {any} entry */
function addPair(reading, { nominated, state, currentRoundTripTime, availableOutgoingBitrate }) {
  if (!nominated || state !== 'succeeded') return;
  if (currentRoundTripTime !== undefined) reading.roundTrip = 1000 * currentRoundTripTime;
  reading.available = availableOutgoingBitrate ?? reading.available;
}
