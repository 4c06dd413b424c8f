import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, FakeTrack } from '../_fakes/media.js';
import { MeshEnd, participant } from '../_fakes/mesh-pair.js';
import { fakePeerConnections } from '../_fakes/peer-connection.js';
import { collect, settle, still } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { Mesh } from './mesh.js';

/** @param {string} you */
function make(you) {
  const { RTCPeerConnection, connections } = fakePeerConnections();
  /** @type {any[]} */
  const sent = [];
  const mesh = new Mesh({
    you, iceServers: [{ urls: 'turn:moim.test' }], RTCPeerConnection, clock: still,
    MediaStream: /** @type {any} */ (FakeStream), send: (signal) => sent.push({ ...signal, from: you }),
  });
  return { you, mesh, connections, sent, changes: collect(mesh, 'change') };
}

/** Passes on what the meshes have sent until nothing comes any more. @param {ReturnType<typeof make>[]} ends */
async function run(ends) {
  do {
    for (const { sent } of ends) {
      for (const { to, ...signal } of sent.splice(0)) ends.find(({ you }) => you === to)?.mesh.receive(signal);
    }
    await settle();
  } while (ends.some(({ sent }) => sent.length > 0));
}

test('the greater id is polite, so the lesser offers', async () => {
  const [a, b] = [make('a'), make('b')];
  a.mesh.add(participant('b'));
  b.mesh.add(participant('a'));
  await settle();
  assert.deepEqual(a.sent.slice(0, 1).map(({ type, to }) => [type, to]), [['offer', 'b']]);
  assert.deepEqual(b.sent, []);
  assert.deepEqual(a.connections[0].configuration, {
    iceServers: [{ urls: 'turn:moim.test' }], iceTransportPolicy: 'all', bundlePolicy: 'max-bundle',
  });
});

test('three peers have a link each, and a change names its peer', async () => {
  const ends = [make('a'), make('b'), make('c')];
  for (const { mesh } of ends) for (const id of ['a', 'b', 'c']) mesh.add(participant(id));
  await run(ends);
  for (const { you, mesh, changes } of ends) {
    const others = ['a', 'b', 'c'].filter((id) => id !== you);
    assert.deepEqual([...mesh.remote.keys()], others);
    for (const { state, audio, camera, screen } of mesh.remote.values()) {
      assert.ok(state === 'connected' && audio && camera && screen);
    }
    assert.deepEqual([...new Set(changes.map(({ peer }) => peer))].sort(), others);
  }
});

test('a track goes to everyone, also to those who come later', async () => {
  const [a, b, c] = [make('a'), make('b'), make('c')];
  /** @type {any} */
  const track = new FakeTrack('audio');
  a.mesh.add(participant('b'));
  a.mesh.setTrack('audio', track);
  a.mesh.add(participant('c'));
  b.mesh.add(participant('a'));
  c.mesh.add(participant('a'));
  await run([a, b, c]);
  assert.deepEqual(a.connections.map((pc) => pc.getTransceivers()[0].sender.track), [track, track]);
});

test('signals of unknown and former peers are dropped', async () => {
  const { mesh, connections } = make('b');
  await mesh.receive({ type: 'offer', from: 'a', sdp: '{}' });
  await mesh.receive({ type: 'candidate', from: 'a', candidate: null });
  mesh.add(participant('a'));
  mesh.remove('a');
  mesh.remove('a');
  await mesh.receive({ type: 'offer', from: 'a', sdp: '{}' });
  assert.equal(connections.length, 1);
  assert.equal(mesh.remote.size, 0);
});

test('adding twice keeps the link; a peer that comes back under another id gets a new one', async () => {
  const [a, b, c] = [make('a'), make('b'), make('c')];
  a.mesh.add(participant('b'));
  a.mesh.add(participant('b'));
  b.mesh.add(participant('a'));
  await run([a, b]);
  a.mesh.remove('b');
  assert.equal(a.connections[0].signalingState, 'closed');
  a.mesh.add(participant('c'));
  c.mesh.add(participant('a'));
  await run([a, b, c]);
  assert.equal(a.connections.length, 2);
  assert.deepEqual([...a.mesh.remote.keys()], ['c']);
  assert.equal(a.mesh.remote.get('c')?.state, 'connected');
});

test('where the browser has no connection to give, that peer has failed', () => {
  class RTCPeerConnection {
    constructor() {
      throw new DOMException('too many', 'UnknownError');
    }
  }
  const mesh = new Mesh({
    you: 'a', iceServers: [], send: () => {}, RTCPeerConnection: /** @type {any} */ (RTCPeerConnection),
  });
  mesh.add(participant('b'));
  mesh.setTrack('audio', null);
  assert.deepEqual(mesh.remote.get('b'), {
    audio: null, camera: null, screen: null, screenAudio: null, state: 'failed', reason: 'rejected', healing: '', audioOnly: false,
    quality: null, frozen: false, silent: false, paused: false,
  });
  mesh.remove('b');
  assert.equal(mesh.remote.size, 0);
});

test('close closes every link', async () => {
  const a = make('a');
  a.mesh.add(participant('b'));
  a.mesh.add(participant('c'));
  a.mesh.close();
  assert.deepEqual(a.connections.map(({ signalingState }) => signalingState), ['closed', 'closed']);
  assert.equal(a.mesh.remote.size, 0);
});

test('once a relay is reached over UDP, later connections ask no other, until something is lost', async () => {
  const urls = ['stun:moim.test', 'turn:moim.test?transport=udp', 'turns:moim.test?transport=tcp'];
  const clock = new VirtualClock();
  const end = new MeshEnd('a', clock, [{ urls }]);
  const asked = () => end.connections.map(({ configuration }) => configuration?.iceServers?.flatMap((server) => server.urls).length);
  end.mesh.add(participant('b'));
  end.mesh.add(participant('c'));
  end.pc.onicecandidate({ candidate: { type: 'relay', relayProtocol: 'udp', toJSON: () => ({}) } });
  end.mesh.add(participant('d'));
  assert.deepEqual(asked(), [3, 3, 2]);
  end.mesh.networkChanged();
  end.mesh.add(participant('e'));
  assert.deepEqual(asked(), [3, 3, 3, 3]);

  end.pc.onicecandidate({ candidate: { type: 'relay', relayProtocol: 'udp', toJSON: () => ({}) } });
  end.mesh.setIceServers([{ urls }]);
  assert.deepEqual(asked(), [2, 2, 2, 2]);
  end.pc.setConnectionState('failed');
  assert.deepEqual(asked().slice(0, 4), [3, 3, 3, 3]);
  end.mesh.close();
});

test('the counts are those of the connection to that peer', async () => {
  const { mesh, connections } = make('a');
  mesh.add(participant('b'));
  mesh.add(participant('c'));
  connections[1].now = 42;
  assert.deepEqual([...(await mesh.stats('c') ?? []).values()].map(({ timestamp }) => timestamp), [42, 42, 42, 42, 42]);
  assert.equal(await mesh.stats('d'), null);
});
