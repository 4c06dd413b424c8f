import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from '../chat/transcript.js';
import { readLines } from './preferences.js';
import { UnsentLines, WRITE_MS } from './unsent.js';

/** @param {import('node:test').TestContext} context */
function start(context) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const transcript = new Transcript();
  transcript.you = 'a';
  /** @type {string[][]} */
  const written = [];
  const unsent = new UnsentLines({ transcript, write: (lines) => written.push(lines.map(({ text }) => text)) });
  return { transcript, unsent, written };
}

test('a new line is written at once, and what becomes of it a moment later', (context) => {
  const { transcript, unsent, written } = start(context);
  unsent.connect();
  for (const key of ['one', 'two', 'three']) transcript.pending({ key, text: key, name: 'Mina' });
  transcript.failed('two', 'closed');
  transcript.stored({ n: 1, seq: 1, key: 'one', from: 'a', name: 'Mina', text: 'one', at: '2024-05-03T10:00:00.000Z' });
  assert.deepEqual(written, [[], ['one'], ['one', 'two'], ['one', 'two', 'three']]);
  context.mock.timers.tick(WRITE_MS);
  assert.deepEqual(written.slice(4), [['two', 'three']]);
  transcript.notice('joined', 'Jonas');
  context.mock.timers.tick(WRITE_MS);
  assert.equal(written.length, 5);
});

test('a new line is written at once also while older messages are read', (context) => {
  const { transcript, unsent, written } = start(context);
  transcript.view([], false, true);
  unsent.connect();
  transcript.pending({ key: 'one', text: 'one', name: 'Mina' });
  assert.deepEqual(written, [[], ['one']]);
});

test('why a line failed for good is written with it', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const transcript = new Transcript();
  transcript.you = 'a';
  /** @type {any[]} */
  let written = [];
  const unsent = new UnsentLines({ transcript, write: (lines) => (written = lines) });
  unsent.connect();
  for (const key of ['lost', 'refused']) transcript.pending({ key, text: key, to: 'b', name: 'Mina' });
  transcript.failed('lost', 'closed');
  transcript.failed('refused', 'no-such-peer');
  context.mock.timers.tick(WRITE_MS);
  assert.deepEqual(written, [
    { key: 'lost', text: 'lost', from: 'a', to: 'b' },
    { key: 'refused', text: 'refused', from: 'a', to: 'b', problem: 'no-such-peer' },
  ]);
  assert.deepEqual(readLines(JSON.stringify(written)), written);
});

test('it is written at once at the end, and not after it', (context) => {
  const { transcript, unsent, written } = start(context);
  unsent.connect();
  transcript.pending({ key: 'one', text: 'one', name: 'Mina' });
  transcript.failed('one', 'closed');
  transcript.discard('one');
  unsent.disconnect();
  assert.deepEqual(written, [[], ['one'], []]);
  transcript.pending({ key: 'two', text: 'two', name: 'Mina' });
  context.mock.timers.tick(WRITE_MS);
  assert.equal(written.length, 3);
});

test('what was kept is read with care', () => {
  const lines = [{ key: 'k', text: 'one', from: 'a' }, { key: 'l', text: 'two', from: 'a', to: 'b', reply: 3 }];
  assert.deepEqual(readLines(JSON.stringify(lines)), lines);
  for (const bad of [null, '', '{', '{}', '[null, 1, {}, {"key":1,"text":"x","from":"a"}, {"key":"k","text":"x","from":"a","to":1}, {"key":"k","text":"x"}, {"key":"k","text":"x","from":"a","problem":1}]']) assert.deepEqual(readLines(bad), []);
});
