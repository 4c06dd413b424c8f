import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage, joined, makeCall, makeJoinedCall, peer, shape } from './_fakes/room.js';
import { settle } from './_fakes/tasks.js';

test('joining sends room, name and media, and takes over what the room is', async () => {
  const { call, media, sockets, connections, changes } = makeCall();
  await media.start();
  await media.setMic(false);
  changes.length = 0;
  const joining = call.join({ room: 'tea', name: 'Mina', host: 'key' });
  assert.equal(call.phase, 'joining');
  sockets[0].open();
  await settle(1);
  sockets[0].receive(joined({ peers: [peer('a'), peer('m'), peer('z')], messages: [chatMessage(7)], more: true }));
  await joining;
  assert.deepEqual(sockets[0].sentOf('join'), [
    { type: 'join', id: 1, room: 'tea', name: 'Mina', host: 'key', media: { mic: false, camera: true } },
  ]);
  assert.equal(call.phase, 'in');
  assert.equal(call.you, 'm');
  assert.equal(call.room.name, 'tea');
  assert.deepEqual([...call.peers.keys()], ['a', 'm', 'z']);
  assert.deepEqual([...call.remote.keys()], ['a', 'z']);
  assert.deepEqual(shape(call), ['sent line 7']);
  assert.equal(call.chat.transcript.more, true);
  assert.equal(connections.length, 2);
  assert.deepEqual(changes.filter(({ what }) => what === 'phase').length, 2);
});

test('an empty name is not sent', async () => {
  const { call, sockets } = makeCall();
  const joining = call.join({ room: 'tea', name: '' });
  sockets[0].open();
  await settle(1);
  assert.deepEqual(sockets[0].sent, [{ type: 'join', id: 1, room: 'tea', media: { mic: false, camera: false } }]);
  call.leave();
  await assert.rejects(joining);
});

test('a refusal at the door rejects with its code, and joining again is possible', async () => {
  const { call, sockets } = makeCall();
  const refused = call.join({ room: 'tea' });
  sockets[0].open();
  await settle(1);
  sockets[0].receive({ type: 'error', re: 1, code: 'room-full', message: 'the room is full' });
  sockets[0].drop(4501);
  await assert.rejects(refused, { name: 'ProtocolError', code: 'room-full' });
  assert.equal(call.phase, 'idle');
  const second = call.join({ room: 'tea' });
  sockets[1].open();
  await settle(1);
  sockets[1].receive(joined());
  await second;
  assert.equal(call.phase, 'in');
});

test('the token of the membership goes along, and is done without when the server refuses it', async () => {
  const { call, sockets } = makeCall();
  const joining = call.join({ room: 'tea', session: 'old' });
  sockets[0].open();
  await settle(1);
  assert.equal(sockets[0].sent[0].session, 'old');
  sockets[0].receive({ type: 'error', re: 1, code: 'bad-token', message: 'not of this room' });
  sockets[0].drop(4501);
  await settle(1);
  assert.equal(call.phase, 'joining');
  sockets[1].open();
  await settle(1);
  assert.deepEqual(sockets[1].sent, [{ type: 'join', id: 1, room: 'tea', media: { mic: false, camera: false } }]);
  sockets[1].receive(joined({ session: 'new' }));
  await joining;
  assert.equal(call.session, 'new');
  call.leave();
  assert.equal(call.session, 'new');
});

test('a token is not blamed for other refusals, nor others for a token', async () => {
  const { call, sockets } = makeCall();
  for (const [i, { session, code }] of [{ session: 'old', code: 'room-full' }, { code: 'bad-token' }].entries()) {
    const refused = call.join({ room: 'tea', session });
    sockets[i].open();
    await settle(1);
    sockets[i].receive({ type: 'error', re: 1, code, message: 'no' });
    await assert.rejects(refused, { code });
    assert.equal(call.phase, 'idle');
  }
  assert.equal(sockets.length, 2);
});

const beforeIn = [
  { name: 'a socket that never opens', act: (/** @type {any} */ { socket }) => socket.drop(1006) },
  {
    name: 'a socket lost before the answer',
    act: async (/** @type {any} */ { socket }) => {
      socket.open();
      await settle(1);
      socket.drop(1001);
    },
  },
  { name: 'leaving meanwhile', act: (/** @type {any} */ { call }) => call.leave() },
];
for (const { name, act } of beforeIn) {
  test(`${name} rejects with closed`, async () => {
    const { call, sockets } = makeCall();
    const joining = call.join({ room: 'tea' });
    act({ call, socket: sockets[0] });
    await assert.rejects(joining, { name: 'ProtocolError', code: 'closed' });
    assert.equal(call.phase, 'idle');
  });
}

test('one cannot join twice at once', async () => {
  const { call } = await makeJoinedCall();
  await assert.rejects(call.join({ room: 'tea' }), { code: 'already-joined' });
  assert.equal(call.phase, 'in');
});

test('others come, change and go, with notices; the own changes have none', async () => {
  const { call, socket, changes, connections } = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
  for (const id of ['a', 'a', 'm']) socket.receive({ type: 'peer-joined', peer: peer(id) });
  socket.receive({ type: 'peer-changed', peer: peer('a', { mic: false }) });
  socket.receive({ type: 'peer-changed', peer: peer('a', { name: 'Nana' }) });
  socket.receive({ type: 'peer-changed', peer: peer('m', { name: 'Mina', camera: false }) });
  assert.equal(call.peers.get('a')?.name, 'Nana');
  assert.equal(call.peers.get('m')?.camera, false);
  assert.deepEqual([...call.remote.keys()], ['z', 'a']);
  socket.receive({ type: 'peer-left', peer: 'a', reason: 'left' });
  socket.receive({ type: 'peer-left', peer: 'z', reason: 'lost' });
  socket.receive({ type: 'peer-left', peer: 'z', reason: 'lost' });
  assert.deepEqual(shape(call), ['joined A', 'renamed A Nana', 'left Nana', 'lost Z']);
  assert.deepEqual([...call.peers.keys()], ['m']);
  assert.equal(call.remote.size, 0);
  assert.ok(connections.every(({ signalingState }) => signalingState === 'closed'));
  assert.ok(changes.some(({ what, id }) => what === 'peers' && id === 'a'));
});

test('signals go out to their peer and come in from theirs', async () => {
  const { call, socket, connections, changes } = await makeJoinedCall({ peers: [peer('m'), peer('z'), peer('a')] });
  await settle();
  const [offer] = socket.sentOf('offer');
  assert.equal(offer.to, 'z');
  assert.equal(typeof offer.sdp, 'string');
  assert.deepEqual(socket.sentOf('candidate').map(({ to, candidate }) => [to, candidate?.candidate ?? null]),
    [['z', 'candidate:1'], ['z', 'candidate:2'], ['z', null]]);
  assert.deepEqual(connections.map((pc) => pc.signalingState), ['have-local-offer', 'stable']);
  socket.receive({ type: 'offer', from: 'a', sdp: offer.sdp });
  socket.receive({ type: 'offer', from: 'unknown', sdp: offer.sdp });
  await settle();
  assert.deepEqual(socket.sentOf('answer').map(({ to }) => to), ['a']);
  assert.ok(call.remote.get('a')?.camera);
  assert.ok(changes.some(({ what, id }) => what === 'remote' && id === 'a'));
});

test('the own tracks are sent to those there and those to come', async () => {
  const { media, socket, connections } = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
  socket.receive({ type: 'peer-joined', peer: peer('zz') });
  await settle();
  for (const pc of connections) {
    const [audio, camera] = pc.getTransceivers().map(({ sender }) => sender.track);
    assert.equal(audio, media.mic.track);
    assert.equal(camera, media.camera.track);
  }
});

test('mute tells the others, and only what has changed', async () => {
  const { call, media, socket } = await makeJoinedCall();
  await call.setMic(false);
  assert.equal(media.mic.track?.enabled, false);
  await call.setMic(false);
  await call.setMic(true);
  assert.deepEqual(socket.sent, [{ type: 'update', id: 2, mic: false }]);
  socket.receive({ type: 'ok', re: 2 });
  await settle(1);
  assert.deepEqual(socket.sent.slice(1), [{ type: 'update', id: 3, mic: true }]);
});

test('camera off stops the track, sends nothing in its place and tells the others; on again is all that back', async () => {
  const { call, media, socket, connections, changes } = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
  await settle();
  socket.sent.length = 0;
  const sender = connections[0].getTransceivers()[1].sender;
  const { track } = media.camera;
  await call.setCamera(false);
  await settle();
  assert.equal(track?.readyState, 'ended');
  assert.equal(sender.track, null);
  socket.receive({ type: 'ok', re: 2 });
  await call.setCamera(true);
  await settle();
  assert.equal(sender.track, media.camera.track);
  assert.notEqual(sender.track, track);
  assert.deepEqual(socket.sent, [{ type: 'update', id: 2, camera: false }, { type: 'update', id: 3, camera: true }]);
  assert.ok(changes.some(({ what }) => what === 'media'));
});

test('a camera that is unplugged is told to the others', async () => {
  const { devices, socket } = await makeJoinedCall();
  devices.devices.pop();
  devices.tracks[1].end();
  await settle();
  assert.deepEqual(socket.sent, [{ type: 'update', id: 2, camera: false }]);
});

test('what changed between asking and being in is told then', async () => {
  const { call, media, sockets } = makeCall();
  await media.start();
  const joining = call.join({ room: 'tea' });
  sockets[0].open();
  await settle(1);
  await media.setCamera(false);
  assert.equal(sockets[0].sent.length, 1);
  sockets[0].receive(joined());
  await joining;
  assert.deepEqual(sockets[0].sent[1], { type: 'update', id: 2, camera: false });
});

test('a host may mute this client', async () => {
  const { media, socket } = await makeJoinedCall();
  socket.receive({ type: 'muted', by: 'a' });
  assert.equal(media.mic.on, false);
});

test('renaming waits for the server', async () => {
  const { call, socket } = await makeJoinedCall();
  const fine = call.rename('Nana');
  assert.deepEqual(socket.sent, [{ type: 'update', id: 2, name: 'Nana' }]);
  socket.receive({ type: 'peer-changed', peer: peer('m', { name: 'Nana' }) });
  socket.receive({ type: 'ok', re: 2 });
  await fine;
  assert.equal(call.peers.get('m')?.name, 'Nana');
  const refused = call.rename(' ');
  socket.receive({ type: 'error', re: 3, code: 'bad-name', message: 'no' });
  await assert.rejects(refused, { code: 'bad-name' });
});

test('changed messages, room settings and unknown types', async () => {
  const { call, socket, changes } = await makeJoinedCall({ messages: [chatMessage(1)] });
  socket.receive({ type: 'chat-changed', message: chatMessage(1, { seq: 2, text: 'better' }) });
  socket.receive({ type: 'room', room: { ...call.room, topic: 'Tea at four' } });
  socket.receive({ type: 'of-a-later-version' });
  socket.receive({ type: 'error', code: 'no-such-peer', message: 'gone' });
  assert.deepEqual(shape(call), ['sent better']);
  assert.equal(call.room.topic, 'Tea at four');
  assert.deepEqual(changes.map(({ what }) => what), ['chat', 'room']);
});

const ends = [
  { code: 1000, reason: 'left' }, { code: 1008, reason: 'faults' }, { code: 4001, reason: 'replaced' },
  { code: 4500, reason: 'kicked' }, { code: 4502, reason: 'faults' },
];
for (const { code, reason } of ends) {
  test(`a close with ${code} ends the call: ${reason}`, async () => {
    const { call, media, socket, connections } = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
    socket.receive({ type: 'typing', from: 'z' });
    socket.drop(code);
    assert.equal(call.phase, 'ended');
    assert.deepEqual(call.end, { code, reason });
    assert.equal(connections[0].signalingState, 'closed');
    assert.equal(call.remote.size + call.peers.size + call.chat.typing.typists.size, 0);
    assert.equal(media.camera.on, true);
    await call.setMic(false);
    assert.deepEqual(socket.sentOf('update'), []);
  });
}

test('leaving says so, ends at once, and joining again begins anew', async () => {
  const { call, socket, sockets } = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
  socket.sent.length = 0;
  call.leave();
  call.leave();
  assert.deepEqual(socket.sent.at(-1), { type: 'leave' });
  assert.equal(socket.closedWith, 1000);
  assert.deepEqual(call.end, { code: 1000, reason: 'left' });
  const again = call.join({ room: 'tea' });
  sockets[1].open();
  await settle(1);
  sockets[1].receive(joined({ you: 'n', peers: [peer('n')] }));
  await again;
  assert.equal(call.phase, 'in');
  assert.equal(call.end, null);
  assert.equal(call.you, 'n');
});
