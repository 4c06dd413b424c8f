import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { DEAD_MS, Hints, STAY_MS, TALK_MS } from './hints.js';

/** A microphone that the test mutes, and what is heard of it. */
function make() {
  const clock = new VirtualClock();
  const copies = /** @type {any[]} */ ([]);
  const track = {
    clone: () => {
      const copy = { enabled: false, stopped: false, stop: () => { copy.stopped = true; } };
      copies.push(copy);
      return copy;
    },
  };
  const media = Object.assign(new EventTarget(), { mic: { track: /** @type {any} */ (track), on: true } });
  const heard = { dead: false, level: 0 };
  const watched = /** @type {any[]} */ ([]);
  const levels = Object.assign(new EventTarget(), {
    isDead: () => heard.dead, level: () => heard.level, watch: (/** @type {string} */ _, /** @type {any} */ one) => watched.push(one),
  });
  const hints = new Hints({
    media: /** @type {any} */ (media), levels,
    clock: { setTimeout: (act, ms) => clock.setTimeout(act, ms), clearTimeout: (timer) => clock.clearTimeout(timer), now: () => clock.now },
  });
  hints.connect();
  /** @param {number} ms */
  const pass = (ms) => {
    for (const step of [0, ms]) {
      clock.pass(step);
      levels.dispatchEvent(new Event('levels'));
    }
  };
  const mute = (/** @type {boolean} */ muted) => {
    media.mic.on = !muted;
    media.dispatchEvent(new Event('change'));
  };
  return { hints, media, heard, pass, mute, clock, copies, watched };
}

test('a microphone that gives nothing at all is said to be dead, until it gives something', () => {
  const { hints, heard, pass } = make();
  heard.dead = true;
  pass(DEAD_MS - 1);
  assert.deepEqual(hints.sentences, []);
  pass(1);
  assert.match(hints.sentences[0], /gives no sound/);
  heard.dead = false;
  pass(0);
  assert.deepEqual(hints.sentences, []);
});

test('whoever speaks while muted is told once, by a copy that is stopped on unmuting', () => {
  const { hints, heard, pass, mute, clock, copies, watched } = make();
  mute(true);
  assert.deepEqual([watched.at(-1), copies[0].enabled], [copies[0], true]);
  heard.level = 0.9;
  pass(TALK_MS - 1);
  assert.deepEqual(hints.sentences, []);
  pass(1);
  assert.match(hints.sentences[0], /You are muted/);
  clock.pass(STAY_MS);
  pass(10 * TALK_MS);
  assert.deepEqual(hints.sentences, []);
  mute(false);
  assert.equal(copies[0].stopped, true);
  mute(true);
  pass(TALK_MS);
  assert.equal(hints.sentences.length, 1);
  hints.disconnect();
  assert.deepEqual([hints.sentences, copies.every(({ stopped }) => stopped)], [[], true]);
});

test('another device is named for a while', () => {
  const { hints, media, clock } = make();
  media.dispatchEvent(new CustomEvent('notice', { detail: { kind: 'fallback', device: 'mic', label: 'Desk' } }));
  assert.match(hints.sentences[0], /through Desk now/);
  media.dispatchEvent(new CustomEvent('notice', { detail: { kind: 'back', device: 'mic', label: 'Headset' } }));
  assert.deepEqual(hints.sentences, ['Your microphone is back: Headset']);
  clock.pass(STAY_MS);
  assert.deepEqual(hints.sentences, []);
});
