import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_REACTIONS, REACTIONS, REACTIONS_WINDOW_MS, ReactionFilter, isReaction } from './reactions.js';

test('only what is offered is a reaction', () => {
  for (const reaction of REACTIONS) assert.equal(isReaction(reaction), true);
  for (const other of ['', 'hello', '👍👍', '<b>', 1, null, ['👍']]) assert.equal(isReaction(other), false);
});

test('a burst of one person is cut, and nobody else pays for it', () => {
  let now = 0;
  const filter = new ReactionFilter(() => now);
  const shown = (/** @type {string} */ id, /** @type {number} */ count) => (
    Array.from({ length: count }, () => filter.admit(id)).filter(Boolean).length
  );
  assert.equal(shown('mina', 20), MAX_REACTIONS);
  assert.equal(shown('noah', 1), 1);
  now = REACTIONS_WINDOW_MS - 1;
  assert.equal(shown('mina', 1), 0);
  now = REACTIONS_WINDOW_MS;
  assert.equal(shown('mina', 20), MAX_REACTIONS);
});
