import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from './_fakes/tasks.js';
import { ProtocolError } from './net/protocol.js';
import { Presence, RETRY_MS } from './presence.js';

/** A presence whose server answers when the test says so. */
function make() {
  const media = { mic: { on: true }, camera: { on: true }, screen: { on: false } };
  /** @type {any[]} */
  const sent = [];
  /** @type {{resolve: (reply: any) => void, reject: (error: Error) => void}[]} */
  const waiting = [];
  /** @type {{act: () => void, ms: number}[]} */
  const timers = [];
  const presence = new Presence({
    media: /** @type {any} */ (media),
    request: ({ type: _, ...message }) => {
      sent.push(message);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    clock: {
      setTimeout: (act, ms) => timers.push({ act, ms }),
      clearTimeout: (timer) => timer && timers.splice(timer - 1, 1),
    },
  });
  presence.hello();
  presence.entered();
  const answer = (/** @type {string} */ code = '') => {
    const { resolve, reject } = /** @type {any} */ (waiting.shift());
    if (code) reject(new ProtocolError(code));
    else resolve({ type: 'ok' });
    return settle(2);
  };
  return { media, presence, sent, timers, answer };
}

test('one update is on its way at a time, and the newest state follows', async () => {
  const { media, presence, sent, answer } = make();
  for (const on of [false, true, false]) {
    media.mic.on = on;
    presence.tell();
  }
  media.camera.on = false;
  presence.tell();
  assert.deepEqual(sent, [{ mic: false }]);
  await answer();
  assert.deepEqual(sent.slice(1), [{ camera: false }]);
  media.camera.on = true;
  presence.tell();
  await answer();
  await answer();
  assert.deepEqual(sent.slice(2), [{ camera: true }]);
});

test('an update that was dropped is told again a second later, as things are then', async () => {
  const { media, presence, sent, timers, answer } = make();
  media.mic.on = false;
  presence.tell();
  await answer('rate-limited');
  media.camera.on = false;
  presence.tell();
  assert.deepEqual(sent, [{ mic: false }]);
  assert.deepEqual(timers.map(({ ms }) => ms), [RETRY_MS]);
  timers[0].act();
  assert.deepEqual(sent[1], { mic: false, camera: false });
  await answer();
  assert.equal(sent.length, 2);
});

test('an update the server refuses for good is not repeated', async () => {
  const { media, presence, sent, timers, answer } = make();
  media.mic.on = false;
  presence.tell();
  await answer('bad-message');
  presence.tell();
  assert.equal(sent.length, 1);
  assert.equal(timers.length, 0);
});

test('after another join what it said is known, whatever an old update becomes', async () => {
  const { media, presence, sent, timers, answer } = make();
  media.mic.on = false;
  presence.tell();
  presence.hello();
  presence.entered();
  await answer('rate-limited');
  assert.equal(timers.length, 0);
  media.mic.on = true;
  presence.tell();
  await answer('rate-limited');
  presence.stop();
  assert.equal(timers.length, 0);
  assert.deepEqual(sent, [{ mic: false }, { mic: true }]);
});

test('a join that continued the session tells nothing: the update on its way does', async () => {
  const { media, presence, sent, answer } = make();
  media.mic.on = false;
  presence.tell();
  presence.hello();
  await answer();
  presence.tell();
  assert.deepEqual(sent, [{ mic: false }]);
});

test('what changed since the join was said is told once it has succeeded', async () => {
  const { media, presence, sent } = make();
  presence.hello();
  media.camera.on = false;
  presence.entered();
  assert.deepEqual(sent, [{ camera: false }]);
});

test('a raised hand and a shared screen are told, and again where the room does not show them', async () => {
  const { media, presence, sent, answer } = make();
  presence.hand = true;
  presence.tell();
  await answer();
  media.screen.on = true;
  presence.tell();
  await answer();
  assert.deepEqual(sent, [{ hand: true }, { screen: true }]);
  presence.hello();
  presence.entered({ screen: true, hand: true });
  assert.equal(sent.length, 2);
  presence.hello();
  presence.entered();
  assert.deepEqual(sent[2], { screen: true, hand: true });
});
