import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage, joined, makeJoinedCall, peer, shape } from './_fakes/room.js';
import { settle } from './_fakes/tasks.js';

test('a line is pending, then sent', async () => {
  const { call, socket } = await makeJoinedCall();
  const said = call.chat.say('hello');
  const { key, ...sent } = socket.sent[0];
  assert.deepEqual(sent, { type: 'chat', id: 2, text: 'hello' });
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.deepEqual(shape(call), ['pending hello']);
  socket.receive({ type: 'chat', message: chatMessage(1, { key, from: 'm', text: 'hello' }) });
  assert.deepEqual(shape(call), ['sent hello']);
  socket.receive({ type: 'ok', re: 2 });
  await said;
  await call.chat.say('  \n');
  assert.equal(socket.sent.length, 1);
});

test('a line may be private, and an answer', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(1)] });
  call.chat.say('yes', { to: 'a', reply: 1 });
  const { key, ...sent } = socket.sent[0];
  assert.deepEqual(sent, { type: 'chat', id: 2, text: 'yes', to: 'a', reply: 1 });
  const [, entry] = call.chat.transcript.entries;
  assert.ok(entry.kind === 'message' && entry.to === 'a' && entry.reply === 1 && entry.name === 'M');
  socket.receive({ type: 'error', re: 2, code: 'rate-limited', message: 'slow down' });
  await settle(1);
  socket.drop(4500);
  assert.deepEqual(call.chat.transcript.unsent.map(({ to, reply, problem }) => [to, reply, problem]), [['a', 1, 'closed']]);
  call.chat.discard(key);
  assert.deepEqual(shape(call), ['sent line 1']);
});

test('editing and deleting wait for the server and show what it says', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(1, { from: 'm' })] });
  const edited = call.chat.edit(1, 'better');
  assert.deepEqual(socket.sent, [{ type: 'chat-edit', id: 2, n: 1, text: 'better' }]);
  assert.deepEqual(shape(call), ['sent line 1']);
  const message = chatMessage(1, { seq: 2, from: 'm', text: 'better', edited: '2026-11-22T12:01:00.000Z' });
  socket.receive({ type: 'chat-changed', message });
  socket.receive({ type: 'ok', re: 2 });
  await edited;
  assert.deepEqual(shape(call), ['sent better']);
  const removed = call.chat.remove(1);
  assert.deepEqual(socket.sent[1], { type: 'chat-delete', id: 3, n: 1 });
  socket.receive({ type: 'error', re: 3, code: 'forbidden', message: 'not yours' });
  await assert.rejects(removed, { code: 'forbidden' });
  assert.equal(call.chat.transcript.seq, 2);
});

test('what is searched for is answered beside the transcript', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(9)], more: true });
  const found = call.chat.search('tea', { before: 9, limit: 20 });
  assert.deepEqual(socket.sent, [{ type: 'chat-search', id: 2, query: 'tea', before: 9, limit: 20 }]);
  socket.receive({ type: 'chat-search', re: 2, messages: [chatMessage(2), chatMessage(3, { from: 'm' })], more: true });
  const { entries, more } = await found;
  assert.deepEqual(entries.map(({ n, own }) => [n, own]), [[2, false], [3, true]]);
  assert.equal(more, true);
  assert.deepEqual(shape(call), ['sent line 9']);
  const none = assert.rejects(call.chat.search(''), { code: 'bad-message' });
  assert.deepEqual(socket.sent[1], { type: 'chat-search', id: 3, query: '', limit: 50 });
  socket.receive({ type: 'error', re: 3, code: 'bad-message', message: 'a search needs a query' });
  await none;
});

test('a refused line has failed with the reason, and is sent again under the same key', async () => {
  const { call, socket } = await makeJoinedCall();
  const said = call.chat.say('hello');
  socket.receive({ type: 'error', re: 2, code: 'too-long', message: 'too long' });
  await said;
  const [entry] = call.chat.transcript.entries;
  assert.ok(entry.kind === 'message' && entry.state === 'failed' && entry.problem === 'too-long');
  const again = call.chat.retry(entry.key);
  assert.deepEqual(shape(call), ['pending hello']);
  assert.deepEqual(socket.sent[1], { ...socket.sent[0], id: 3 });
  // It was stored after all: the answer is the message that stands.
  socket.receive({ type: 'chat', re: 3, message: chatMessage(1, { key: entry.key, from: 'm', text: 'hello' }) });
  await again;
  assert.deepEqual(shape(call), ['sent hello']);
  await call.chat.retry(entry.key);
  await call.chat.retry('unknown');
  assert.equal(socket.sent.length, 2);
});

test('a line that is too much at once stays on its way', async () => {
  const { call, socket } = await makeJoinedCall();
  call.chat.say('hello');
  socket.receive({ type: 'error', re: 2, code: 'rate-limited', message: 'slow down' });
  await settle(1);
  assert.deepEqual(shape(call), ['pending hello']);
  socket.drop(4500);
  assert.deepEqual(shape(call), ['failed hello']);
});

test('own lines stay own after joining again as another peer', async () => {
  const { call, socket, sockets } = await makeJoinedCall();
  const mine = chatMessage(1, { from: 'm', key: 'mine' });
  socket.receive({ type: 'chat', message: mine });
  socket.drop(4500);
  const joining = call.join({ room: 'tea' });
  sockets[1].open();
  await settle(1);
  const other = chatMessage(2, { from: 'a', key: 'mine' });
  sockets[1].receive(joined({ you: 'n', messages: [mine, other] }));
  await joining;
  sockets[1].receive({ type: 'chat-history', re: 2, messages: [other], more: false });
  await settle(1);
  assert.deepEqual(call.chat.transcript.entries.map((entry) => entry.kind === 'message' && entry.own), [true, false]);
});

test('lines that were not sent survive the end of the call and the next join to that room alone', async () => {
  const { call, socket, sockets } = await makeJoinedCall();
  const said = call.chat.say('first');
  socket.drop(4500);
  await said;
  await call.chat.say('second');
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
  const first = call.chat.older();
  assert.equal(call.chat.older(), first);
  assert.deepEqual(socket.sent, [{ type: 'chat-history', id: 2, before: 3, limit: 50 }]);
  socket.receive({ type: 'chat-history', re: 2, messages: [chatMessage(1), chatMessage(2)], more: false });
  await first;
  assert.deepEqual(shape(call), [1, 2, 3, 4].map((n) => `sent line ${n}`));
  await call.chat.older();
  assert.equal(socket.sent.length, 1);
});

test('older messages that do not come reject, and can be asked for again', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(3)], more: true });
  const refused = call.chat.older();
  socket.receive({ type: 'error', re: 2, code: 'rate-limited', message: 'slow down' });
  await assert.rejects(refused, { code: 'rate-limited' });
  call.chat.older().catch(() => {});
  assert.equal(socket.sent.length, 2);
});

test('typing goes both ways', async () => {
  const { call, socket, changes } = await makeJoinedCall({ peers: [peer('m'), peer('a'), peer('z')] });
  call.chat.typing.tell();
  call.chat.typing.tell();
  assert.deepEqual(socket.sent, [{ type: 'typing' }]);
  for (const from of ['a', 'z', 'unknown']) socket.receive({ type: 'typing', from });
  assert.deepEqual([...call.chat.typing.typists], [['a', 'A'], ['z', 'Z']]);
  socket.receive({ type: 'chat', message: chatMessage(1) });
  socket.receive({ type: 'peer-left', peer: 'z', reason: 'left' });
  assert.deepEqual([...call.chat.typing.typists], []);
  assert.equal(changes.filter(({ what }) => what === 'typing').length, 4);
});

test('around an old message, and from there back to the present', async () => {
  const { call, socket } = await makeJoinedCall({ messages: [chatMessage(90)], more: true });
  const shown = call.chat.show(10);
  assert.deepEqual(socket.sent, [
    { type: 'chat-history', id: 2, before: 11, limit: 25 }, { type: 'chat-history', id: 3, after: 10, limit: 25 },
  ]);
  socket.receive({ type: 'chat-history', re: 2, messages: [chatMessage(9), chatMessage(10)], more: true });
  socket.receive({ type: 'chat-history', re: 3, messages: [chatMessage(11)], more: true });
  assert.equal(await shown, call.chat.transcript.at(10));
  assert.deepEqual(shape(call), [9, 10, 11].map((n) => `sent line ${n}`));
  const newer = call.chat.newer();
  assert.deepEqual(socket.sent[2], { type: 'chat-history', id: 4, after: 11, limit: 50 });
  socket.receive({ type: 'chat-history', re: 4, messages: [chatMessage(12)], more: true });
  await newer;
  const latest = call.chat.latest();
  assert.equal(call.chat.latest(), latest);
  assert.deepEqual(socket.sent[3], { type: 'chat-history', id: 5, limit: 50 });
  socket.receive({ type: 'chat-history', re: 5, messages: [chatMessage(90)], more: true });
  await latest;
  assert.deepEqual(shape(call), ['sent line 90']);
  await call.chat.latest();
  assert.equal(socket.sent.length, 4);
});

test('what changed while one was out is asked for', async () => {
  const { call, socket, sockets } = await makeJoinedCall({ messages: [chatMessage(1), chatMessage(2)] });
  socket.drop(4500);
  const joining = call.join({ room: 'tea', session: call.session });
  sockets[1].open();
  await settle(1);
  assert.equal(sockets[1].sent[0].session, 'token');
  sockets[1].receive(joined({ messages: [chatMessage(1), chatMessage(2, { seq: 4 }), chatMessage(3)] }));
  await joining;
  const [, asked] = sockets[1].sent;
  assert.deepEqual(asked, { type: 'chat-history', id: 2, since: 2, limit: 200 });
  sockets[1].receive({ type: 'chat', message: chatMessage(4, { seq: 5 }) });
  const messages = [chatMessage(3), chatMessage(2, { seq: 4, text: 'better' })];
  sockets[1].receive({ type: 'chat-history', re: 2, messages, more: false });
  await settle(1);
  assert.deepEqual(shape(call), ['sent line 1', 'sent better', 'sent line 3', 'sent line 4']);
});
