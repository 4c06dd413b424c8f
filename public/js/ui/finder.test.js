import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../_fakes/tasks.js';
import { storedEntry } from '../chat/entry.js';
import { ProtocolError } from '../net/protocol.js';
import { Finder } from './finder.js';

/** @param {number} n @param {{text?: string, deleted?: string}} [as] */
const message = (n, { text = `line ${n}`, deleted } = {}) =>
  storedEntry({ n, seq: n, key: `k${n}`, from: 'b', name: 'Jonas', text, at: '2026-11-22T12:00:00.000Z', deleted }, false);

function start() {
  /** @type {{query: string, before?: number, answer: (numbers: number[], more?: boolean) => void, refuse: (code: string) => void}[]} */
  const asked = [];
  const finder = new Finder({
    changed: () => {},
    search: (query, { before }) =>
      new Promise((resolve, reject) => {
        const answer = (/** @type {number[]} */ numbers, more = false) =>
          resolve({ entries: numbers.map((n) => message(n)), more });
        asked.push({ query, before, answer, refuse: (code) => reject(new ProtocolError(code)) });
      }),
  });
  return { finder, asked, found: () => finder.results.map(({ n }) => n) };
}

test('pages come one after the other, however often they are wished for', async () => {
  const { finder, asked, found } = start();
  finder.start('line');
  asked[0].answer([7, 8], true);
  await settle(2);
  finder.older();
  finder.older();
  assert.equal(finder.busy, true);
  assert.deepEqual(asked.map(({ before }) => before), [undefined, 7]);
  asked[1].answer([5, 6]);
  await settle(2);
  assert.deepEqual([found(), finder.more, finder.busy], [[8, 7, 6, 5], false, false]);
  finder.older();
  assert.equal(asked.length, 2);
});

test('of the words typed while an answer is under way, the last are searched', async () => {
  const { finder, asked, found } = start();
  for (const query of ['o', 'on', 'one']) finder.start(query);
  assert.equal(asked.length, 1);
  asked[0].answer([1, 2, 3]);
  await settle(2);
  assert.deepEqual(found(), []);
  assert.deepEqual(asked.map(({ query }) => query), ['o', 'one']);
  asked[1].answer([2]);
  await settle(2);
  assert.deepEqual([found(), finder.query], [[2], 'one']);
});

test('the same words are asked for anew', async () => {
  const { finder, asked, found } = start();
  for (const n of [1, 2]) {
    finder.start('line');
    asked[n - 1].answer([n]);
    await settle(2);
    assert.deepEqual(found(), [n]);
  }
});

test('what failed keeps what was found, and can be tried again', async () => {
  const { finder, asked, found } = start();
  finder.start('line');
  asked[0].answer([7], true);
  await settle(2);
  finder.older();
  asked[1].refuse('rate-limited');
  await settle(2);
  assert.deepEqual([found(), finder.query, finder.problem, finder.more], [[7], 'line', 'rate-limited', true]);
  finder.older();
  asked[2].answer([6], true);
  await settle(2);
  assert.deepEqual([found(), finder.problem], [[7, 6], null]);
  finder.start('other');
  asked[3].refuse('internal');
  await settle(2);
  assert.deepEqual([found(), finder.query, finder.more], [[], 'other', false]);
});

test('what is found is shown as it stands now', async () => {
  const { finder, asked, found } = start();
  finder.start('line');
  asked[0].answer([1, 2, 3], true);
  await settle(2);
  finder.restated(message(2, { text: 'other words' }));
  finder.restated(message(9));
  assert.deepEqual(finder.results.map(({ text }) => text), ['line 3', 'other words', 'line 1']);
  finder.restated(message(1, { deleted: '2026-11-22T12:01:00.000Z' }));
  assert.deepEqual(found(), [3, 2]);
  finder.older();
  assert.equal(asked[1].before, 1);
});

test('without words nothing is asked for', async () => {
  const { finder, asked, found } = start();
  finder.start('line');
  asked[0].answer([1]);
  await settle(2);
  finder.start('');
  await settle(2);
  assert.deepEqual([found(), asked.length], [[], 1]);
});
