import assert from 'node:assert/strict';
import test from 'node:test';
import { Arrivals, FROZEN_MS, SILENT_MS } from './arrivals.js';
import { Quality, READINGS_TO_RECOVER } from './quality.js';
import { readingOf } from './reading.js';

/** @param {Partial<import('./reading.js').Reading>} more @returns {import('./reading.js').Reading} */
const reading = (more) => ({
  at: 0, audio: 0, camera: 0, frames: 0, freezes: 0, lost: 0, received: 0, roundTrip: 20, limit: 'none', available: null, ...more,
});

test('quality falls at once and recovers one step at a time', () => {
  const quality = new Quality();
  let [at, received, lost] = [0, 0, 0];
  const read = (/** @type {number} */ loss, roundTrip = 20) => {
    at += 2_000;
    received += 1000 * (1 - loss);
    lost += 1000 * loss;
    quality.read(reading({ at, received, lost, roundTrip }));
    return quality.score;
  };
  assert.equal(read(0), null);
  assert.equal(read(0), 4);
  assert.equal(read(0.3), 0);
  const climb = Array.from({ length: 2 * READINGS_TO_RECOVER }, () => read(0));
  assert.deepEqual(climb, [0, 0, 1, 1, 1, 2]);
  assert.equal(read(0.03), 2);
  assert.equal(read(0.12), 1);
  for (let i = 0; i < 9; i++) read(0);
  assert.equal(quality.score, 4);
  assert.equal(read(0, 700), 2);
  quality.read(null);
  assert.equal(quality.score, null);
});

test('a frozen picture and a missing voice are noticed after their time, and are over with the first news', () => {
  const arrivals = new Arrivals();
  const read = (/** @type {number} */ at, /** @type {number} */ count, /** @type {any} */ expected = ['audio', 'camera']) => {
    arrivals.read(reading({ at, frames: count, audio: count }), expected);
    return [arrivals.frozen, arrivals.silent];
  };
  assert.deepEqual(read(0, 5), [false, false]);
  assert.deepEqual(read(FROZEN_MS - 1, 5), [false, false]);
  assert.deepEqual(read(FROZEN_MS, 5), [true, false]);
  assert.deepEqual(read(SILENT_MS, 5), [true, true]);
  assert.deepEqual(read(SILENT_MS + 1, 6), [false, false]);
  assert.deepEqual(read(3 * SILENT_MS, 6, ['camera']), [true, false]);
  assert.deepEqual(read(4 * SILENT_MS, 6, null), [false, false]);
  assert.deepEqual(read(4 * SILENT_MS + 1, 6), [false, false]);
});

test('a reading has what the browser counts, by kind', () => {
  const report = new Map(Object.entries({
    a: { type: 'inbound-rtp', timestamp: 5, trackIdentifier: 'voice', packetsReceived: 10, packetsLost: 1 },
    b: { type: 'inbound-rtp', timestamp: 7, trackIdentifier: 'face', packetsReceived: 20, packetsLost: -3, framesDecoded: 9, freezeCount: 2 },
    c: { type: 'outbound-rtp', timestamp: 6, qualityLimitationReason: 'cpu', active: true },
    d: { type: 'outbound-rtp', timestamp: 6, qualityLimitationReason: 'bandwidth', active: true },
    e: { type: 'candidate-pair', timestamp: 6, nominated: true, state: 'succeeded', currentRoundTripTime: 0.02, availableOutgoingBitrate: 3e5 },
    f: { type: 'candidate-pair', timestamp: 6, nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
  }));
  const kinds = /** @type {Record<string, any>} */ ({ voice: 'audio', face: 'camera' });
  assert.deepEqual(readingOf(report, (track) => kinds[track]), {
    at: 7, audio: 10, camera: 20, frames: 9, freezes: 2, lost: 1, received: 30, roundTrip: 20, limit: 'cpu', available: 3e5,
  });
});
