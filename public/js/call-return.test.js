import assert from 'node:assert/strict';
import test from 'node:test';
import { chatMessage, joined, makeCall, makeJoinedCall, peer, shape } from './_fakes/room.js';
import { FakeClock, settle } from './_fakes/tasks.js';
import { LINGER_MS } from './members.js';

const resumed = (got = 0) => ({ type: 'joined', re: 1, resumed: true, session: 'token', got });

/** In a room with `a` and `z`, to both of whom media flow. */
async function inCall() {
  const clock = new FakeClock();
  const all = makeCall({ clock });
  await all.media.start();
  const joining = all.call.join({ room: 'tea', name: 'M' });
  const { sockets, connections, changes } = all;
  sockets[0].open();
  sockets[0].receive(joined({ peers: [peer('m'), peer('a'), peer('z')], messages: [chatMessage(1)] }));
  await joining;
  await settle();
  for (const pc of connections) pc.setConnectionState('connected');
  clock.pass(5_000);
  changes.length = 0;
  const last = () => /** @type {import('./_fakes/web-socket.js').FakeWebSocket} */ (sockets.at(-1));
  const lose = () => last().drop(1006);
  /** @param {any} answer to the join */
  const back = (answer) => {
    while (last().readyState !== 0) clock.pass(100);
    last().open();
    last().receive(answer);
    return settle(2);
  };
  /** How many frames the newest socket has carried that count. */
  const carried = () => last().sent.filter(({ type }) => !['join', 'ping', 'pong'].includes(type)).length;
  const alive = () => connections.filter(({ signalingState }) => signalingState !== 'closed').length;
  return { ...all, clock, last, lose, back, carried, alive };
}

test('a lost socket is no end: the call stays in, says so, and goes on when the server is there again', async () => {
  const { call, changes, connections, lose, back, alive } = await inCall();
  lose();
  assert.deepEqual([call.phase, call.server, alive()], ['in', 'away', 2]);
  assert.deepEqual([...call.peers.keys()], ['m', 'a', 'z']);
  await back(resumed());
  assert.deepEqual([call.phase, call.server, connections.length], ['in', 'here', 2]);
  assert.deepEqual(changes.filter(({ what }) => what === 'server').length, 2);
  assert.deepEqual(shape(call), ['sent line 1']);
});

test('lines said before, while and after being away are pending, and go out once and in order', async () => {
  const { call, last, lose, back, carried } = await inCall();
  call.chat.say('arrived');
  const got = carried();
  call.chat.say('before');
  lose();
  call.chat.say('while');
  assert.deepEqual(shape(call), ['sent line 1', 'pending arrived', 'pending before', 'pending while']);
  await back(resumed(got));
  call.chat.say('after');
  assert.deepEqual(last().sentOf('chat').map(({ text }) => text), ['before', 'while', 'after']);
});

test('mute pressed while away is told afterwards: by the update that was kept, or by the join itself', async () => {
  const kept = await inCall();
  const got = kept.carried();
  kept.lose();
  await kept.call.setMic(false);
  await kept.back(resumed(got));
  assert.deepEqual(kept.last().sentOf('update').map(({ mic }) => mic), [false]);
  const anew = await inCall();
  anew.lose();
  await anew.call.setMic(false);
  await anew.back(joined({ peers: [peer('m', { mic: false }), peer('a'), peer('z')] }));
  assert.equal(anew.last().sentOf('join')[0].media.mic, false);
  assert.deepEqual(anew.last().sentOf('update'), []);
  await anew.call.setMic(true);
  assert.deepEqual(anew.last().sentOf('update').map(({ mic }) => mic), [true]);
});

test('a join says the name one has by then', async () => {
  const { call, last, lose } = await inCall();
  last().receive({ type: 'peer-changed', peer: peer('m', { name: 'Nana' }) });
  lose();
  last().open();
  assert.equal(last().sent[0].name, 'Nana');
  assert.equal(call.peers.get('m')?.name, 'Nana');
});

test('after a server that knows nothing, connections stay, and who comes back in time has never left', async () => {
  const { call, clock, last, lose, back, alive, connections } = await inCall();
  lose();
  await back(joined({ peers: [peer('m'), peer('n')], messages: [chatMessage(1)] }));
  assert.deepEqual([...call.peers].map(([id, { away }]) => [id, away]),
    [['m', false], ['a', true], ['z', true], ['n', false]]);
  assert.equal(alive(), 3);
  clock.pass(LINGER_MS - 1);
  last().receive({ type: 'peer-joined', peer: peer('a') });
  clock.pass(1);
  assert.deepEqual([...call.peers].map(([id, { away }]) => [id, away]), [['m', false], ['a', false], ['n', false]]);
  assert.deepEqual([...call.remote.keys()], ['a', 'n']);
  assert.deepEqual(shape(call), ['sent line 1', 'joined N', 'lost Z']);
  assert.equal(connections[0].signalingState, 'stable');
  assert.equal(alive(), 2);
});

test('nobody is given up while one is away oneself', async () => {
  const { call, clock, lose, back, last } = await inCall();
  lose();
  await back(joined({ peers: [peer('m')], messages: [chatMessage(1)] }));
  clock.pass(LINGER_MS - 1);
  lose();
  last().drop(1006);
  clock.pass(10 * LINGER_MS);
  assert.equal(call.peers.size, 3);
  await back(resumed());
  clock.pass(LINGER_MS - 1);
  assert.equal(call.peers.size, 3);
  clock.pass(1);
  assert.equal(call.peers.size, 1);
});

test('whoever is lost to the server stays while media flow; whoever leaves or is put out does not', async () => {
  const { call, clock, last, alive } = await inCall();
  last().receive({ type: 'peer-left', peer: 'a', reason: 'lost' });
  assert.deepEqual([call.peers.get('a')?.away, alive()], [true, 2]);
  last().receive({ type: 'peer-joined', peer: peer('a', { instance: 'loaded anew' }) });
  assert.equal(call.peers.get('a')?.away, false);
  last().receive({ type: 'peer-left', peer: 'z', reason: 'left' });
  assert.deepEqual(shape(call), ['sent line 1', 'left Z']);
  last().receive({ type: 'peer-joined', peer: peer('z') });
  last().receive({ type: 'peer-left', peer: 'z', reason: 'lost' });
  assert.deepEqual(shape(call), ['sent line 1', 'left Z', 'joined Z', 'lost Z']);
  clock.pass(LINGER_MS);
  assert.deepEqual([...call.peers.keys()], ['m', 'a']);
});

test('whoever is lost to the server goes once nothing comes from them either', async () => {
  const { call, clock, last, connections } = await inCall();
  const silence = () => connections.forEach((connection) => connection.setConnectionState('disconnected'));
  last().receive({ type: 'peer-left', peer: 'a', reason: 'lost' });
  assert.equal(call.peers.size, 3);
  silence();
  assert.deepEqual([...call.peers.keys()], ['m', 'z']);
  assert.deepEqual(shape(call), ['sent line 1', 'lost A']);
  last().receive({ type: 'peer-joined', peer: peer('a') });
  silence();
  clock.pass(LINGER_MS);
  assert.equal(call.peers.size, 3);
});

test('whoever comes back as somebody new begins with everyone anew', async () => {
  const { call, lose, back, last, connections, alive } = await inCall();
  lose();
  last().open();
  last().receive({ type: 'error', re: 1, code: 'bad-token', message: 'no' });
  await back(joined({ you: 'n', session: 'other', peers: [peer('n'), peer('a')] }));
  assert.deepEqual([call.you, call.session, [...call.peers.keys()]], ['n', 'other', ['n', 'a']]);
  assert.deepEqual([connections.length, alive()], [3, 1]);
});

test('a fresh token is told, and fresh relays are taken, also those of a snapshot', async () => {
  const { call, changes, last, lose, back, connections } = await inCall();
  /** @param {string} username */
  const relays = (username) => [{ urls: ['turn:moim.test'], username, credential: 'secret' }];
  last().receive({ type: 'session', session: 'fresh' });
  last().receive({ type: 'ice', ice: relays('first') });
  assert.equal(call.session, 'fresh');
  assert.deepEqual(changes.map(({ what }) => what), ['token']);
  const used = () => new Set(connections.map(({ configuration }) => configuration?.iceServers?.[0].username));
  assert.deepEqual(used(), new Set(['first']));
  lose();
  await back(joined({ peers: [peer('m'), peer('a'), peer('z')], ice: relays('second') }));
  assert.deepEqual(used(), new Set(['second']));
});

test('being replaced while away ends the call, and one may join again', async () => {
  const { call, lose, last } = await inCall();
  lose();
  last().open();
  last().drop(4001);
  assert.deepEqual([call.phase, call.end], ['ended', { code: 4001, reason: 'replaced' }]);
  const joining = call.join({ room: 'tea', session: call.session });
  last().open();
  assert.deepEqual([last().sent[0].session, last().sent[0].got], ['token', undefined]);
  last().receive(joined());
  await joining;
  assert.equal(call.phase, 'in');
});

test('leaving while away ends the call at once', async () => {
  const { call, lose, alive, sockets, clock } = await inCall();
  lose();
  call.leave();
  clock.pass(60_000);
  assert.deepEqual([call.phase, call.end?.reason, alive(), sockets.length], ['ended', 'left', 0, 2]);
});

test('older messages asked for while away come afterwards', async () => {
  const { call, socket, sockets } = await makeJoinedCall({ messages: [chatMessage(3)], more: true });
  socket.drop(1006);
  const older = call.chat.older();
  sockets[1].open();
  sockets[1].receive(resumed());
  const [asked] = sockets[1].sentOf('chat-history');
  sockets[1].receive({ type: 'chat-history', re: asked.id, messages: [chatMessage(2)], more: false });
  await older;
  assert.deepEqual(shape(call), ['sent line 2', 'sent line 3']);
});
