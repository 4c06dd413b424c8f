import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { makeCall } from './_fakes/room.js';
import { FakePeerConnection } from './_fakes/peer-connection.js';
import { settle } from './_fakes/tasks.js';
import { PING_INTERVAL_MS } from './net/connection.js';
import { parseServerMessage } from './net/protocol.js';

// One frame of each kind, shared with the server's tests; docs/protocol.md says what they mean.
const folder = new URL('../../signaling/protocol/testdata/golden/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** @param {string} name @returns {any} */
const golden = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

/** Fields without which a frame is refused. @type {Record<string, string[]>} */
const REQUIRED = {
  join: ['room'], offer: ['to', 'sdp'], answer: ['to', 'sdp'], candidate: ['to', 'candidate'], chat: ['key', 'text'],
  'chat-edit': ['n', 'text'], 'chat-delete': ['n'], 'chat-history': [], 'chat-search': ['query'],
  update: [], leave: [], typing: [], ping: ['got'], pong: ['got'],
  kick: ['peer'], mute: ['peer'], admit: ['peer'], reject: ['peer'], 'set-room': [],
};

/** @param {unknown} value */
function kindOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * Every field of a frame with its kind, like `media.mic: boolean`.
 * @param {any} value
 * @param {string} [path]
 * @returns {string[]}
 */
function fields(value, path = '') {
  const own = path ? [`${path}: ${kindOf(value)}`] : [];
  if (kindOf(value) !== 'object') return own;
  return [...own, ...Object.keys(value).flatMap((key) => fields(value[key], path ? `${path}.${key}` : key))];
}

test('there are frames of both directions', () => {
  assert.ok(names.some((name) => name.startsWith('client-')));
  assert.ok(names.some((name) => name.startsWith('server-')));
});

for (const name of names.filter((each) => each.startsWith('server-'))) {
  test(`${name} is read`, () => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const message = parseServerMessage(text);
    assert.deepEqual(message, JSON.parse(text));
    assert.ok(name === `server-${message?.type}.json` || name.startsWith(`server-${message?.type}-`));
  });
}

/**
 * Joins with a `joined` frame.
 * @param {any} joined
 * @param {import('./net/connection.js').Clock} [clock]
 */
async function enter(joined, clock) {
  const { call, media, sockets, connections } = makeCall({ clock });
  await media.start();
  const joining = call.join({ room: 'tea', name: 'Mina', host: 'key' });
  const [socket] = sockets;
  socket.open();
  await settle(1);
  socket.receive({ ...joined, re: 1 });
  await joining;
  return { call, socket, sockets, connections };
}

/** An offer the fake connections can read. */
async function fakeOffer() {
  const pc = new FakePeerConnection();
  for (const kind of /** @type {const} */ (['audio', 'video', 'video'])) pc.addTransceiver(kind);
  await pc.setLocalDescription();
  return pc.localDescription?.sdp;
}

/** The first of the room: meets the newcomer, talks, is renamed, leaves. @param {import('node:test').TestContext} t */
async function firstOfTheRoom(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { call, socket } = await enter(golden('server-joined-first'), globalThis);
  assert.equal(call.phase, 'in');
  assert.equal(call.you, golden('server-joined-first').you);
  const newcomer = golden('server-peer-joined').peer;
  socket.receive(golden('server-peer-joined'));
  await settle();
  assert.equal(socket.sentOf('offer')[0].to, newcomer.id);

  call.chat.say('Can everyone hear me?');
  const [said] = socket.sentOf('chat');
  const { message } = golden('server-chat');
  socket.receive({ ...golden('server-chat'), message: { ...message, key: said.key } });
  socket.receive({ ...golden('server-ok'), re: said.id });
  assert.deepEqual(call.chat.transcript.entries.slice(1).map((entry) => entry.kind === 'message' && entry.state), ['sent']);
  call.chat.typing.tell();
  const renamed = call.rename('Mina 🍵');
  socket.receive(golden('server-peer-changed'));
  socket.receive({ ...golden('server-ok'), re: socket.sent.at(-1).id });
  await renamed;
  assert.equal(call.peers.get(call.you)?.name, 'Mina 🍵');
  await call.setMic(false);
  await call.setCamera(false);

  socket.receive(golden('server-ping'));
  t.mock.timers.tick(PING_INTERVAL_MS);
  socket.receive(golden('server-pong'));
  socket.receive(golden('server-peer-left-lost'));
  assert.deepEqual([...call.peers.keys()], [call.you]);
  const refused = call.chat.say('Too late');
  socket.receive({ ...golden('server-error'), re: socket.sent.at(-1).id });
  await refused;
  assert.deepEqual(call.chat.transcript.entries.map((entry) => entry.kind === 'notice' ? entry.what : entry.state),
    ['joined', 'sent', 'lost', 'failed']);
  call.leave();
  return socket.sent;
}

/** Comes late: is offered to, reads what was said, and sees the others change and go. */
async function lateComer() {
  const { message: newest } = golden('server-chat-private');
  const { call, socket, connections } = await enter({ ...golden('server-joined'), messages: [newest], more: true });
  assert.deepEqual([...call.peers.keys()], golden('server-joined').peers.map((/** @type {any} */ { id }) => id));
  assert.equal(connections.length, 2);
  socket.receive({ ...golden('server-offer'), sdp: await fakeOffer() });
  socket.receive(golden('server-candidate-null'));
  await settle();
  assert.equal(socket.sentOf('answer')[0].to, golden('server-offer').from);
  assert.deepEqual(connections[0].candidates, [null]);

  const older = call.chat.older();
  socket.receive({ ...golden('server-chat-history'), re: socket.sent.at(-1).id });
  await older;
  for (const name of ['server-chat-private', 'server-chat-reply', 'server-chat-changed']) socket.receive(golden(name));
  socket.receive(golden('server-chat-changed-deleted'));
  assert.deepEqual(call.chat.transcript.entries.map((entry) => entry.kind === 'message' && entry.n), [1, 2, 3]);
  assert.ok(call.chat.transcript.at(1)?.edited && call.chat.transcript.at(3)?.deleted);
  const found = call.chat.search('hear', { before: 40 });
  socket.receive({ ...golden('server-chat-search'), re: socket.sent.at(-1).id });
  assert.deepEqual((await found).entries.map(({ n }) => n), [1]);
  const shown = call.chat.show(9);
  for (const { id } of socket.sent.slice(-2)) socket.receive({ ...golden('server-chat-history-empty'), re: id });
  assert.equal(await shown, null);
  for (const name of ['server-ice-without-credentials', 'server-ice']) {
    socket.receive(golden(name));
    for (const { configuration } of connections) assert.deepEqual(configuration?.iceServers, golden(name).ice);
  }
  socket.receive(golden('server-typing'));
  assert.deepEqual([...call.chat.typing.typists.values()], ['나나']);
  socket.receive(golden('server-peer-changed-away'));
  assert.equal(call.peers.get(golden('server-typing').from)?.away, true);
  socket.receive(golden('server-peer-left'));
  assert.equal(call.peers.size, 2);
  return socket.sent;
}

/** Loses a server that restarts, comes back under the same id, and learns what has changed; edits and deletes. */
async function comesBack() {
  const { call, socket, sockets } = await enter(golden('server-joined-first'));
  socket.receive(golden('server-chat'));
  socket.receive(golden('server-session'));
  socket.receive({ ...golden('server-restarting'), after: 0 });
  socket.drop(1001);
  const back = sockets[1];
  back.open();
  back.receive({ ...golden('server-joined-again'), re: back.sent[0].id });
  back.receive({ ...golden('server-chat-history-since'), re: back.sentOf('chat-history')[0].id });
  await settle(1);
  assert.deepEqual([call.chat.transcript.at(1)?.seq, call.chat.transcript.seq], [4, golden('server-joined-again').seq]);
  for (const act of [() => call.chat.edit(1, 'Can everyone hear me now?'), () => call.chat.remove(1)]) {
    const done = act();
    back.receive({ ...golden('server-ok'), re: back.sent.at(-1).id });
    await done;
  }
  return back.sent;
}

/** Waits to be let in; as host lets others in or not, mutes and removes one, and sets the room. */
async function decides() {
  const { call, sockets } = makeCall();
  const joining = call.join({ room: 'tea', name: 'Mina', host: 'key' });
  const [socket] = sockets;
  socket.open();
  socket.receive(golden('server-waiting'));
  assert.equal(call.phase, 'waiting');
  socket.receive({ ...golden('server-joined-first'), re: 1 });
  await joining;
  const { peer } = golden('server-knock');
  const { hosting } = call;
  for (const [act, ended] of [[() => hosting.admit(peer.id), 'server-knock-ended'], [() => hosting.decline(peer.id), 'server-knock-ended-left']]) {
    socket.receive(golden('server-knock'));
    assert.deepEqual([...hosting.knocks.keys()], [peer.id]);
    const done = /** @type {() => Promise<void>} */ (act)();
    socket.receive({ ...golden('server-ok'), re: socket.sent.at(-1).id });
    await done;
    socket.receive(golden(/** @type {string} */ (ended)));
    assert.equal(hosting.knocks.size, 0);
  }
  const acts = [
    hosting.mute(peer.id), hosting.remove(peer.id), hosting.remove(peer.id, { ban: true }), hosting.set({ password: '' }),
    hosting.set({ public: true, locked: true, lobby: true, topic: 'Tea' }),
  ];
  for (const { id } of socket.sent.slice(-acts.length)) socket.receive({ ...golden('server-ok'), re: id });
  await Promise.all(acts);
  socket.receive(golden('server-room'));
  assert.deepEqual(call.room, golden('server-room').room);
  await call.setMic(true);
  socket.receive(golden('server-muted'));
  await settle(1);
  assert.equal(typeof hosting.mutedBy, 'string');
  return socket.sent;
}

test('whole calls of these frames, in which everything sent has the fields of its kind', async (t) => {
  const sent = [...await lateComer(), ...await comesBack(), ...await decides(), ...await firstOfTheRoom(t)];
  assert.deepEqual([...new Set(sent.map(({ type }) => type))].sort(), Object.keys(REQUIRED).sort());
  for (const frame of sent) {
    const kin = names.filter((name) => name.startsWith('client-')).map((name) => golden(name.slice(0, -5)))
      .filter(({ type }) => type === frame.type);
    assert.notEqual(kin.length, 0, `no golden frame of ${frame.type}`);
    const known = kin.flatMap((each) => fields(each));
    for (const field of fields(frame)) assert.ok(known.includes(field), `${frame.type} with ${field}`);
    for (const key of REQUIRED[frame.type]) assert.ok(key in frame, `${frame.type} without ${key}`);
  }
});

test('every frame of the server passes through a call without harm', async () => {
  for (const name of names.filter((each) => each.startsWith('server-'))) {
    const { call, socket } = await enter(golden('server-joined'));
    socket.receive(golden(name.slice(0, -5)));
    await settle(5);
    assert.equal(call.phase, 'in', name);
  }
});
