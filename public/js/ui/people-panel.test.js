import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from './people-panel.js';

test('oneself is first, then raised hands in their order, then the others as they came', () => {
  const peers = /** @type {any} */ (new Map(['a', 'b', 'me', 'c', 'd'].map((id) => [id, { id }])));
  const order = (/** @type {string[]} */ hands) => inOrder(peers, 'me', hands).map(({ id }) => id).join(' ');
  assert.equal(order([]), 'me a b c d');
  assert.equal(order(['d', 'b']), 'me d b a c');
  assert.equal(order(['c', 'me', 'gone']), 'me c a b d');
});
