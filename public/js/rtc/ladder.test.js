import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import {
  CLIMBS_WINDOW_MS, CLIMB_DELAY_MS, GOOD_MS, GRACE_MS, Ladder, MAX_CLIMBS, PAUSES_MS, POLITE_DELAY_MS, RUNGS,
} from './ladder.js';

/** @param {{polite?: boolean, relay?: boolean}} [options] */
function make({ polite = false, relay = true } = {}) {
  const clock = new VirtualClock();
  /** What was done, and when. @type {[string, number][]} */
  const acts = [];
  const media = { condition: /** @type {import('./ladder.js').Condition} */ ('broken') };
  const ladder = new Ladder({
    polite, clock, hasRelay: () => relay, condition: () => media.condition, changed: () => {},
    act: (rung) => acts.push([rung, clock.now]),
  });
  return { clock, acts, ladder, media };
}

test('a lost connection has its grace, one that has failed has none', () => {
  const { clock, acts, ladder } = make();
  ladder.lost();
  assert.equal(ladder.healing, '');
  clock.pass(GRACE_MS - 1);
  assert.equal(acts.length, 0);
  clock.pass(1);
  assert.deepEqual(acts, [['ice-restart', GRACE_MS]]);
  assert.equal(ladder.healing, 'ice-restart');
  const other = make();
  other.ladder.lost();
  other.ladder.failed();
  assert.deepEqual(other.acts, [['ice-restart', 0]]);
});

test('one rung after the other, each in its time, then rounds with growing pauses', () => {
  const { clock, acts, ladder } = make();
  ladder.failed();
  ladder.heard();
  clock.pass(3_600_000);
  /** @type {[string, number][]} */
  const expected = [];
  let at = 0;
  for (const { rung, ms } of RUNGS) {
    expected.push([rung, at]);
    at += ms;
  }
  for (const pause of PAUSES_MS) {
    expected.push(['new-connection', at + pause]);
    at += pause + 10_000;
  }
  assert.deepEqual(acts, expected);
  assert.ok(ladder.resting);
  ladder.again();
  assert.equal(acts.at(-1)?.[0], 'ice-restart');
});

test('the polite side comes later, and not at all while the other side is at it', () => {
  const { clock, acts, ladder } = make({ polite: true });
  ladder.failed();
  assert.equal(ladder.healing, 'ice-restart');
  clock.pass(POLITE_DELAY_MS - 1);
  ladder.helped();
  clock.pass(6_000 + POLITE_DELAY_MS - 1);
  assert.equal(acts.length, 0);
  clock.pass(1);
  assert.deepEqual(acts.map(([rung]) => rung), ['relay']);
});

test('help that never helps does not keep a side from its own tries for good', () => {
  const { clock, acts, ladder } = make();
  ladder.failed();
  for (let i = 0; i < 20; i++) {
    clock.pass(1_000);
    ladder.helped();
  }
  clock.pass(10_000 + PAUSES_MS[0]);
  assert.deepEqual(acts.map(([rung]) => rung), ['ice-restart', 'new-connection']);
});

test('of one who says nothing no less is wanted, and who is heard again has time before all begins anew', () => {
  for (const polite of [false, true]) {
    const { clock, acts, ladder } = make({ polite });
    ladder.failed();
    clock.pass(35_000);
    assert.deepEqual(acts.map(([rung]) => rung), ['ice-restart', 'relay', 'new-connection']);
    assert.ok(ladder.resting);
    ladder.heard();
    assert.ok(!ladder.resting);
    for (let i = 0; i < 5; i++) {
      clock.pass(1_000);
      ladder.heard();
    }
    assert.equal(acts.length, 3);
    clock.pass(60_000);
    assert.deepEqual(acts.slice(3).map(([rung]) => rung), ['relay', 'new-connection', 'audio-only', 'new-connection']);
    ladder.recovered();
    clock.pass(GOOD_MS);
    const before = acts.length;
    ladder.failed();
    clock.pass(100_000);
    assert.ok(acts.slice(before).every(([rung]) => rung !== 'audio-only'));
  }
});

test('without signaling it waits, and acts at once when it is back', () => {
  const { clock, acts, ladder } = make({ polite: true });
  ladder.setSignaling(false);
  assert.equal(ladder.healing, '');
  ladder.lost();
  clock.pass(GRACE_MS + 100_000);
  assert.equal(ladder.healing, 'waiting');
  assert.equal(acts.length, 0);
  ladder.setSignaling(true);
  assert.deepEqual(acts.map(([rung]) => rung), ['ice-restart']);
  clock.pass(6_000 + POLITE_DELAY_MS);
  ladder.setSignaling(false);
  clock.pass(100_000);
  ladder.setSignaling(true);
  assert.deepEqual(acts.map(([rung]) => rung), ['ice-restart', 'relay', 'ice-restart']);
});

test('what is lost again soon goes on where it was, later from the beginning', () => {
  for (const [good, rung] of /** @type {[number, string][]} */ ([[GOOD_MS - 1, 'relay'], [GOOD_MS, 'ice-restart']])) {
    const { clock, acts, ladder } = make();
    ladder.failed();
    ladder.recovered();
    assert.ok(ladder.idle);
    clock.pass(good);
    ladder.failed();
    assert.equal(acts.at(-1)?.[0], rung);
  }
});

test('what is lost again and again waits longer', () => {
  const { clock, acts, ladder } = make();
  for (let i = 0; i < MAX_CLIMBS; i++) {
    ladder.failed();
    ladder.recovered();
    clock.pass(GOOD_MS);
  }
  assert.equal(acts.length, MAX_CLIMBS);
  ladder.failed();
  clock.pass(CLIMB_DELAY_MS - 1);
  assert.equal(acts.length, MAX_CLIMBS);
  clock.pass(1);
  assert.equal(acts.length, MAX_CLIMBS + 1);
  ladder.recovered();
  clock.pass(CLIMBS_WINDOW_MS);
  ladder.failed();
  assert.equal(acts.length, MAX_CLIMBS + 2);
});

test('media that do not flow over a good connection get one climb', () => {
  const { clock, acts, ladder, media } = make({ relay: false });
  media.condition = 'stalled';
  ladder.failed();
  clock.pass(600_000);
  assert.deepEqual(acts.map(([rung]) => rung), ['ice-restart', 'new-connection', 'audio-only']);
  assert.ok(ladder.idle);
  ladder.failed();
  assert.equal(acts.length, 4);
});

test('a try that helped without a word of it is the last', () => {
  const { clock, acts, ladder, media } = make();
  ladder.failed();
  media.condition = 'good';
  clock.pass(600_000);
  assert.equal(acts.length, 1);
  assert.ok(ladder.idle);
});

test('closed, it does nothing', () => {
  const { clock, acts, ladder } = make();
  ladder.lost();
  ladder.close();
  clock.pass(600_000);
  assert.equal(acts.length, 0);
  assert.equal(clock.timers, 0);
});
