import assert from 'node:assert/strict';
import test from 'node:test';
import { restartDelay, retryDelay } from './retry.js';

test('the first attempt is at once, the others at growing pauses, the last of which stands for ever', () => {
  const pauses = [0, 300, 1_200, 2_700, 4_800, 7_000, 7_000, 7_000];
  assert.deepEqual(pauses.map((_, attempt) => Math.round(retryDelay(attempt, () => 0.5))), pauses);
  assert.equal(Math.round(retryDelay(1_000_000, () => 0.5)), 7_000);
});

test('chance spreads a pause by a fifth either way, and a restart by a fifth later, never earlier', () => {
  assert.deepEqual([0, 0.5, 1].map((chance) => Math.round(retryDelay(5, () => chance))), [5_600, 7_000, 8_400]);
  assert.deepEqual([0, 1].map((chance) => Math.round(restartDelay(1_000, () => chance))), [1_000, 1_200]);
});
