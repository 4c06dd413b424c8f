import assert from 'node:assert/strict';
import test from 'node:test';
import { collect } from '../_fakes/tasks.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { Connection, PATIENCE_MS, PING_INTERVAL_MS } from './connection.js';

/** @param {import('node:test').TestContext} t */
function start(t, { open = true } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { WebSocket, sockets } = fakeWebSockets();
  const connection = new Connection({ url: 'ws://moim.test/ws', WebSocket });
  const messages = collect(connection, 'message');
  const closes = collect(connection, 'close');
  connection.connect();
  const [socket] = sockets;
  if (open) socket.open();
  return { connection, socket, messages, closes };
}

test('opens the url with the subprotocol', (t) => {
  const { connection, socket } = start(t, { open: false });
  const opens = collect(connection, 'open');
  assert.equal(socket.url, 'ws://moim.test/ws');
  assert.equal(socket.protocol, 'moim.v1');
  assert.equal(opens.length, 0);
  socket.open();
  assert.equal(opens.length, 1);
});

test('a message goes out only while the socket is open', (t) => {
  const { connection, socket } = start(t, { open: false });
  assert.equal(connection.send({ type: 'typing' }), false);
  socket.open();
  assert.equal(connection.send({ type: 'typing' }), true);
  socket.drop(1006);
  assert.equal(connection.send({ type: 'typing' }), false);
  assert.deepEqual(socket.sent, [{ type: 'typing' }]);
});

test('counts every frame but ping, pong and joined', (t) => {
  const { connection, socket } = start(t);
  socket.receive({ type: 'joined', re: 1, resumed: false });
  assert.equal(connection.got, 0);
  socket.receive({ type: 'peer-left', peer: 'a', reason: 'left' });
  socket.receive({ type: 'ping', got: 0 });
  socket.receive({ type: 'pong', got: 0 });
  socket.receive({ type: 'ok', re: 99 });
  socket.receive({ type: 'of-a-later-version' });
  socket.receive('not json');
  assert.equal(connection.got, 4);
  socket.receive({ type: 'joined', resumed: true });
  assert.equal(connection.got, 4);
});

test('what came before the session began does not count', (t) => {
  const { connection, socket } = start(t);
  socket.receive({ type: 'waiting', re: 1 });
  socket.receive({ type: 'joined', re: 1, resumed: false });
  assert.equal(connection.got, 0);
});

test('answers ping with its count', (t) => {
  const { socket, messages } = start(t);
  socket.receive({ type: 'typing', from: 'a' });
  socket.receive({ type: 'ping', got: 7 });
  assert.deepEqual(socket.sent, [{ type: 'pong', got: 1 }]);
  assert.deepEqual(messages, [{ type: 'typing', from: 'a' }]);
});

test('pings every 15 s with its count', (t) => {
  const { socket, closes } = start(t);
  t.mock.timers.tick(PING_INTERVAL_MS - 1);
  assert.deepEqual(socket.sent, []);
  t.mock.timers.tick(1);
  assert.deepEqual(socket.sent, [{ type: 'ping', got: 0 }]);
  socket.receive({ type: 'pong', got: 0 });
  socket.receive({ type: 'typing', from: 'a' });
  t.mock.timers.tick(PING_INTERVAL_MS);
  assert.deepEqual(socket.sent.at(-1), { type: 'ping', got: 1 });
  socket.receive({ type: 'pong', got: 0 });
  t.mock.timers.tick(PATIENCE_MS);
  assert.equal(closes.length, 0);
});

test('gives the socket up 10 s after a ping without pong, whatever else comes', (t) => {
  const { socket, closes } = start(t);
  t.mock.timers.tick(PING_INTERVAL_MS);
  t.mock.timers.tick(PATIENCE_MS - 1);
  socket.receive({ type: 'typing', from: 'a' });
  assert.equal(closes.length, 0);
  t.mock.timers.tick(1);
  assert.deepEqual(closes, [{ code: 4002, reason: 'silent too long', final: false }]);
  assert.equal(socket.closedWith, 4002);
});

test('gives a socket up that does not open within 10 s', (t) => {
  const { socket, closes } = start(t, { open: false });
  t.mock.timers.tick(PATIENCE_MS);
  assert.equal(closes[0].code, 4002);
  assert.equal(socket.closedWith, 4002);
});

test('each request has its own id and its own reply', async (t) => {
  const { connection, socket, messages } = start(t);
  const first = connection.request({ type: 'typing' });
  const second = connection.request({ type: 'chat-history' });
  assert.deepEqual(socket.sent, [{ type: 'typing', id: 1 }, { type: 'chat-history', id: 2 }]);
  socket.receive({ type: 'chat-history', re: 2, messages: [], more: false });
  socket.receive({ type: 'ok', re: 1 });
  assert.equal((await second).type, 'chat-history');
  assert.equal((await first).type, 'ok');
  assert.deepEqual(messages, []);
});

test('an error with re rejects that request alone, one without is a message', async (t) => {
  const { connection, socket, messages } = start(t);
  const refused = connection.request({ type: 'update', name: '' });
  const fine = connection.request({ type: 'typing' });
  socket.receive({ type: 'error', code: 'rate-limited', message: 'slow down' });
  socket.receive({ type: 'error', re: 1, code: 'bad-name', message: 'no name' });
  socket.receive({ type: 'ok', re: 2 });
  await assert.rejects(refused, { name: 'ProtocolError', code: 'bad-name', message: 'no name' });
  await fine;
  assert.deepEqual(messages, [{ type: 'error', code: 'rate-limited', message: 'slow down' }]);
});

test('waiting does not settle a join', async (t) => {
  const { connection, socket, messages } = start(t);
  const join = connection.request({ type: 'join', room: 'tea' });
  socket.receive({ type: 'waiting', re: 1 });
  socket.receive({ type: 'joined', re: 1, resumed: false });
  assert.equal((await join).type, 'joined');
  assert.deepEqual(messages, [{ type: 'waiting', re: 1 }]);
});

test('a lost socket rejects what waits, and closes once', async (t) => {
  const { connection, socket, closes } = start(t);
  const waiting = connection.request({ type: 'typing' });
  socket.drop(1006, 'gone');
  await assert.rejects(waiting, { code: 'closed' });
  await assert.rejects(connection.request({ type: 'typing' }), { code: 'closed' });
  connection.close();
  t.mock.timers.tick(60_000);
  assert.deepEqual(closes, [{ code: 1006, reason: 'gone', final: false }]);
  assert.deepEqual(socket.sent, [{ type: 'typing', id: 1 }]);
});

test('a request before the socket is open is rejected', async (t) => {
  const { connection } = start(t, { open: false });
  await assert.rejects(connection.request({ type: 'typing' }), { code: 'closed' });
});

test('close sends leave first and ends at once', (t) => {
  const { connection, socket, closes, messages } = start(t);
  connection.close();
  assert.deepEqual(socket.sent, [{ type: 'leave' }]);
  assert.equal(socket.closedWith, 1000);
  assert.deepEqual(closes, [{ code: 1000, reason: 'left', final: true }]);
  socket.receive({ type: 'typing', from: 'a' });
  socket.drop(1000);
  assert.equal(closes.length, 1);
  assert.deepEqual(messages, []);
});

test('closing while connecting sends nothing and does not throw', (t) => {
  const { connection, socket, closes } = start(t, { open: false });
  connection.close();
  assert.deepEqual(socket.sent, []);
  assert.equal(closes.length, 1);
});

for (const { code, final } of [{ code: 1001, final: false }, { code: 4000, final: false }, { code: 4501, final: true }]) {
  test(`the server's close ${code} is ${final ? 'final' : 'not final'}`, (t) => {
    const { socket, closes } = start(t);
    socket.drop(code);
    assert.deepEqual(closes, [{ code, reason: '', final }]);
  });
}
