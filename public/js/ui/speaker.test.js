import assert from 'node:assert/strict';
import test from 'node:test';
import { HOLD_MS, Speaker, Voice } from './speaker.js';

test('the first voice is the speaker at once', () => {
  const speaker = new Speaker();
  assert.equal(speaker.hear([], 0), false);
  assert.equal(speaker.hear(['a', 'b'], 100), true);
  assert.equal(speaker.id, 'a');
});

test('somebody else takes over when the speaker was silent long enough', () => {
  const speaker = new Speaker();
  speaker.hear(['a'], 0);
  assert.equal(speaker.hear(['b'], HOLD_MS - 1), false);
  assert.equal(speaker.hear(['b', 'a'], HOLD_MS), false);
  assert.equal(speaker.hear(['b'], 2 * HOLD_MS - 1), false);
  assert.equal(speaker.hear(['b'], 2 * HOLD_MS), true);
  assert.equal(speaker.id, 'b');
});

test('in silence the last speaker stays, until they leave', () => {
  const speaker = new Speaker();
  speaker.hear(['a'], 0);
  assert.equal(speaker.hear([], 60_000), false);
  assert.equal(speaker.id, 'a');
  speaker.forget('b');
  assert.equal(speaker.id, 'a');
  speaker.forget('a');
  assert.equal(speaker.id, null);
  assert.equal(speaker.hear(['b'], 60_001), true);
});

test('a voice begins at once and ends after a pause', () => {
  const voice = new Voice();
  assert.equal(voice.hear(false, 0), false);
  assert.equal(voice.hear(true, 100), true);
  assert.equal(voice.hear(false, 99 + HOLD_MS), false);
  assert.equal(voice.hear(false, 100 + HOLD_MS), true);
  assert.equal(voice.on, false);
});
