import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from '../chat/transcript.js';
import { Unread } from './unread.js';

/** @param {number} n @param {string} [from] */
const message = (n, from = 'b') => ({
  n,
  key: `k${n}`,
  from,
  name: 'Mina',
  text: 'hello',
  at: '2024-05-03T10:00:00.000Z',
});

test('what others said since the chat was last seen is unread', () => {
  const transcript = new Transcript();
  transcript.you = 'a';
  transcript.load([message(1), message(2)], false);
  const unread = new Unread(transcript.entries);
  assert.equal(unread.count(transcript.entries, false), 0);

  transcript.stored(message(3));
  transcript.stored(message(4, 'a'));
  transcript.stored(message(5));
  transcript.pending({ key: 'k6', text: 'mine', name: 'Juno' });
  transcript.notice('joined', 'Juno');
  assert.equal(unread.count(transcript.entries, false), 2);

  assert.equal(unread.count(transcript.entries, true), 0);
  assert.equal(unread.count(transcript.entries, false), 0);
});

test('older messages that are loaded later are not unread', () => {
  const transcript = new Transcript();
  transcript.load([message(9)], true);
  const unread = new Unread(transcript.entries);
  transcript.prepend([message(7), message(8)], false);
  assert.equal(unread.count(transcript.entries, false), 0);
});

test('what was counted stays unread when it is dropped from the log, and is looked at once', () => {
  const transcript = new Transcript();
  transcript.load([message(1)], false);
  const unread = new Unread(transcript.entries);
  for (let n = 2; n <= 1001; n++) {
    transcript.stored(message(n));
    unread.count(transcript.entries, false);
    transcript.trim(500);
  }
  let looks = 0;
  const entries = transcript.entries.map((entry) => new Proxy(entry, { get: (target, name) => (looks++, Reflect.get(target, name)) }));
  assert.equal(unread.count(entries, false), 1000);
  assert.ok(looks < 10, `${looks} looks`);
});

test('a deleted message is not unread', () => {
  const transcript = new Transcript();
  const unread = new Unread(transcript.entries);
  transcript.stored(message(1));
  transcript.changed({ ...message(1), text: '', deleted: true });
  assert.equal(unread.count(transcript.entries, false), 0);
});
