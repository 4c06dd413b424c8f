import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeClock, collect } from '../_fakes/tasks.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { Connection, LATE_MS, PATIENCE_MS, PING_INTERVAL_MS, PROOF_MS } from './connection.js';

function start({ open = true } = {}) {
  const { WebSocket, sockets } = fakeWebSockets();
  const clock = new FakeClock();
  let got = 0;
  const connection = new Connection({ url: 'ws://moim.test/ws', WebSocket, clock, now: clock.now, got: () => got });
  const frames = collect(connection, 'frame');
  const closes = collect(connection, 'close');
  connection.addEventListener('frame', () => { got += 1; });
  connection.connect();
  const [socket] = sockets;
  if (open) socket.open();
  return { connection, socket, clock, frames, closes };
}

test('opens the url with the subprotocol', () => {
  const { connection, socket } = start({ open: false });
  const opens = collect(connection, 'open');
  assert.equal(socket.url, 'ws://moim.test/ws');
  assert.equal(socket.protocol, 'moim.v1');
  assert.equal(opens.length, 0);
  socket.open();
  assert.equal(opens.length, 1);
});

test('a message goes out only while the socket is open', () => {
  const { connection, socket } = start({ open: false });
  assert.equal(connection.send({ type: 'typing' }), 0);
  socket.open();
  assert.equal(connection.send({ type: 'typing' }), '{"type":"typing"}'.length);
  socket.drop(1006);
  assert.equal(connection.send({ type: 'typing' }), 0);
  assert.deepEqual(socket.sent, [{ type: 'typing' }]);
});

test('every frame is told with its size, what cannot be read too', () => {
  const { socket, frames } = start();
  socket.receive({ type: 'ok', re: 1 });
  socket.receive('not json');
  assert.deepEqual(frames, [{ message: { type: 'ok', re: 1 }, size: 20 }, { message: null, size: 8 }]);
});

test('answers ping with the count', () => {
  const { socket } = start();
  socket.receive({ type: 'typing', from: 'a' });
  socket.receive({ type: 'ping', got: 7 });
  assert.deepEqual(socket.sent, [{ type: 'pong', got: 2 }]);
});

test('pings 15 s after it opened, and after each pong, with the count', () => {
  const { socket, clock, closes } = start();
  clock.pass(PING_INTERVAL_MS - 1);
  assert.deepEqual(socket.sent, []);
  clock.pass(1);
  assert.deepEqual(socket.sent, [{ type: 'ping', got: 0 }]);
  clock.pass(5_000);
  socket.receive({ type: 'pong', got: 0 });
  clock.pass(PING_INTERVAL_MS - 1);
  assert.equal(socket.sent.length, 1);
  clock.pass(1);
  assert.deepEqual(socket.sent.at(-1), { type: 'ping', got: 1 });
  socket.receive({ type: 'pong', got: 0 });
  clock.pass(PATIENCE_MS);
  assert.equal(closes.length, 0);
});

test('gives the socket up 10 s after a ping without pong, whatever else comes', () => {
  const { socket, clock, closes } = start();
  clock.pass(PING_INTERVAL_MS + PATIENCE_MS - 1);
  socket.receive({ type: 'typing', from: 'a' });
  assert.equal(closes.length, 0);
  clock.pass(1);
  assert.deepEqual(closes, [{ code: 4002, reason: 'silent too long' }]);
  assert.equal(socket.closedWith, 4002);
});

test('a ping out of turn puts the next one off, and is not repeated before its pong', () => {
  const { connection, socket, clock } = start();
  clock.pass(PING_INTERVAL_MS - 1_000);
  assert.equal(connection.ping(), true);
  assert.equal(connection.ping(), false);
  socket.receive({ type: 'pong', got: 0 });
  clock.pass(PING_INTERVAL_MS - 1);
  assert.equal(socket.sent.length, 1);
  clock.pass(1);
  assert.equal(socket.sent.length, 2);
});

test('a socket that is to prove itself has 3 s for any frame, also while a pong is waited for', () => {
  for (const before of [0, PING_INTERVAL_MS + 1_000]) {
    const { connection, socket, clock, closes } = start();
    clock.pass(before);
    connection.prove();
    assert.equal(socket.sent.at(-1).type, 'ping');
    clock.pass(PROOF_MS - 1);
    connection.prove();
    assert.equal(closes.length, 0);
    clock.pass(1);
    assert.equal(closes[0].code, 4002);
  }
});

test('any frame proves the socket, and it may be asked again', () => {
  const { connection, socket, clock, closes } = start();
  connection.prove();
  clock.pass(PROOF_MS - 1);
  socket.receive({ type: 'typing', from: 'a' });
  clock.pass(PROOF_MS);
  assert.equal(closes.length, 0);
  connection.prove();
  clock.pass(PROOF_MS);
  assert.equal(closes[0].code, 4002);
});

test('a socket that is not open proves nothing', () => {
  const { connection, clock, closes } = start({ open: false });
  connection.prove();
  clock.pass(PROOF_MS);
  assert.equal(closes.length, 0);
});

test('a ping that is due while the machine sleeps asks for a proof', () => {
  for (const { slept, closed } of [{ slept: LATE_MS, closed: 0 }, { slept: LATE_MS + 1, closed: 1 }]) {
    const { clock, closes } = start();
    clock.pass(1_000);
    clock.sleep(slept);
    clock.pass(PING_INTERVAL_MS - 1_000 + PROOF_MS);
    assert.equal(closes.length, closed);
  }
});

test('closing ends it at once, and no frame comes any more', () => {
  const { connection, socket, clock, closes, frames } = start();
  connection.close(1000, 'left');
  assert.equal(socket.closedWith, 1000);
  assert.deepEqual(closes, [{ code: 1000, reason: 'left' }]);
  socket.receive({ type: 'typing', from: 'a' });
  socket.drop(1000);
  connection.giveUp();
  clock.pass(60_000);
  assert.equal(closes.length, 1);
  assert.deepEqual(frames, []);
  assert.deepEqual(socket.sent, []);
});

test('closing while connecting sends nothing and does not throw', () => {
  const { connection, socket, closes } = start({ open: false });
  connection.close(4002, '');
  assert.deepEqual(socket.sent, []);
  assert.equal(closes.length, 1);
});

test('a socket that the other side closes is told with its code', () => {
  const { socket, clock, closes } = start();
  socket.drop(1006, 'gone');
  clock.pass(60_000);
  assert.deepEqual(closes, [{ code: 1006, reason: 'gone' }]);
  assert.equal(socket.closedWith, null);
});
