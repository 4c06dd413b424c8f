import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage as message } from '../_fakes/room.js';
import { collect } from '../_fakes/tasks.js';
import { Transcript } from './transcript.js';

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
  transcript.load([
    message(1, { seq: 3, to: 'me', edited: '2026-11-22T12:01:00.000Z' }),
    message(2, { seq: 4, from: 'me', reply: 1, deleted: '2026-11-22T12:02:00.000Z', text: '' }),
  ], true, 4);
  assert.deepEqual(transcript.entries[0], {
    kind: 'message', key: 'k1', n: 1, seq: 3, from: 'a', name: 'A', own: false, to: 'me', reply: null, text: 'line 1',
    at: new Date('2026-11-22T12:00:00.000Z'), state: 'sent', problem: null, deleted: false,
    edited: new Date('2026-11-22T12:01:00.000Z'),
  });
  const second = transcript.entries[1];
  assert.ok(second.kind === 'message' && second.own && second.deleted && second.to === null && second.reply === 1);
  assert.equal(transcript.at(2), second);
  const { more, newer, first, last, newest, seq } = transcript;
  assert.deepEqual({ more, newer, first, last, newest, seq },
    { more: true, newer: false, first: 1, last: 2, newest: 2, seq: 4 });
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
  transcript.changed(message(1, { seq: 5, text: '', deleted: '2026-11-22T12:02:00.000Z' }));
  transcript.changed(message(1, { seq: 4, text: 'older than that' }));
  transcript.merge([message(1)]);
  transcript.stored(message(1));
  transcript.changed(message(9, { seq: 6, text: 'not in the window' }));
  assert.equal(transcript.entries[0], first);
  assert.ok(first.kind === 'message' && first.deleted && first.text === '');
  assert.deepEqual(changes.at(-1).changed, [first]);
  assert.equal(changes.length, 2);
  assert.deepEqual([transcript.seq, transcript.newest, shape(transcript)], [6, 2, [1, 2]]);
});

test('what is from a former own id stays own, whatever its key', () => {
  const { transcript } = start();
  transcript.stored(message(1, { from: 'me' }));
  transcript.you = 'me again';
  transcript.load([message(1, { from: 'me' }), message(2, { key: 'k1' }), message(3, { from: 'me again' })], false);
  assert.deepEqual(transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [true, false, true]);
});

test('what an earlier page could not send comes back as failed, and the id it is from is not an own one', () => {
  const { transcript, changes } = start();
  transcript.load([message(1, { from: 'former', key: 'arrived' }), message(2, { key: 'kept' })], false);
  const lines = ['arrived', 'kept'].map((key) => ({ key, text: key, from: 'former', to: 'a', reply: 2 }));
  transcript.restore(lines, 'Nana');
  transcript.restore(lines, 'Nana');
  assert.deepEqual(shape(transcript), [1, 2, 'failed kept']);
  assert.deepEqual(transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [false, false, true]);
  const [kept] = transcript.unsent;
  assert.deepEqual([kept.key, kept.from, kept.to, kept.reply, kept.problem], ['kept', 'former', 'a', 2, 'closed']);
  assert.equal(changes.length, 2);
  assert.equal(transcript.retrying('kept')?.from, 'me');
  transcript.stored(message(3, { from: 'former', key: 'later' }));
  assert.equal(transcript.at(3)?.own, false);
});

test('a line that was given up comes back with the reason', () => {
  const { transcript } = start();
  transcript.restore([{ key: 'a', text: 'a', from: 'me', problem: 'no-such-peer' }], 'Nana');
  assert.deepEqual(transcript.unsent.map(({ state, problem }) => [state, problem]), [['failed', 'no-such-peer']]);
});

test('what an earlier page did send after all is found in a page that comes later', () => {
  const { transcript } = start();
  transcript.load([message(9)], true);
  transcript.restore([{ key: 'k5', text: 'line 5', from: 'former' }], 'Nana');
  const [, line] = transcript.entries;
  transcript.prepend([message(5, { from: 'former' }), message(6)], false);
  assert.deepEqual(shape(transcript), [5, 6, 9]);
  assert.equal(transcript.entries[0], line);
  assert.deepEqual(transcript.unsent, []);
});

test('a failed line can be discarded, one on its way cannot', () => {
  const { transcript, changes } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  const [line] = transcript.entries;
  transcript.discard('a');
  assert.deepEqual(shape(transcript), ['pending a']);
  transcript.failed('a');
  transcript.discard('a');
  transcript.discard('a');
  assert.deepEqual(transcript.entries, []);
  assert.deepEqual(transcript.unsent, []);
  assert.deepEqual(changes.slice(2), [{ added: [], changed: [], removed: [line] }]);
});

test('what somebody else says has arrived, once; what oneself says or a page brings has not', () => {
  const { transcript } = start();
  const arrived = collect(transcript, 'arrived');
  transcript.load([message(4)], true);
  transcript.stored(message(5));
  transcript.stored(message(5));
  transcript.stored(message(6, { from: 'me' }));
  transcript.prepend([message(3)], false);
  transcript.merge([message(7)]);
  assert.deepEqual(arrived, [{ entry: transcript.at(5) }]);
});

test('a repeat of a line that stands before the window is sent and out of the window', () => {
  const { transcript, changes } = start();
  transcript.load([message(7), message(8)], true);
  transcript.pending({ key: 'x', text: 'x', name: 'Nana' });
  const line = transcript.entries[2];
  transcript.stored(message(3, { from: 'me', key: 'x' }));
  assert.deepEqual(shape(transcript), [7, 8]);
  assert.deepEqual(transcript.unsent, []);
  assert.deepEqual(changes.at(-1), { added: [], changed: [], removed: [line] });
  assert.equal(transcript.at(3), undefined);
});

test('what is edited or deleted is told as it stands, in the window or not; what is new is not', () => {
  const { transcript } = start();
  const restated = collect(transcript, 'restated');
  transcript.load([message(10), message(11)], true);
  transcript.stored(message(12));
  transcript.changed(message(3, { seq: 13, text: 'better' }));
  transcript.changed(message(11, { seq: 14, text: '', deleted: '2026-11-22T12:02:00.000Z' }));
  transcript.merge([message(4, { seq: 15, text: 'best' }), message(13, { seq: 16 })]);
  assert.deepEqual(restated.map(({ n, entry }) => [n, entry.n, entry.text, entry.deleted]),
    [[3, 3, 'better', false], [11, 11, '', true], [4, 4, 'best', false]]);
  assert.equal(restated[1].entry, transcript.at(11));
});
