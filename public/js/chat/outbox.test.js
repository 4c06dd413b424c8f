import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from '../_fakes/tasks.js';
import { ProtocolError } from '../net/protocol.js';
import { IN_FLIGHT, Outbox, PAUSE_MS } from './outbox.js';

/** @param {import('node:test').TestContext} t */
function start(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {{key: string, answer: () => void, refuse: (code: string) => void}[]} */
  const flying = [];
  /** @type {string[]} */
  const settled = [];
  /** @type {string[]} */
  const failed = [];
  const expected = new Set(['late']);
  const outbox = new Outbox({
    request: ({ key }) => new Promise((resolve, reject) => {
      const land = () => flying.splice(flying.findIndex((other) => other.key === key), 1);
      flying.push({
        key,
        answer: () => { land(); settled.push(key); resolve({ type: 'ok', re: 1 }); },
        refuse: (code) => { land(); reject(new ProtocolError(code)); },
      });
    }),
    settle: () => {},
    fail: (key, code) => failed.push(`${key} ${code}`),
    isExpected: (id) => expected.has(id),
  });
  const keys = () => flying.map(({ key }) => key);
  return { outbox, flying, settled, failed, keys, expected };
}

test('few lines go at a time, the rest in order behind them', async (t) => {
  const { outbox, flying, settled, keys } = start(t);
  const all = Array.from({ length: 100 }, (_, i) => `${i}`);
  const sent = all.map((key) => outbox.add({ key, text: key }));
  assert.deepEqual(keys(), all.slice(0, IN_FLIGHT));
  while (flying.length > 0) {
    assert.ok(flying.length <= IN_FLIGHT);
    flying[0].answer();
    await settle(1);
  }
  await Promise.all(sent);
  assert.deepEqual(settled, all);
});

test('a line the server is too busy for goes again after a pause, and none overtakes it', async (t) => {
  const { outbox, flying, settled, failed, keys } = start(t);
  const all = Array.from({ length: 10 }, (_, i) => `${i}`);
  for (const key of all) outbox.add({ key, text: key });
  flying[0].answer();
  await settle(1);
  for (const line of [...flying].reverse()) line.refuse('rate-limited');
  await settle(1);
  t.mock.timers.tick(PAUSE_MS - 1);
  assert.deepEqual(keys(), []);
  t.mock.timers.tick(1);
  assert.deepEqual(keys(), ['1']);
  while (flying.length > 0) {
    flying[0].answer();
    await settle(1);
  }
  assert.deepEqual(settled, all);
  assert.deepEqual(failed, []);
});

test('a long row of lines, or of long ones, goes out one by one', async (t) => {
  const { outbox, flying, keys } = start(t);
  for (const key of ['a', 'b', 'c']) outbox.add({ key, text: '가'.repeat(4000) });
  await settle(1);
  assert.ok(keys().length <= 2, 'the burst has room for two');
  for (let i = 0; i < 40; i++) outbox.add({ key: `${i}`, text: 'short' });
  while (flying.length > 0) {
    flying[0].answer();
    await settle(1);
    assert.ok(flying.length <= 1);
  }
});

test('any other refusal is final, and the next line goes', async (t) => {
  const { outbox, flying, failed, keys } = start(t);
  const sent = outbox.add({ key: 'a', text: 'a' });
  flying[0].refuse('too-long');
  await sent;
  outbox.add({ key: 'b', text: 'b' });
  assert.deepEqual(failed, ['a too-long']);
  assert.deepEqual(keys(), ['b']);
});

test('what is on its way when the answers to it are lost goes out anew, in order and whatever becomes of it', async (t) => {
  const { outbox, flying, failed, keys } = start(t);
  const all = ['a', 'b', 'c', 'd', 'e', 'f'];
  const sent = all.map((key) => outbox.add({ key, text: key }));
  flying[0].refuse('rate-limited');
  await settle(1);
  outbox.restart();
  for (const line of [...flying]) line.refuse('closed');
  await settle(1);
  assert.deepEqual(keys(), []);
  t.mock.timers.tick(PAUSE_MS);
  const went = [];
  while (flying.length > 0) {
    went.push(flying[0].key);
    flying[0].answer();
    await settle(1);
  }
  await Promise.all(sent);
  assert.deepEqual(went, all);
  assert.deepEqual(failed, []);
});

test('the end of a session gives up every line, those in a pause too', async (t) => {
  const { outbox, flying, failed, keys } = start(t);
  const sent = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => outbox.add({ key, text: key }));
  flying[0].refuse('rate-limited');
  await settle(1);
  outbox.clear();
  for (const line of [...flying]) line.refuse('closed');
  await Promise.all(sent);
  t.mock.timers.tick(PAUSE_MS);
  assert.equal(failed.length, 6);
  assert.ok(failed.every((line) => line.endsWith(' closed')));
  assert.deepEqual(keys(), []);
});

test('a private line waits for somebody who may come back, and nothing waits for it', async (t) => {
  const { outbox, flying, failed, keys, expected } = start(t);
  for (const to of ['late', 'gone']) outbox.add({ key: to, text: 'psst', to });
  outbox.add({ key: 'all', text: 'hello' });
  for (const line of flying.slice(0, 2)) line.refuse('no-such-peer');
  await settle(1);
  assert.deepEqual([keys(), failed], [['all'], ['gone no-such-peer']]);
  flying[0].answer();
  t.mock.timers.tick(PAUSE_MS);
  await settle(1);
  assert.deepEqual(keys(), ['late']);
  expected.clear();
  flying[0].refuse('no-such-peer');
  await settle(1);
  assert.deepEqual(failed, ['gone no-such-peer', 'late no-such-peer']);
});
