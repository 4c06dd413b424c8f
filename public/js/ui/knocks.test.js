import assert from 'node:assert/strict';
import test from 'node:test';
import { makeJoinedCall, peer } from '../_fakes/room.js';
import { FakeElement, installPage } from '../_fakes/page.js';
import { settle } from '../_fakes/tasks.js';
import { KnockList } from './knock-list.js';
import { GATHER_MS, KnockNotice } from './knock-notice.js';

/** What a host sees of those who knock. @param {import('node:test').TestContext} t */
async function make(t) {
  const all = await makeJoinedCall({ peers: [peer('m', { role: 'host' })] });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  const told = /** @type {string[]} */ ([]);
  const notice = new KnockNotice({ call: all.call, show: () => told.push('shown'), notify: (text) => told.push(text) });
  notice.connect();
  t.after(() => notice.disconnect());
  const knock = (/** @type {string} */ id) => all.socket.receive({ type: 'knock', peer: peer(id) });
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (notice.element));
  const press = (/** @type {string} */ name) =>
    element.all().find((e) => e.getAttribute('aria-label') === name)?.dispatchEvent(new Event('click'));
  return { ...all, notice, told, knock, element, press };
}

test('somebody who knocks is named, and answered where it is told', async (t) => {
  const { socket, told, knock, element, press } = await make(t);
  knock('x');
  assert.deepEqual(told, ['X wants to come in']);
  assert.match(element.textContent, /^X wants to come in/);
  press('Admit X');
  assert.deepEqual(socket.sent.at(-1), { type: 'admit', id: 2, peer: 'x' });
  socket.receive({ type: 'error', re: 2, code: 'room-full', message: 'no' });
  await settle(2);
  assert.match(element.textContent, /The room is full/);
  press('Decline X');
  assert.equal(socket.sent.at(-1).type, 'reject');
  socket.receive({ type: 'knock-ended', peer: 'x', reason: 'rejected' });
  assert.equal(element.textContent, '');
});

test('many are one line, told now and then', async (t) => {
  const { told, knock, element, press, socket } = await make(t);
  for (let i = 0; i < 50; i++) knock(`p${i}`);
  assert.deepEqual(told, ['P0 wants to come in']);
  assert.match(element.textContent, /^50 people wait to come in/);
  t.mock.timers.tick(GATHER_MS);
  t.mock.timers.tick(GATHER_MS);
  knock('last');
  assert.deepEqual(told, ['P0 wants to come in', '50 people wait to come in', 'LAST wants to come in']);
  press('Show');
  assert.equal(told.at(-1), 'shown');
  press('Admit all');
  assert.equal(socket.sentOf('admit').length, 1);
});

test('who looks at the list needs no notice', async (t) => {
  const { notice, knock, element } = await make(t);
  knock('x');
  notice.cover(true);
  assert.equal(element.textContent, '');
  notice.cover(false);
  assert.match(element.textContent, /X wants/);
});

test('the list is bounded, and says how many more there are', async (t) => {
  const { call, knock, socket } = await make(t);
  const list = new KnockList(call.hosting, (act) => void act());
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (list.element));
  list.update();
  assert.equal(element.hidden, true);
  for (let i = 0; i < 23; i++) knock(`p${i}`);
  list.update();
  assert.equal(element.hidden, false);
  assert.equal(element.all().filter(({ tag }) => tag === 'li').length, 20);
  assert.match(element.textContent, /And 3 more$/);
  element.all().find((e) => e.getAttribute('aria-label') === 'Decline P1')?.dispatchEvent(new Event('click'));
  assert.deepEqual(socket.sent.at(-1), { type: 'reject', id: 2, peer: 'p1' });
});
