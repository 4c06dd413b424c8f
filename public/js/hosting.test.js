import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage, joined, makeCall, makeJoinedCall, peer } from './_fakes/room.js';
import { settle } from './_fakes/tasks.js';

/** A call whose host one is. @param {any} [more] */
const host = (more) => makeJoinedCall({ peers: [peer('m', { role: 'host', name: 'Mina' }), peer('a')], ...more });

test('what a host asks for, as the server reads it', async () => {
  const { call, socket } = await host();
  assert.equal(call.isHost, true);
  const acts = [
    call.hosting.mute('a'), call.hosting.remove('a'), call.hosting.remove('a', { ban: true }), call.hosting.set({ locked: true, password: '' }),
  ];
  assert.deepEqual(socket.sent.map(({ id: _, ...frame }) => frame), [
    { type: 'mute', peer: 'a' }, { type: 'kick', peer: 'a' }, { type: 'kick', peer: 'a', ban: true },
    { type: 'set-room', locked: true, password: '' },
  ]);
  const refused = socket.sent.pop();
  for (const { id } of socket.sent) socket.receive({ type: 'ok', re: id });
  socket.receive({ type: 'error', re: refused.id, code: 'forbidden', message: 'no' });
  await Promise.all(acts.slice(0, 3));
  await assert.rejects(acts[3], { code: 'forbidden' });
});

test('who knocks is there until they are answered, or leave', async () => {
  const { call, socket, changes } = await host();
  for (const id of ['x', 'y', 'z']) socket.receive({ type: 'knock', peer: peer(id, { name: 'Mina' }) });
  assert.deepEqual([...call.hosting.knocks.values()].map(({ name }) => name), ['Mina (2)', 'Mina (3)', 'Mina (4)']);
  assert.equal(changes.filter(({ what }) => what === 'hosting').length, 3);
  const admitting = call.hosting.admit('x');
  assert.deepEqual(socket.sent.at(-1), { type: 'admit', id: 2, peer: 'x' });
  socket.receive({ type: 'knock-ended', peer: 'x', reason: 'admitted' });
  socket.receive({ type: 'peer-joined', peer: peer('x', { name: 'Mina' }) });
  socket.receive({ type: 'ok', re: 2 });
  await admitting;
  assert.equal(call.peers.get('x')?.name, 'Mina (2)');
  const late = call.hosting.decline('y');
  socket.receive({ type: 'knock-ended', peer: 'y', reason: 'left' });
  socket.receive({ type: 'error', re: 3, code: 'no-such-peer', message: 'no' });
  await late;
  assert.deepEqual([...call.hosting.knocks.keys()], ['z']);
  socket.receive({ type: 'knock-ended', peer: 'q', reason: 'left' });
  socket.receive({ type: 'knock', peer: peer('v', { name: 'Nana' }) });
  socket.receive({ type: 'knock-ended', peer: 'v', reason: 'rejected' });
  socket.receive({ type: 'peer-joined', peer: peer('w', { name: 'Nana' }) });
  assert.equal(call.peers.get('w')?.name, 'Nana');
});

test('all are let in one after the other, until one cannot', async () => {
  const { call, socket } = await host();
  for (const id of ['x', 'y', 'z']) socket.receive({ type: 'knock', peer: peer(id) });
  const all = call.hosting.admitAll();
  socket.receive({ type: 'ok', re: socket.sent.at(-1).id });
  await settle(2);
  socket.receive({ type: 'error', re: socket.sent.at(-1).id, code: 'room-full', message: 'no' });
  await assert.rejects(all, { code: 'room-full' });
  assert.deepEqual(socket.sentOf('admit').map(({ peer: id }) => id), ['x', 'y']);
});

test('a snapshot begins the knocks anew', async () => {
  const { call, socket, sockets } = await host();
  socket.receive({ type: 'knock', peer: peer('x') });
  socket.drop(1006);
  sockets[1].open();
  sockets[1].receive(joined({ peers: [peer('m', { role: 'host' }), peer('a')] }));
  assert.equal(call.hosting.knocks.size, 0);
});

test('a host mutes one, which says who, until one unmutes', async () => {
  const { call, socket, media } = await makeJoinedCall({ peers: [peer('a', { role: 'host', name: 'Jonas' }), peer('m')] });
  assert.equal(call.isHost, false);
  socket.receive({ type: 'muted', by: 'a' });
  await settle(2);
  assert.deepEqual([media.mic.wanted, call.hosting.mutedBy], [false, 'Jonas']);
  await call.setMic(true);
  assert.equal(call.hosting.mutedBy, null);
  await call.setMic(false);
  socket.receive({ type: 'muted', by: 'a' });
  assert.equal(call.hosting.mutedBy, null);
});

test('who was removed is told so, and the others, too', async () => {
  const { call, socket } = await makeJoinedCall({ peers: [peer('a'), peer('m')] });
  socket.receive({ type: 'peer-left', peer: 'a', reason: 'kicked' });
  assert.deepEqual(call.chat.transcript.entries.map((entry) => entry.kind === 'notice' && `${entry.what} ${entry.name}`), ['removed A']);
  socket.drop(4500);
  assert.deepEqual([call.phase, call.end], ['ended', { code: 4500, reason: 'kicked' }]);
});

test('a call waits at the door, and can give that up', async () => {
  const { call, sockets } = makeCall();
  const joining = call.join({ room: 'tea', token: 'jwt' });
  sockets[0].open();
  await settle(1);
  assert.equal(sockets[0].sent[0].token, 'jwt');
  sockets[0].receive({ type: 'waiting', re: 1 });
  assert.equal(call.phase, 'waiting');
  call.leave();
  await assert.rejects(joining, { code: 'closed' });
  assert.equal(call.phase, 'idle');
});

test('the same name twice is told apart in all that is said, and one goes by the name one chose', async () => {
  const { call, socket, sockets } = await makeJoinedCall({
    peers: [peer('m', { name: 'Mina' }), peer('a', { name: 'mina', role: 'host' })], messages: [chatMessage(1, { from: 'm', name: 'Mina' })],
  });
  assert.deepEqual([...call.peers.values()].map(({ name }) => name), ['Mina (2)', 'mina']);
  assert.equal(call.name, 'Mina');
  socket.receive({ type: 'peer-joined', peer: peer('b', { name: 'Мina' }) });
  socket.receive({ type: 'chat', message: chatMessage(2, { from: 'b', name: 'Мina' }) });
  socket.receive({ type: 'typing', from: 'b' });
  assert.deepEqual([...call.chat.typing.typists.values()], ['Мina (3)']);
  socket.receive({ type: 'peer-changed', peer: peer('b', { name: 'Sora' }) });
  socket.receive({ type: 'peer-left', peer: 'b', reason: 'left' });
  assert.deepEqual(call.chat.transcript.entries.map((entry) => `${entry.name} ${entry.kind === 'notice' ? entry.newName ?? entry.what : entry.text}`), [
    'Mina (2) line 1', 'Мina (3) joined', 'Мina (3) line 2', 'Мina (3) Sora', 'Sora left',
  ]);
  socket.drop(1006);
  sockets[1].open();
  assert.equal(sockets[1].sent[0].name, 'Mina');
});

test('a token may say what its bearer may do as host', async () => {
  const payload = Buffer.from(JSON.stringify({ role: 'host', rights: ['kick', 'admit'], name: '미나?>' })).toString('base64url');
  for (const [token, may] of /** @type {[string | undefined, boolean[]][]} */ ([
    [`a.${payload}.c`, [true, false]], [`a.${Buffer.from('{}').toString('base64url')}.c`, [true, true]], ['nonsense', [true, true]], [undefined, [true, true]],
  ])) {
    const { call, sockets } = makeCall();
    const joining = call.join({ room: 'tea', token });
    sockets[0].open();
    await settle(1);
    sockets[0].receive(joined({ peers: [peer('m', { role: 'host' })] }));
    await joining;
    assert.deepEqual([call.may('kick'), call.may('room')], may, token);
  }
  const { call } = await makeJoinedCall();
  assert.equal(call.may('kick'), false);
});
