import assert from 'node:assert/strict';
import test from 'node:test';
import { joined } from '../_fakes/room.js';
import { FakeClock, collect } from '../_fakes/tasks.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { PATIENCE_MS, PING_INTERVAL_MS } from './connection.js';
import { ENTER_PATIENCE_MS, Session } from './session.js';

/** A session that knocks. */
function knock() {
  const { WebSocket, sockets } = fakeWebSockets();
  const clock = new FakeClock();
  const signs = new EventTarget();
  const session = new Session({ url: 'ws://moim.test/ws', WebSocket, clock, signs, random: () => 0.5, now: clock.now });
  const closes = collect(session, 'close');
  const joining = session.join(() => ({ room: 'tea' }));
  joining.catch(() => {});
  const last = () => /** @type {import('../_fakes/web-socket.js').FakeWebSocket} */ (sockets.at(-1));
  const wait = () => {
    last().open();
    last().receive({ type: 'waiting', re: 1 });
  };
  wait();
  return { session, sockets, clock, signs, closes, joining, last, wait };
}

test('waiting has no end, and pings meanwhile', async () => {
  const { session, sockets, clock, joining, last } = knock();
  assert.deepEqual([session.state, session.waiting], ['joining', true]);
  for (let i = 1; i <= 40; i++) {
    clock.pass(PING_INTERVAL_MS);
    assert.deepEqual([last().sentOf('ping').length, last().sent.at(-1)], [i, { type: 'ping', got: 0 }]);
    last().receive({ type: 'pong', got: 0 });
  }
  assert.ok(40 * PING_INTERVAL_MS > ENTER_PATIENCE_MS);
  last().receive(joined());
  await joining;
  assert.deepEqual([session.state, session.waiting, sockets.length], ['in', false, 1]);
});

test('a socket that is lost knocks again by itself, by the table, with what there is to say', async () => {
  const { session, sockets, clock, joining, last, wait } = knock();
  last().drop(4002);
  assert.equal(sockets.length, 2);
  for (const pause of [300, 1_200, 2_700]) {
    last().drop(1006);
    clock.pass(pause - 1);
    const before = /** @type {number} */ (sockets.length);
    clock.pass(1);
    assert.equal(sockets.length, before + 1);
    assert.equal(session.waiting, true);
  }
  wait();
  assert.deepEqual(last().sent[0], { type: 'join', id: 1, room: 'tea' });
  last().receive(joined());
  await joining;
});

test('a server that does not answer is given up and knocked at again; another network is tried at once', () => {
  const { sockets, clock, signs, last } = knock();
  clock.pass(PING_INTERVAL_MS + PATIENCE_MS);
  assert.deepEqual([sockets.length, sockets[0].closedWith], [2, 4002]);
  last().drop(1006);
  assert.equal(sockets.length, 2);
  signs.dispatchEvent(new Event('network'));
  assert.equal(sockets.length, 3);
  last().open();
  last().receive({ type: 'waiting', re: 1 });
  signs.dispatchEvent(new Event('network'));
  assert.equal(sockets.length, 3);
});

test('who is not let in learns why, also from a server that says no more than that', async () => {
  const ways = [
    { code: 'rejected', act: (/** @type {any} */ socket) => socket.receive({ type: 'error', re: 1, code: 'rejected', message: 'no' }) },
    { code: 'banned', act: (/** @type {any} */ socket) => socket.receive({ type: 'error', code: 'banned', message: 'no' }) },
    { code: 'rejected', act: (/** @type {any} */ socket) => socket.drop(4501) },
    { code: 'rejected', act: (/** @type {any} */ socket) => socket.drop(4500) },
  ];
  for (const { code, act } of ways) {
    const { session, sockets, clock, joining, closes, last } = knock();
    act(last());
    await assert.rejects(joining, { code });
    clock.pass(60_000);
    assert.deepEqual([session.state, session.waiting, sockets.length, closes.length], ['closed', false, 1, 0]);
  }
});

test('a passing fault does not end the waiting', () => {
  const { sockets, clock, last } = knock();
  last().drop(1001);
  last().open();
  last().receive({ type: 'error', re: 1, code: 'rate-limited', message: 'no' });
  clock.pass(300);
  assert.equal(sockets.length, 3);
});

test('who gives up says so', async () => {
  const { session, clock, sockets, joining, last } = knock();
  session.leave();
  await assert.rejects(joining, { code: 'closed' });
  assert.deepEqual([last().sent.at(-1), last().closedWith], [{ type: 'leave' }, 1000]);
  clock.pass(60_000);
  assert.equal(sockets.length, 1);
});

test('who comes back may have to wait, too', async () => {
  const { session, joining, last } = knock();
  last().receive(joined());
  await joining;
  last().drop(1006);
  last().open();
  last().receive({ type: 'waiting', re: 1 });
  assert.deepEqual([session.state, session.waiting], ['away', true]);
  last().receive(joined({ session: 'newer' }));
  assert.deepEqual([session.state, session.waiting], ['in', false]);
});
