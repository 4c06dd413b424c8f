import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from '../chat/transcript.js';
import { Unread } from './unread.js';

/** @param {number} n @param {string} [from] */
const message = (n, from = 'b') => ({
  n,
  seq: n,
  key: `k${n}`,
  from,
  name: 'Mina',
  text: 'hello',
  at: '2024-05-03T10:00:00.000Z',
});

/** @param {{there?: number[], read?: number | null}} [options] */
function start({ there = [1, 2], read = null } = {}) {
  const transcript = new Transcript();
  transcript.you = 'a';
  transcript.load(there.map((n) => message(n)), true);
  /** @type {number[]} */
  const kept = [];
  const unread = new Unread({ transcript, read, keep: (n) => kept.push(n) });
  let changes = 0;
  unread.addEventListener('change', () => (changes += 1));
  unread.connect();
  return { transcript, unread, kept, changes: () => changes };
}

test('what others said since the chat was last seen is unread', () => {
  const { transcript, unread, kept, changes } = start();
  assert.equal(unread.count, 0);
  transcript.stored(message(3, 'a'));
  transcript.stored(message(4));
  transcript.stored(message(5));
  transcript.pending({ key: 'k6', text: 'mine', name: 'Juno' });
  transcript.notice('joined', 'Juno');
  assert.deepEqual([unread.count, changes()], [2, 2]);
  assert.equal(unread.see(), 3);
  assert.deepEqual([unread.count, unread.see()], [0, null]);
  assert.deepEqual(kept, [2, 5]);
});

test('what came while the page was away is unread', () => {
  const { unread } = start({ there: [1, 2, 3, 4], read: 2 });
  assert.equal(unread.count, 2);
  assert.equal(unread.see(), 3);
});

test('a room that began anew has been read', () => {
  const { unread, transcript } = start({ there: [1], read: 900 });
  transcript.stored(message(2));
  assert.equal(unread.count, 1);
});

test('after a restart of the numbers, what comes is counted anew', () => {
  const { transcript, unread, kept } = start({ there: [38, 39] });
  transcript.restart([], false, 0);
  assert.equal(kept.at(-1), 0);
  for (const n of [1, 2, 3]) transcript.stored(message(n));
  assert.equal(unread.count, 3);
});

test('older messages that are loaded later are not unread', () => {
  const { transcript, unread } = start({ there: [9] });
  transcript.prepend([message(7), message(8)], false);
  assert.equal(unread.count, 0);
});

test('what was counted stays unread when it is dropped from the log', () => {
  const { transcript, unread } = start();
  for (let n = 3; n <= 1002; n++) {
    transcript.stored(message(n));
    transcript.trimOldest(100);
  }
  assert.equal(unread.count, 1000);
  assert.equal(unread.see(), 3);
});

test('a deleted message is not unread', () => {
  const { transcript, unread, changes } = start();
  transcript.stored(message(3));
  transcript.stored(message(4));
  transcript.changed({ ...message(3), seq: 5, text: '', deleted: '2024-05-03T10:00:00.000Z' });
  assert.deepEqual([unread.count, changes()], [1, 3]);
  assert.equal(unread.see(), 3);
});

test('there are more than were counted until what comes right after the last one read is here', () => {
  const { transcript, unread } = start({ there: [8, 9], read: 5 });
  assert.deepEqual([unread.count, unread.more], [2, true]);
  transcript.prepend([message(7)], true);
  assert.deepEqual([unread.count, unread.more], [3, true]);
  transcript.prepend([message(5), message(6)], true);
  assert.deepEqual([unread.count, unread.more], [4, false]);

  const other = start({ there: [8, 9], read: 5 });
  assert.equal(other.unread.see(), 6);
  other.transcript.stored(message(10));
  assert.deepEqual([other.unread.count, other.unread.more, other.unread.see()], [1, false, 10]);
});

test('what comes between its making and its connecting is unread, and is counted once', () => {
  const transcript = new Transcript();
  transcript.you = 'a';
  transcript.load([message(1)], false);
  const unread = new Unread({ transcript, read: null, keep: () => {} });
  transcript.stored(message(2));
  unread.connect();
  assert.equal(unread.count, 1);
});
