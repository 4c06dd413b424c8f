import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOWED_MS, MAX_ATTEMPTS, MAX_GAP_MS, STALL_MS, Watchdog } from './watchdog.js';

/** @typedef {import('./watchdog.js').FlowKind} FlowKind */

/** @type {FlowKind[]} */
const BOTH = ['audio', 'camera'];

test('what grows flows, what does not has stalled after a while', () => {
  const dog = new Watchdog();
  assert.equal(dog.read({ at: 1000, audio: 5, camera: 5 }, BOTH), 'unknown');
  assert.equal(dog.read({ at: 3000, audio: 9, camera: 9 }, BOTH), 'flowing');
  assert.equal(dog.read({ at: 5000, audio: 12, camera: 9 }, BOTH), 'flowing');
  assert.equal(dog.read({ at: 3000 + STALL_MS, audio: 15, camera: 9 }, BOTH), 'stalled');
  assert.equal(dog.read({ at: 9000, audio: 15, camera: 10 }, BOTH), 'flowing');
});

test('where never a packet comes, that is a stall too', () => {
  const dog = new Watchdog();
  assert.equal(dog.read({ at: 1000, audio: 0, camera: 0 }, ['audio']), 'unknown');
  assert.equal(dog.read({ at: 1000 + STALL_MS - 1, audio: 0, camera: 0 }, ['audio']), 'unknown');
  assert.equal(dog.read({ at: 1000 + STALL_MS, audio: 0, camera: 0 }, ['audio']), 'stalled');
});

test('what is not expected cannot be missed, and what begins has its time', () => {
  const dog = new Watchdog();
  assert.equal(dog.read({ at: 0, audio: 0, camera: 0 }, []), 'flowing');
  assert.equal(dog.read({ at: 60_000, audio: 0, camera: 0 }, []), 'flowing');
  assert.equal(dog.read({ at: 62_000, audio: 0, camera: 0 }, ['camera']), 'unknown');
  assert.equal(dog.read({ at: 66_000, audio: 0, camera: 0 }, ['camera']), 'unknown');
  assert.equal(dog.read({ at: 68_000, audio: 0, camera: 0 }, []), 'flowing');
});

test('readings once a minute are enough, after a sleep it begins anew', () => {
  const dog = new Watchdog();
  dog.read({ at: 0, audio: 0, camera: 0 }, BOTH);
  assert.equal(dog.read({ at: 60_000, audio: 900, camera: 900 }, BOTH), 'flowing');
  assert.equal(dog.read({ at: 120_000, audio: 900, camera: 1900 }, BOTH), 'stalled');
  assert.equal(dog.read({ at: 120_001 + MAX_GAP_MS, audio: 900, camera: 1900 }, BOTH), 'unknown');
  assert.equal(dog.read({ at: 50_000, audio: 900, camera: 1900 }, BOTH), 'unknown');
});

test('so many attempts, until media have flowed for a while', () => {
  const dog = new Watchdog();
  for (let i = 0; i < MAX_ATTEMPTS; i++) assert.ok(dog.attempt());
  assert.ok(!dog.attempt());
  dog.read({ at: 0, audio: 0, camera: 0 }, ['audio']);
  for (let at = 2000; at < FLOWED_MS + 2000; at += 2000) dog.read({ at, audio: at, camera: 0 }, ['audio']);
  assert.ok(!dog.attempt());
  dog.read({ at: 0, audio: 0, camera: 0 }, ['audio']);
  for (let at = 2000; at <= FLOWED_MS + 2000; at += 2000) dog.read({ at, audio: at, camera: 0 }, ['audio']);
  assert.ok(dog.attempt());
});
