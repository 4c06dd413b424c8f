import assert from 'node:assert/strict';
import test from 'node:test';
import { collect } from '../_fakes/tasks.js';
import { TYPING_INTERVAL_MS, TYPING_LASTS_MS, Typing } from './typing.js';

/** @param {import('node:test').TestContext} t */
function start(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent = { times: 0 };
  const typing = new Typing({ send: () => { sent.times++; } });
  return { typing, sent, changes: collect(typing, 'change') };
}

test('the others are told at most every 3 s', (t) => {
  const { typing, sent } = start(t);
  typing.tell();
  typing.tell();
  t.mock.timers.tick(TYPING_INTERVAL_MS - 1);
  typing.tell();
  assert.equal(sent.times, 1);
  t.mock.timers.tick(1);
  typing.tell();
  assert.equal(sent.times, 2);
});

test('somebody counts as typing until a while after the last word of it', (t) => {
  const { typing, changes } = start(t);
  typing.heard('a', 'Mina');
  t.mock.timers.tick(TYPING_LASTS_MS - 1);
  typing.heard('a', 'Mina');
  t.mock.timers.tick(TYPING_LASTS_MS - 1);
  assert.deepEqual([...typing.typists], [['a', 'Mina']]);
  assert.equal(changes.length, 1);
  t.mock.timers.tick(1);
  assert.deepEqual([...typing.typists], []);
  assert.equal(changes.length, 2);
});

test('forgetting and clearing', (t) => {
  const { typing, changes } = start(t);
  typing.heard('a', 'Mina');
  typing.heard('b', 'Nana');
  typing.forget('a');
  typing.forget('a');
  assert.deepEqual([...typing.typists.values()], ['Nana']);
  typing.clear();
  assert.equal(typing.typists.size, 0);
  assert.equal(changes.length, 4);
  t.mock.timers.tick(TYPING_LASTS_MS);
  assert.equal(changes.length, 4);
});
