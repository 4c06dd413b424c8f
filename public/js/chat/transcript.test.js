import assert from 'node:assert/strict';
import test from 'node:test';
import { collect } from '../_fakes/tasks.js';
import { Transcript } from './transcript.js';

/**
 * @param {number} n
 * @param {Partial<import('../net/protocol.js').ChatMessage>} [more]
 * @returns {import('../net/protocol.js').ChatMessage}
 */
function message(n, more) {
  return { n, key: `k${n}`, from: 'mina', name: 'Mina', text: `line ${n}`, at: '2026-11-22T12:00:00.000Z', ...more };
}

function start() {
  const transcript = new Transcript();
  transcript.you = 'me';
  return { transcript, changes: collect(transcript, 'change') };
}

/** One word per entry: n, a pending or failed key, or a notice. @param {Transcript} transcript */
function shape({ entries }) {
  return entries.map((entry) => {
    if (entry.kind === 'notice') return `${entry.what} ${entry.name}`;
    return entry.state === 'sent' ? entry.n : `${entry.state} ${entry.key}`;
  });
}

test('a loaded message has all its fields', () => {
  const { transcript } = start();
  transcript.load([message(1, { to: 'me', edited: true }), message(2, { from: 'me', deleted: true, text: '' })], true);
  assert.deepEqual(transcript.entries[0], {
    kind: 'message', key: 'k1', n: 1, from: 'mina', name: 'Mina', own: false, to: 'me', text: 'line 1',
    at: new Date('2026-11-22T12:00:00.000Z'), state: 'sent', problem: null, deleted: false, edited: true,
  });
  const second = transcript.entries[1];
  assert.ok(second.kind === 'message' && second.own && second.deleted && second.to === null);
  assert.equal(transcript.more, true);
  assert.equal(transcript.first, 1);
});

test('messages stand in the order of n, each once, however they come', () => {
  const { transcript, changes } = start();
  transcript.load([message(3), message(4)], true);
  transcript.stored(message(6));
  transcript.stored(message(5));
  transcript.stored(message(6));
  transcript.stored(message(3));
  transcript.prepend([message(1), message(2), message(3)], false);
  assert.deepEqual(shape(transcript), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(changes.map(({ added }) => added.length), [2, 1, 1, 2]);
  assert.equal(transcript.more, false);
  assert.equal(transcript.first, 1);
});

test('an own line is pending, then the same entry is sent at its place', () => {
  const { transcript, changes } = start();
  transcript.pending({ key: 'x', text: 'hi', name: 'Nana' });
  const [entry] = transcript.entries;
  assert.deepEqual(shape(transcript), ['pending x']);
  assert.ok(entry.kind === 'message' && entry.own && entry.n === null && entry.name === 'Nana');
  transcript.stored(message(1));
  assert.deepEqual(shape(transcript), [1, 'pending x']);
  transcript.stored(message(2, { from: 'me', key: 'x', text: 'hi' }));
  transcript.stored(message(2, { from: 'me', key: 'x', text: 'hi' }));
  assert.deepEqual(shape(transcript), [1, 2]);
  assert.equal(transcript.entries[1], entry);
  assert.deepEqual(changes.at(-1), { added: [], changed: [entry], removed: [] });
});

test("another peer's message with the same key does not take the place of an own one", () => {
  const { transcript } = start();
  transcript.pending({ key: 'x', text: 'hi', name: 'Nana' });
  transcript.stored(message(1, { key: 'x' }));
  assert.deepEqual(shape(transcript), [1, 'pending x']);
});

test('lines on their way stay below notices and messages, failed ones where they failed', () => {
  const { transcript } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  transcript.pending({ key: 'b', text: 'b', name: 'Nana' });
  transcript.notice('joined', 'Mina');
  transcript.stored(message(1));
  assert.deepEqual(shape(transcript), ['joined Mina', 1, 'pending a', 'pending b']);
  transcript.failed('a', 'rate-limited');
  transcript.stored(message(2, { from: 'me', key: 'b' }));
  transcript.stored(message(3));
  assert.deepEqual(shape(transcript), ['joined Mina', 1, 'failed a', 2, 3]);
  const failed = transcript.entries[2];
  assert.ok(failed.kind === 'message' && failed.problem === 'rate-limited');
});

test('a failed line can be tried again, a sent or unknown one cannot', () => {
  const { transcript } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  assert.equal(transcript.retrying('a'), null);
  transcript.failed('a');
  transcript.stored(message(1));
  const entry = transcript.retrying('a');
  assert.equal(entry?.text, 'a');
  assert.equal(entry?.problem, null);
  assert.deepEqual(shape(transcript), [1, 'pending a']);
  transcript.stored(message(2, { from: 'me', key: 'a' }));
  transcript.failed('a');
  assert.equal(transcript.retrying('a'), null);
  assert.equal(transcript.retrying('nothing'), null);
  assert.deepEqual(shape(transcript), [1, 2]);
});

test('a line that arrived although it had failed is sent', () => {
  const { transcript } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  transcript.failed('a');
  transcript.stored(message(1, { from: 'me', key: 'a' }));
  assert.deepEqual(shape(transcript), [1]);
});

test('notices keep their place among messages', () => {
  const { transcript } = start();
  transcript.load([message(2)], true);
  transcript.notice('joined', 'Mina');
  transcript.stored(message(3));
  transcript.notice('renamed', 'Mina', 'Nana');
  transcript.notice('lost', 'Nana');
  transcript.prepend([message(1)], false);
  assert.deepEqual(shape(transcript), [1, 2, 'joined Mina', 3, 'renamed Mina', 'lost Nana']);
  const renamed = transcript.entries[4];
  assert.ok(renamed.kind === 'notice' && renamed.newName === 'Nana' && renamed.at instanceof Date);
});

test('loading again starts over but keeps own lines the server has not', () => {
  const { transcript, changes } = start();
  transcript.load([message(1), message(2)], false);
  transcript.notice('joined', 'Mina');
  for (const key of ['kept', 'arrived']) {
    transcript.pending({ key, text: key, name: 'Nana' });
    transcript.failed(key);
  }
  const before = transcript.entries.length;
  transcript.load([message(1, { key: 'arrived', from: 'me' })], false);
  assert.deepEqual(shape(transcript), [1, 'failed kept']);
  assert.equal(changes.at(-1).removed.length, before);
  transcript.clear();
  assert.deepEqual(transcript.entries, []);
});

test('an edited or deleted message changes in place', () => {
  const { transcript, changes } = start();
  transcript.load([message(1), message(2)], false);
  const [first] = transcript.entries;
  transcript.changed(message(1, { text: '', deleted: true }));
  transcript.changed(message(9, { text: 'unknown' }));
  assert.equal(transcript.entries[0], first);
  assert.ok(first.kind === 'message' && first.deleted && first.text === '');
  assert.deepEqual(changes.at(-1).changed, [first]);
  assert.equal(changes.length, 2);
});

test('what is from a former own id stays own, whatever its key', () => {
  const { transcript } = start();
  transcript.stored(message(1, { from: 'me' }));
  transcript.you = 'me again';
  transcript.load([message(1, { from: 'me' }), message(2, { key: 'k1' }), message(3, { from: 'me again' })], false);
  assert.deepEqual(transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [true, false, true]);
});

test('what an earlier page could not send comes back as failed, what arrived as own', () => {
  const { transcript, changes } = start();
  transcript.load([message(1, { from: 'former', key: 'arrived' }), message(2)], false);
  const lines = ['arrived', 'kept'].map((key) => ({ key, text: key }));
  transcript.restore(lines, 'Nana');
  transcript.restore(lines, 'Nana');
  assert.deepEqual(shape(transcript), [1, 2, 'failed kept']);
  assert.deepEqual(transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [true, false, true]);
  assert.deepEqual(transcript.unsent.map(({ key }) => key), ['kept']);
  assert.equal(changes.length, 2);
  assert.equal(transcript.retrying('kept')?.text, 'kept');
});

test('the oldest entries can be dropped and asked for again, unsent ones stay', () => {
  const { transcript, changes } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  transcript.failed('a');
  for (let n = 1; n <= 6; n++) transcript.stored(message(n));
  transcript.notice('joined', 'Mina');
  transcript.trim(4);
  assert.deepEqual(shape(transcript), ['failed a', 5, 6, 'joined Mina']);
  assert.equal(transcript.more, true);
  assert.equal(transcript.first, 5);
  assert.equal(changes.at(-1).removed.length, 4);
  const before = changes.length;
  transcript.trim(4);
  assert.equal(changes.length, before);
  transcript.prepend([message(3), message(4)], true);
  assert.deepEqual(shape(transcript), ['failed a', 3, 4, 5, 6, 'joined Mina']);
});

test('a message costs the same in a long transcript as in a short one', () => {
  const { transcript } = start();
  transcript.load(Array.from({ length: 20_000 }, (_, i) => message(i + 1)), false);
  let reads = 0;
  transcript.entries = new Proxy(transcript.entries, {
    get(target, name, receiver) {
      reads++;
      return Reflect.get(target, name, receiver);
    },
  });
  transcript.stored(message(20_001));
  transcript.stored(message(20_001));
  assert.ok(reads < 50, `${reads} reads`);
});
