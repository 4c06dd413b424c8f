import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemSentences } from './problems.js';

/** @typedef {import('../rtc/device.js').Problem} Problem */

/** @param {Problem | null} mic @param {Problem | null} camera */
const sentences = (mic, camera) =>
  problemSentences(/** @type {any} */ ({ mic: { problem: mic }, camera: { problem: camera }, screen: { problem: null } }));

test('every problem of a device has a sentence', () => {
  /** @type {Problem[]} */
  const problems = ['missing', 'refused', 'busy', 'insecure', 'failed'];
  for (const problem of problems) {
    assert.match(sentences(problem, null)[0], /microphone/i);
    assert.match(sentences(null, problem)[0], /camera/i);
    assert.equal(sentences(problem, problem).length, 1);
  }
});

test('two problems are two sentences, one common problem is one', () => {
  assert.deepEqual(sentences(null, null), []);
  assert.equal(sentences('refused', 'missing').length, 2);
  assert.match(sentences('refused', 'refused')[0], /^Camera and microphone/);
});
