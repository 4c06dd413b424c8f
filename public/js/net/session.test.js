import assert from 'node:assert/strict';
import test from 'node:test';
import { joined } from '../_fakes/room.js';
import { FakeClock, collect, settle } from '../_fakes/tasks.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { CALM_MS, MAX_PATIENCE_MS, SETTLED_MS } from './attempts.js';
import { PATIENCE_MS, PING_INTERVAL_MS, PROOF_MS } from './connection.js';
import { ENTER_PATIENCE_MS, PING_TRAFFIC, RETURN_PATIENCE_MS, Session } from './session.js';

/** @param {string} [token] */
function make(token) {
  const { WebSocket, sockets } = fakeWebSockets();
  const clock = new FakeClock();
  const signs = new EventTarget();
  const session = new Session({
    url: 'ws://moim.test/ws', WebSocket, clock, signs, random: () => 0.5, now: clock.now,
  });
  const events = /** @type {string[]} */ ([]);
  for (const type of ['state', 'joined', 'resumed', 'torn', 'close']) {
    session.addEventListener(type, () => events.push(type === 'state' ? session.state : type));
  }
  const messages = collect(session, 'message');
  const closes = collect(session, 'close');
  const joining = session.join(() => ({ room: 'tea', name: 'Mina' }), token);
  joining.catch(() => {});
  const last = () => /** @type {import('../_fakes/web-socket.js').FakeWebSocket} */ (sockets.at(-1));
  return { session, sockets, clock, signs, events, messages, closes, joining, last };
}

/** The same, in the room. */
async function enter() {
  const all = make();
  all.last().open();
  all.last().receive(joined());
  await all.joining;
  all.events.length = 0;
  return all;
}

/** The socket is lost after a while, and there is another. @param {ReturnType<typeof make>} all */
function comeBack({ last, clock }) {
  clock.pass(SETTLED_MS);
  last().drop(1006);
  last().open();
  return last();
}

/** @param {number} got */
const resumed = (got) => ({ type: 'joined', re: 1, resumed: true, session: 'newer', got });
/** @param {any} frame */
const without = ({ id: _, ...frame }) => frame;

test('enters with what there is to say, and takes over the token', async () => {
  const { session, sockets, joining, last, events } = make('kept');
  const tokens = collect(session, 'token');
  assert.equal(session.state, 'joining');
  last().open();
  assert.deepEqual(last().sent, [{ type: 'join', id: 1, room: 'tea', name: 'Mina', session: 'kept' }]);
  last().receive(joined({ you: 'x' }));
  assert.equal((await joining).you, 'x');
  assert.deepEqual([session.state, session.token, tokens.length, sockets.length], ['in', 'token', 1, 1]);
  assert.deepEqual(events, ['joining', 'in']);
});

test('a token the server refuses is done without, once', async () => {
  const { sockets, joining, closes } = make('kept');
  for (const socket of [0, 1]) {
    sockets[socket].open();
    sockets[socket].receive({ type: 'error', re: 1, code: 'bad-token', message: 'no' });
  }
  await assert.rejects(joining, { code: 'bad-token' });
  assert.deepEqual([sockets.length, 'session' in sockets[1].sent[0], closes.length], [2, false, 0]);
});

test('the first join is not repeated: lost, refused or not answered, it rejects', async () => {
  const ways = [
    { code: 'closed', act: (/** @type {any} */ { last }) => last().drop(1006) },
    { code: 'closed', act: (/** @type {any} */ { clock }) => clock.pass(ENTER_PATIENCE_MS) },
    { code: 'closed', act: (/** @type {any} */ { last, clock }) => { last().open(); clock.pass(ENTER_PATIENCE_MS); } },
    { code: 'closed', act: (/** @type {any} */ { session }) => session.leave() },
    {
      code: 'rate-limited',
      act: (/** @type {any} */ { last }) => {
        last().open();
        last().receive({ type: 'error', re: 1, code: 'rate-limited', message: 'no' });
      },
    },
  ];
  for (const { code, act } of ways) {
    const all = make();
    act(all);
    await assert.rejects(all.joining, { code });
    all.clock.pass(60_000);
    assert.deepEqual([all.session.state, all.sockets.length, all.closes.length], ['closed', 1, 0]);
  }
});

test('whoever waits in the lobby waits as long as it takes', async () => {
  const { clock, joining, last } = make();
  last().open();
  last().receive({ type: 'waiting', re: 1 });
  clock.pass(PING_INTERVAL_MS);
  last().receive({ type: 'pong', got: 0 });
  clock.pass(PING_INTERVAL_MS - 1);
  last().receive(joined());
  await joining;
});

test('a lost socket is followed by another at once, which says how far the session is', async () => {
  const all = await enter();
  const { session, events, last } = all;
  last().receive({ type: 'typing', from: 'a' });
  last().receive({ type: 'of-a-later-version' });
  last().receive('not json');
  last().receive({ type: 'ping', got: 0 });
  const back = comeBack(all);
  assert.deepEqual(back.sent, [{ type: 'join', id: 1, room: 'tea', name: 'Mina', session: 'token', got: 3, attempt: 1 }]);
  back.receive(resumed(0));
  assert.deepEqual([session.state, session.token], ['in', 'newer']);
  assert.deepEqual(events, ['away', 'resumed', 'in']);
});

test('what the server lacks is sent again in order before anything else, and what it has is not', async () => {
  const all = await enter();
  const { session, last } = all;
  for (const to of ['a', 'b', 'c']) session.send({ type: 'data', to, data: 1 });
  session.sendNow({ type: 'typing' });
  last().drop(1006);
  session.send({ type: 'data', to: 'd', data: 1 });
  session.sendNow({ type: 'typing' });
  last().open();
  session.send({ type: 'data', to: 'e', data: 1 });
  last().receive(resumed(2));
  session.send({ type: 'data', to: 'f', data: 1 });
  assert.deepEqual(last().sent.slice(1).map(({ type, to }) => to ?? type), ['c', 'd', 'e', 'f']);
  const again = comeBack(all);
  again.receive(resumed(5));
  assert.deepEqual(again.sent.slice(1).map(({ to }) => to), ['f']);
});

test('a frame that was not to be kept counts if it arrived', async () => {
  const all = await enter();
  all.session.sendNow({ type: 'typing' });
  all.session.send({ type: 'data', to: 'a', data: 1 });
  const back = comeBack(all);
  back.receive(resumed(1));
  assert.deepEqual(back.sent.slice(1).map(({ to }) => to), ['a']);
});

test('a reply among the frames that come again settles its request, once', async () => {
  const all = await enter();
  const { session, messages } = all;
  const first = session.request({ type: 'update', name: 'Nana' });
  const second = session.request({ type: 'update', name: 'Sora' });
  const back = comeBack(all);
  back.receive(resumed(1));
  assert.deepEqual(back.sent.slice(1), [{ type: 'update', id: 3, name: 'Sora' }]);
  back.receive({ type: 'ok', re: 2 });
  back.receive({ type: 'error', re: 3, code: 'bad-name', message: 'no' });
  await first;
  await assert.rejects(second, { code: 'bad-name' });
  back.receive({ type: 'ok', re: 3 });
  assert.deepEqual(messages, [{ type: 'ok', re: 3 }]);
});

test('nothing of a socket that was given up counts any more', async () => {
  const { session, last, sockets, messages, clock } = await enter();
  session.prove();
  clock.pass(PROOF_MS);
  assert.equal(sockets[0].closedWith, 4002);
  sockets[0].receive({ type: 'typing', from: 'a' });
  last().open();
  assert.equal(last().sent[0].got, 0);
  last().receive(resumed(0));
  sockets[0].receive({ type: 'typing', from: 'a' });
  last().receive({ type: 'typing', from: 'b' });
  assert.deepEqual(messages.map(({ from }) => from), ['b']);
});

test('a snapshot begins anew: signals are let go, requests go out again before what is told then', async () => {
  const all = await enter();
  const { session, events, messages } = all;
  session.send({ type: 'data', to: 'a', data: 1 });
  const kept = session.request({ type: 'update', name: 'Nana' });
  const stale = session.request({ type: 'chat-delete', n: 1 }, { renew: () => session.state !== 'in' });
  session.addEventListener('joined', () => session.send({ type: 'data', to: 'b', data: 1 }));
  const back = comeBack(all);
  back.receive(joined({ session: 'newer' }));
  assert.deepEqual(back.sent.slice(1).map(({ type, id, to }) => id ?? to ?? type), [2, 'b']);
  assert.deepEqual(events, ['away', 'joined', 'in']);
  await assert.rejects(stale, { code: 'closed' });
  back.receive({ type: 'ok', re: 2 });
  await kept;
  assert.deepEqual(messages, []);
  assert.equal(comeBack(all).sent[0].got, 1);
});

test('attempts go by the table without end, each with the patience it has', async () => {
  const { sockets, clock, last } = await enter();
  last().drop(1006);
  for (const pause of [300, 1_200, 2_700, 4_800, 7_000, 7_000, 7_000]) {
    const before = sockets.length;
    last().drop(1006);
    clock.pass(pause - 1);
    assert.equal(sockets.length, before);
    clock.pass(1);
    assert.equal(sockets.length, before + 1);
  }
});

test('the patience of attempts grows, so that a slow server is reached in the end', async () => {
  const { clock, last } = await enter();
  last().drop(1006);
  const rounds = [[RETURN_PATIENCE_MS, 300], [7_500, 1_200], [11_250, 2_700], [16_875, 4_800], [MAX_PATIENCE_MS, 7_000]];
  for (const [patience, pause] of [...rounds, rounds[4], rounds[4]]) {
    const hanging = last();
    clock.pass(patience - 1);
    assert.equal(hanging.closedWith, null);
    clock.pass(1);
    assert.equal(hanging.closedWith, 4002);
    clock.pass(pause);
  }
});

test('a socket that is lost again at once does not begin the table anew, one that lasted does', async () => {
  for (const { lasted, pause } of [{ lasted: SETTLED_MS - 1, pause: 300 }, { lasted: SETTLED_MS, pause: 0 }]) {
    const all = await enter();
    comeBack(all).receive(resumed(0));
    all.clock.pass(lasted);
    all.last().drop(4000);
    assert.equal(all.sockets.length, pause ? 2 : 3);
    all.clock.pass(pause);
    assert.equal(all.sockets.length, 3);
  }
});

test('another network is tried at once, and an attempt that hangs on the old one is given up', async () => {
  const { sockets, clock, signs, last } = await enter();
  last().drop(1006);
  const hanging = last();
  signs.dispatchEvent(new Event('network'));
  assert.deepEqual([sockets.length, hanging.closedWith], [3, 4002]);
  last().drop(1006);
  clock.pass(CALM_MS - 1);
  const before = sockets.length;
  last().drop(1006);
  clock.pass(1);
  signs.dispatchEvent(new Event('wake'));
  assert.equal(sockets.length, before + 1);
  signs.dispatchEvent(new Event('wake'));
  assert.equal(sockets.length, before + 1);
});

test('swarms of signs neither hammer a server nor keep from a slow one', async () => {
  for (const sign of ['network', 'wake']) {
    const all = await enter();
    all.last().drop(1006);
    for (let i = 0; i < 120; i++) {
      all.signs.dispatchEvent(new Event(sign));
      all.clock.pass(250);
      if (all.last().closedWith === null) all.last().drop(1006);
      all.clock.pass(250);
    }
    assert.ok(all.sockets.length < 80, `${all.sockets.length} sockets in a minute`);
    all.clock.pass(CALM_MS);
    all.signs.dispatchEvent(new Event(sign));
    const slow = all.last();
    for (let i = 0; i < 4; i++) {
      all.clock.pass(500);
      all.signs.dispatchEvent(new Event(sign));
    }
    assert.equal(slow.closedWith, null);
  }
});

test('whoever leaves during an attempt says so to the server', async () => {
  const all = await enter();
  all.last().drop(1006);
  all.last().open();
  all.session.leave();
  assert.deepEqual([all.last().sent.at(-1), all.last().closedWith], [{ type: 'leave' }, 1000]);
});

test('with a socket, another network and a wake have it proved', async () => {
  for (const sign of ['network', 'wake']) {
    const { sockets, clock, signs } = await enter();
    signs.dispatchEvent(new Event(sign));
    assert.equal(sockets[0].sent.at(-1).type, 'ping');
    clock.pass(PROOF_MS);
    assert.deepEqual([sockets.length, sockets[0].closedWith], [2, 4002]);
  }
});

test('a server that restarts is left alone for as long as it asks', async () => {
  const { session, sockets, clock, last, messages } = await enter();
  last().receive({ type: 'restarting', after: 1_000 });
  last().drop(1001);
  assert.deepEqual([session.state, sockets.length], ['away', 1]);
  clock.pass(1_099);
  assert.equal(sockets.length, 1);
  clock.pass(1);
  assert.equal(sockets.length, 2);
  assert.deepEqual(messages, []);
  last().drop(1006);
  assert.equal(sockets.length, 3);
});

for (const code of ['rate-limited', 'internal', 'restarting', 'server-full']) {
  test(`a coming back that is refused with ${code} is tried again`, async () => {
    const all = await enter();
    const back = comeBack(all);
    back.receive({ type: 'error', re: 1, code, message: 'no' });
    back.drop(4501);
    assert.equal(all.session.state, 'away');
    all.clock.pass(300);
    all.last().open();
    assert.equal(all.last().sent[0].got, 0);
  });
}

test('a coming back whose token is refused is that of somebody new', async () => {
  const all = await enter();
  comeBack(all).receive({ type: 'error', re: 1, code: 'bad-token', message: 'no' });
  all.last().open();
  assert.deepEqual(all.last().sent, [{ type: 'join', id: 1, room: 'tea', name: 'Mina' }]);
  all.last().receive(joined({ you: 'n', session: 'other' }));
  assert.deepEqual([all.session.state, all.session.token], ['in', 'other']);
});

test('any other refusal is final, as are the close codes that say so', async () => {
  const refused = await enter();
  comeBack(refused).receive({ type: 'error', re: 1, code: 'room-full', message: 'full' });
  assert.deepEqual(refused.closes, [{ code: 4501, reason: 'full', error: 'room-full' }]);
  for (const code of [1000, 1008, 4001, 4500, 4502]) {
    for (const meanwhile of [false, true]) {
      const all = await enter();
      const waiting = all.session.request({ type: 'update' });
      if (meanwhile) comeBack(all);
      all.last().drop(code);
      assert.deepEqual(all.closes.map((close) => close.code), [code]);
      await assert.rejects(waiting, { code: 'closed' });
      await assert.rejects(all.session.request({ type: 'update' }), { code: 'closed' });
      all.signs.dispatchEvent(new Event('network'));
      all.clock.pass(60_000);
      assert.equal(all.sockets.length, meanwhile ? 2 : 1);
    }
  }
});

test('leaving says so, and ends at once, while away too', async () => {
  const here = await enter();
  here.session.leave();
  here.session.leave();
  assert.deepEqual([here.last().sent.at(-1), here.last().closedWith], [{ type: 'leave' }, 1000]);
  assert.deepEqual(here.closes, [{ code: 1000, reason: 'left' }]);
  const away = await enter();
  away.last().drop(1006);
  away.last().drop(1006);
  away.session.leave();
  away.clock.pass(60_000);
  assert.deepEqual([away.closes.length, away.sockets.length], [1, 2]);
});

test('both sides forget soon when there is much traffic, whichever way it goes and in whatever portions', async () => {
  const ways = [
    (/** @type {any} */ { session }) => session.send({ type: 'data', data: 1 }),
    (/** @type {any} */ { last }) => last().receive({ type: 'typing', from: 'a' }),
  ];
  for (const act of ways) {
    const all = await enter();
    for (let i = 0; i < 2 * PING_TRAFFIC; i++) act(all);
    assert.deepEqual(all.last().sentOf('ping').length, 1);
    all.last().receive({ type: 'pong', got: 0 });
    act(all);
    assert.deepEqual(all.last().sentOf('ping').length, 2);
  }
  const all = await enter();
  for (let i = 0; i < 5; i++) all.session.send({ type: 'data', data: 'x'.repeat(32 * 1024) });
  assert.equal(all.last().sentOf('ping').length, 1);
});

test('what is over the bound is forgotten, and that is told', async () => {
  const all = await enter();
  const { session, events } = all;
  all.last().drop(1006);
  const asked = session.request({ type: 'update', name: 'Nana' });
  for (let i = 0; i < 1_005; i++) session.send({ type: 'data', data: i });
  all.last().open();
  all.last().receive(resumed(0));
  const sent = all.last().sent.filter(({ type }) => type === 'update' || type === 'data');
  assert.deepEqual([sent.length, without(sent[0]).name, sent[1].data, sent.at(-1).data], [1_000, 'Nana', 6, 1_004]);
  assert.deepEqual(events, ['away', 'resumed', 'torn', 'in']);
  all.last().receive({ type: 'ok', re: 2 });
  await asked;
});

test('more requests than are kept are refused as too much', async () => {
  const all = await enter();
  all.last().drop(1006);
  for (let i = 0; i < 1_000; i++) all.session.request({ type: 'update' }).catch(() => {});
  await assert.rejects(all.session.request({ type: 'update' }), { code: 'rate-limited' });
  all.session.leave();
  await settle(1);
});

test('a fresh token is for the next join, and counts', async () => {
  const all = await enter();
  const tokens = collect(all.session, 'token');
  all.last().receive({ type: 'session', session: 'fresh' });
  assert.equal(tokens.length, 1);
  const { session, got } = comeBack(all).sent[0];
  assert.deepEqual([session, got, all.messages.length], ['fresh', 1, 0]);
});

test('a socket that answers no ping is replaced', async () => {
  const { sockets, clock, last } = await enter();
  clock.pass(PING_INTERVAL_MS + PATIENCE_MS);
  assert.deepEqual([sockets.length, sockets[0].closedWith], [2, 4002]);
  last().open();
  assert.equal(last().sent[0].session, 'token');
});
