import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage, joined, makeJoinedCall, peer } from './_fakes/room.js';
import { settle } from './_fakes/tasks.js';

/** @param {import('./call.js').Call} call */
function shape({ transcript }) {
  return transcript.entries.map((entry) => {
    if (entry.kind === 'notice') return `${entry.what} ${entry.name}${entry.newName ? ` ${entry.newName}` : ''}`;
    return `${entry.state} ${entry.text}`;
  });
}

test('a line is pending, then sent', async () => {
  const { call, socket } = await makeJoinedCall();
  const said = call.say('hello');
  const { key, ...sent } = socket.sent[0];
  assert.deepEqual(sent, { type: 'chat', id: 2, text: 'hello' });
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.deepEqual(shape(call), ['pending hello']);
  socket.receive({ type: 'chat', message: chatMessage(1, { key, from: 'm', text: 'hello' }) });
  assert.deepEqual(shape(call), ['sent hello']);
  socket.receive({ type: 'ok', re: 2 });
  await said;
  await call.say('  \n');
  assert.equal(socket.sent.length, 1);
});

test('a refused line has failed with the reason, and is sent again under the same key', async () => {
  const { call, socket } = await makeJoinedCall();
  const said = call.say('hello');
  socket.receive({ type: 'error', re: 2, code: 'too-long', message: 'too long' });
  await said;
  const [entry] = call.transcript.entries;
  assert.ok(entry.kind === 'message' && entry.state === 'failed' && entry.problem === 'too-long');
  const again = call.retry(entry.key);
  assert.deepEqual(shape(call), ['pending hello']);
  assert.deepEqual(socket.sent[1], { ...socket.sent[0], id: 3 });
  // It was stored after all: the answer is the message that stands.
  socket.receive({ type: 'chat', re: 3, message: chatMessage(1, { key: entry.key, from: 'm', text: 'hello' }) });
  await again;
  assert.deepEqual(shape(call), ['sent hello']);
  await call.retry(entry.key);
  await call.retry('unknown');
  assert.equal(socket.sent.length, 2);
});

test('a line that is too much at once stays on its way', async () => {
  const { call, socket } = await makeJoinedCall();
  call.say('hello');
  socket.receive({ type: 'error', re: 2, code: 'rate-limited', message: 'slow down' });
  await settle(1);
  assert.deepEqual(shape(call), ['pending hello']);
  socket.drop(1006);
  assert.deepEqual(shape(call), ['failed hello']);
});

test('own lines stay own after joining again as another peer', async () => {
  const { call, socket, sockets } = await makeJoinedCall();
  const mine = chatMessage(1, { from: 'm', key: 'mine' });
  socket.receive({ type: 'chat', message: mine });
  socket.drop(1006);
  const joining = call.join({ room: 'tea' });
  sockets[1].open();
  await settle(1);
  sockets[1].receive(joined({ you: 'n', messages: [mine, chatMessage(2, { from: 'a', key: 'mine' })] }));
  await joining;
  assert.deepEqual(call.transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [true, false]);
});

test('lines that were not sent survive the end of the call and the next join to that room alone', async () => {
  const { call, socket, sockets } = await makeJoinedCall();
  const said = call.say('first');
  socket.drop(1006);
  await said;
  await call.say('second');
  assert.deepEqual(shape(call), ['failed first', 'failed second']);
  const rooms = [{ name: 'tea', left: ['failed first', 'failed second'] }, { name: 'other', left: [] }];
  for (const [i, { name, left }] of rooms.entries()) {
    const joining = call.join({ room: name });
    sockets[i + 1].open();
    await settle(1);
    sockets[i + 1].receive(joined({ you: 'n', room: { ...call.room, name } }));
    await joining;
    assert.deepEqual(shape(call), left);
    call.leave();
  }
});

test('older messages are asked for once at a time, and no further than the first', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(3), chatMessage(4)], more: true });
  const first = call.older();
  assert.equal(call.older(), first);
  assert.deepEqual(socket.sent, [{ type: 'chat-history', id: 2, before: 3, limit: 50 }]);
  socket.receive({ type: 'chat-history', re: 2, messages: [chatMessage(1), chatMessage(2)], more: false });
  await first;
  assert.deepEqual(shape(call), [1, 2, 3, 4].map((n) => `sent line ${n}`));
  await call.older();
  assert.equal(socket.sent.length, 1);
});

test('older messages that do not come reject, and can be asked for again', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(3)], more: true });
  const refused = call.older();
  socket.receive({ type: 'error', re: 2, code: 'rate-limited', message: 'slow down' });
  await assert.rejects(refused, { code: 'rate-limited' });
  call.older().catch(() => {});
  assert.equal(socket.sent.length, 2);
});

test('typing goes both ways', async () => {
  const { call, socket, changes } = await makeJoinedCall({ peers: [peer('m'), peer('a'), peer('z')] });
  call.typing();
  call.typing();
  assert.deepEqual(socket.sent, [{ type: 'typing' }]);
  for (const from of ['a', 'z', 'unknown']) socket.receive({ type: 'typing', from });
  assert.deepEqual([...call.typists], [['a', 'A'], ['z', 'Z']]);
  socket.receive({ type: 'chat', message: chatMessage(1) });
  socket.receive({ type: 'peer-left', peer: 'z', reason: 'left' });
  assert.deepEqual([...call.typists], []);
  assert.equal(changes.filter(({ what }) => what === 'typing').length, 4);
});
