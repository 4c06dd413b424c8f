import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage as message } from '../_fakes/room.js';
import { collect } from '../_fakes/tasks.js';
import { NOTICES_KEPT } from './notices.js';
import { OwnLines } from './own-lines.js';
import { Transcript } from './transcript.js';
import { Window } from './window.js';

/** @param {number} from @param {number} to */
const messages = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

/** @param {import('../net/protocol.js').ChatMessage[]} [loaded] */
function start(loaded = [], more = false) {
  const transcript = new Transcript();
  transcript.you = 'me';
  transcript.load(loaded, more);
  return { transcript, changes: collect(transcript, 'change'), arrived: collect(transcript, 'arrived') };
}

/** One word per entry: n, a pending or failed key, or a notice. @param {Transcript} transcript */
function shape({ entries }) {
  return entries.map((entry) => {
    if (entry.kind === 'notice') return entry.name;
    return entry.state === 'sent' ? entry.n : `${entry.state} ${entry.key}`;
  });
}

test('the oldest entries can be dropped and asked for again, unsent ones stay', () => {
  const { transcript, changes } = start();
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  transcript.failed('a');
  for (const each of messages(1, 6)) transcript.stored(each);
  transcript.notice('joined', 'Mina');
  transcript.trimOldest(4);
  assert.deepEqual(shape(transcript), ['failed a', 5, 6, 'Mina']);
  assert.equal(transcript.more, true);
  assert.equal(transcript.first, 5);
  assert.equal(changes.at(-1).removed.length, 4);
  const before = changes.length;
  transcript.trimOldest(4);
  assert.equal(changes.length, before);
  transcript.prepend(messages(3, 4), true);
  assert.deepEqual(shape(transcript), [3, 4, 'failed a', 5, 6, 'Mina']);
});

test('the newest entries can be dropped: what is said then is known but not in the window', () => {
  const { transcript, changes, arrived } = start(messages(1, 3));
  transcript.pending({ key: 'y', text: 'y', name: 'Nana' });
  transcript.failed('y');
  for (const each of messages(4, 6)) transcript.stored(each);
  arrived.length = 0;
  transcript.pending({ key: 'x', text: 'x', name: 'Nana' });
  assert.deepEqual(shape(transcript), [1, 2, 3, 'failed y', 4, 5, 6, 'pending x']);
  transcript.trimNewest(6);
  assert.equal(transcript.newer, false);
  transcript.trimNewest(4);
  assert.deepEqual(shape(transcript), [1, 2, 3, 4]);
  assert.deepEqual([transcript.newer, transcript.last, transcript.newest], [true, 4, 6]);
  assert.equal(changes.at(-1).removed.length, 4);
  transcript.stored(message(7));
  transcript.stored(message(8, { from: 'me', key: 'x' }));
  transcript.notice('joined', 'Mina');
  assert.deepEqual(shape(transcript), [1, 2, 3, 4]);
  assert.deepEqual([transcript.newest, transcript.seq], [8, 8]);
  assert.deepEqual(arrived.map(({ entry }) => entry.n), [7]);
  assert.deepEqual(transcript.unsent.map(({ key }) => key), ['y']);
  transcript.append(messages(5, 6), true);
  assert.deepEqual(shape(transcript), [1, 2, 3, 4, 5, 6]);
  transcript.append([message(7), message(8, { from: 'me', key: 'x' })], false);
  assert.deepEqual(shape(transcript), [1, 2, 3, 4, 5, 6, 7, 8, 'Mina', 'failed y']);
  assert.equal(transcript.newer, false);
  transcript.stored(message(9));
  assert.deepEqual(shape(transcript).slice(7), [8, 'Mina', 'failed y', 9]);
});

test('notices come and go with the messages around them, each once', () => {
  const { transcript } = start();
  transcript.notice('joined', 'zero');
  for (const n of [1, 2, 3, 4, 5, 6]) {
    transcript.stored(message(n));
    if (n % 2 === 0) for (const name of [`${n}a`, `${n}b`]) transcript.notice('joined', name);
  }
  const all = ['zero', 1, 2, '2a', '2b', 3, 4, '4a', '4b', 5, 6, '6a', '6b'];
  assert.deepEqual(shape(transcript), all);
  transcript.trimOldest(9);
  assert.deepEqual(shape(transcript)[0], '2b');
  transcript.trimNewest(5);
  assert.deepEqual(shape(transcript), ['2b', 3, 4, '4a', '4b']);
  transcript.prepend([message(2)], true);
  transcript.append([message(5)], true);
  assert.deepEqual(shape(transcript), [2, '2a', '2b', 3, 4, '4a', '4b', 5]);
  transcript.prepend([message(1)], false);
  transcript.append([message(6)], false);
  assert.deepEqual(shape(transcript), all);
  transcript.prepend([], false);
  assert.deepEqual(shape(transcript), all);
  transcript.view(messages(3, 5), true, true);
  assert.deepEqual(shape(transcript), [3, 4, '4a', '4b', 5]);
  transcript.view(messages(5, 6), true, false);
  assert.deepEqual(shape(transcript), [5, 6, '6a', '6b']);
  transcript.prepend(messages(1, 4), false);
  assert.deepEqual(shape(transcript), all);
  transcript.load(messages(1, 6), false);
  assert.deepEqual(shape(transcript), [1, 2, 3, 4, 5, 6]);
});

test('of the notices out of the window only the latest are remembered', () => {
  const { transcript } = start(messages(1, 3));
  transcript.trimNewest(2);
  for (let i = 0; i < NOTICES_KEPT + 10; i++) transcript.notice('joined', `${i}`);
  transcript.append([message(3)], false);
  assert.equal(transcript.entries.length, 3 + NOTICES_KEPT);
  assert.deepEqual(shape(transcript).slice(0, 4), [1, 2, 3, '10']);
});

test('moving the window takes unsent lines along only to the present', () => {
  const { transcript, changes } = start(messages(90, 99), true);
  transcript.pending({ key: 'a', text: 'a', name: 'Nana' });
  transcript.pending({ key: 'b', text: 'b', name: 'Nana' });
  transcript.failed('b');
  transcript.view(messages(10, 12), true, true);
  assert.deepEqual(shape(transcript), [10, 11, 12]);
  assert.deepEqual([transcript.more, transcript.newer, transcript.newest], [true, true, 99]);
  assert.equal(transcript.retrying('b')?.state, 'pending');
  transcript.failed('b');
  transcript.view(messages(98, 99), true, false);
  assert.deepEqual(shape(transcript), [98, 99, 'failed b', 'pending a']);
  assert.equal(changes.at(-1).added.length, 4);
  assert.equal(changes.at(-1).removed.length, 3);
});

test('messages as they stand now are merged in any order, at their place, unless that is out of the window', () => {
  const { transcript, changes } = start(messages(10, 12), true);
  transcript.notice('lost', 'Mina');
  transcript.stored(message(20));
  transcript.merge([
    message(15), message(11, { seq: 30, text: 'better' }), message(13), message(9, { seq: 31 }),
    message(20, { seq: 2 }),
  ]);
  assert.deepEqual(shape(transcript), [10, 11, 12, 'Mina', 13, 15, 20]);
  const { added, changed } = changes.at(-1);
  assert.deepEqual(added.map((/** @type {any} */ { n }) => n), [15, 13]);
  assert.deepEqual(changed, [transcript.at(11)]);
  assert.deepEqual([transcript.at(11)?.text, transcript.at(20)?.seq], ['better', 20]);
  transcript.trimNewest(2);
  transcript.merge([message(12), message(21)]);
  assert.deepEqual(shape(transcript), [10, 11]);
});

test('a window with nothing but notices left still begins at the present', () => {
  const { transcript } = start(messages(1, 2));
  for (const name of ['a', 'b']) transcript.notice('joined', name);
  transcript.trimOldest(2);
  assert.deepEqual([shape(transcript), transcript.first, transcript.more], [['a', 'b'], null, true]);
  transcript.merge([message(1)]);
  assert.deepEqual(shape(transcript), ['a', 'b']);
  transcript.stored(message(3));
  transcript.prepend(messages(1, 2), false);
  assert.deepEqual(shape(transcript), [1, 2, 'a', 'b', 3]);
});

test('own lines are told of while the window is detached and does not have them', () => {
  const { transcript, changes } = start(messages(1, 9));
  transcript.trimNewest(5);
  changes.length = 0;
  transcript.pending({ key: 'x', text: 'x', name: 'Nana' });
  const [line] = transcript.unsent;
  transcript.failed('x');
  transcript.retrying('x');
  transcript.stored(message(10, { key: 'x', from: 'me' }));
  assert.deepEqual(changes, Array(4).fill({ added: [], changed: [line], removed: [] }));
  assert.deepEqual(shape(transcript), [1, 2, 3, 4, 5]);
  transcript.restore([{ key: 'y', text: 'y', from: 'former' }], 'Nana');
  const [restored] = transcript.unsent;
  transcript.discard('y');
  assert.deepEqual(changes.slice(4), [
    { added: [], changed: [restored], removed: [] }, { added: [], changed: [], removed: [restored] },
  ]);
});

/**
 * How often an entry is read while something is done.
 * @param {Window} held
 * @param {() => void} act
 */
function reads(held, act) {
  let count = 0;
  held.entries = new Proxy(held.entries, {
    get(target, name, receiver) {
      count++;
      return Reflect.get(target, name, receiver);
    },
  });
  act();
  return count;
}

const pages = [
  { name: 'older', limit: 650, act: (/** @type {Window} */ it) => it.prepend(messages(451, 500), true) },
  { name: 'newer', limit: 50, act: (/** @type {Window} */ it) => it.append(messages(1001, 1050), true) },
];
for (const { name, limit, act } of pages) {
  test(`a page of ${name} messages moves the window once`, () => {
    const held = new Window(new OwnLines());
    held.view(messages(501, 1000), true, true);
    const count = reads(held, () => act(held));
    assert.ok(count < limit, `${count} reads`);
    assert.equal(held.entries.length, 550);
  });
}

test('a message costs the same in a long window as in a short one', () => {
  const held = new Window(new OwnLines());
  held.view(messages(1, 20_000), false, false);
  const count = reads(held, () => {
    held.merge([message(20_001)]);
    held.merge([message(20_001)]);
  });
  assert.ok(count < 50, `${count} reads`);
});
