import assert from 'node:assert/strict';
import test from 'node:test';
import { MeshPair, connectedMeshes, participant } from '../_fakes/mesh-pair.js';
import { FakeTrack } from '../_fakes/media.js';
import { settle } from '../_fakes/tasks.js';
import { GRACE_MS, PAUSES_MS, RUNGS } from './ladder.js';

const TURN = [{ urls: ['stun:moim.test', 'turn:moim.test'] }];

/** @param {MeshPair} pair */
const healing = (pair) => pair.ends.map((end) => pair.remote(end).healing);
/** @param {MeshPair} pair */
const states = (pair) => pair.ends.map((end) => pair.remote(end).state);

test('a connection that comes back by itself is left alone', async () => {
  const pair = await connectedMeshes();
  pair.a.setCut(true);
  assert.deepEqual(states(pair), ['disconnected', 'disconnected']);
  assert.deepEqual(pair.ends.map(({ troubles }) => troubles.length), [1, 1]);
  await pair.run(GRACE_MS - 1);
  assert.deepEqual(healing(pair), ['', '']);
  pair.a.setCut(false);
  await pair.run(60_000);
  pair.assertAgreed();
  assert.deepEqual(pair.ends.map(({ pc }) => pc.negotiations), [0, 0]);
});

test('otherwise the impolite side restarts ICE, and that is all', async () => {
  const pair = await connectedMeshes();
  pair.a.setCut(true);
  await pair.run(GRACE_MS + 1);
  assert.deepEqual(healing(pair), ['ice-restart', 'ice-restart']);
  pair.a.setCut(false);
  await pair.run(100);
  pair.assertAgreed();
  assert.deepEqual(pair.ends.map(({ connections }) => connections.length), [1, 1]);
  assert.equal(pair.b.pc.negotiations, 0);
});

test('the whole ladder, then pauses, then it has failed until something changes', async () => {
  const pair = await connectedMeshes(TURN);
  for (const end of pair.ends) end.setCut(true);
  await pair.run(GRACE_MS + 10);
  const seen = [];
  for (const { rung, ms } of RUNGS) {
    seen.push(pair.remote(pair.a).healing);
    const policy = pair.a.pc.configuration?.iceTransportPolicy;
    assert.equal(policy, rung === 'relay' ? 'relay' : 'all', rung);
    await pair.run(ms);
  }
  assert.deepEqual(seen, ['ice-restart', 'relay', 'new-connection', 'audio-only']);
  for (const pause of PAUSES_MS) {
    assert.deepEqual([pair.remote(pair.a).state, pair.remote(pair.a).healing], ['failed', '']);
    await pair.run(pause);
    assert.equal(pair.remote(pair.a).healing, 'new-connection');
    await pair.run(10_000);
  }
  const made = pair.a.connections.length;
  await pair.run(600_000);
  assert.equal(pair.a.connections.length, made);
  assert.deepEqual(states(pair), ['failed', 'failed']);
  for (const end of pair.ends) end.setCut(false);
  pair.a.mesh.networkChanged();
  await pair.run(30_000);
  pair.assertAgreed();
});

test('without a relay that rung is left out', async () => {
  const pair = await connectedMeshes([{ urls: 'stun:moim.test' }]);
  for (const end of pair.ends) end.setCut(true);
  await pair.run(GRACE_MS + 6_100);
  assert.equal(pair.remote(pair.a).healing, 'new-connection');
});

test('while signaling is away nothing is tried, and when it is back at once', async () => {
  const pair = await connectedMeshes();
  for (const { mesh } of pair.ends) mesh.setSignaling(false);
  await pair.run(60_000);
  pair.assertAgreed();
  pair.a.setCut(true);
  await pair.run(60_000);
  assert.deepEqual(healing(pair), ['waiting', 'waiting']);
  assert.deepEqual(pair.ends.map(({ outbox }) => outbox.length), [0, 0]);
  pair.a.setCut(false);
  for (const { mesh } of pair.ends) mesh.setSignaling(true);
  await pair.run(0);
  pair.assertAgreed();
});

test('an own new address restarts ICE everywhere once signaling is up', async () => {
  const pair = await connectedMeshes();
  pair.b.mesh.setSignaling(false);
  pair.b.mesh.networkChanged();
  await pair.run(100);
  assert.equal(pair.b.pc.negotiations, 0);
  pair.b.mesh.setSignaling(true);
  await pair.run(100);
  assert.equal(pair.b.pc.negotiations, 1);
  pair.assertAgreed();
});

test('tracks and limits survive a new connection, and remote has the new tracks', async () => {
  const pair = await connectedMeshes();
  /** @type {any[]} */
  const tracks = [new FakeTrack('audio'), new FakeTrack('video'), null, null];
  pair.a.mesh.setTrack('audio', tracks[0]);
  pair.a.mesh.setTrack('camera', tracks[1]);
  const before = pair.remote(pair.b);
  for (const end of pair.ends) end.setCut(true);
  await pair.run(GRACE_MS + 6_100);
  for (const end of pair.ends) end.setCut(false);
  await pair.run(12_000);
  pair.assertAgreed();
  assert.ok(pair.a.connections.length > 1);
  const senders = pair.a.pc.getTransceivers().map(({ sender }) => sender);
  assert.deepEqual(senders.map(({ track }) => track), tracks);
  assert.ok(senders[1].parameters.encodings[0].maxBitrate > 0);
  assert.equal(pair.remote(pair.b).camera, pair.b.pc.getTransceivers()[1].receiver.track);
  assert.notEqual(pair.remote(pair.b).camera, before.camera);
});

test('who was away for however long, and answered nothing, is back with pictures soon', async () => {
  for (const which of [0, 1]) {
    for (let ms = 1_000; ms < 100_000; ms += 3_000) {
      const pair = await connectedMeshes();
      const end = pair.ends[which];
      end.setAway(true);
      await pair.run(ms);
      assert.ok(!pair.remote(pair.other(end)).audioOnly, `after ${ms} ms`);
      end.setAway(false);
      await pair.run(3_000);
      assert.doesNotThrow(() => pair.assertAgreed(), `after ${ms} ms`);
      assert.ok(pair.ends.every((one) => !pair.remote(one).audioOnly), `after ${ms} ms`);
    }
  }
});

test('to one who answers nothing offers are made less and less often', async () => {
  for (const which of [0, 1]) {
    const pair = await connectedMeshes();
    const end = pair.ends[which];
    pair.other(end).setAway(true);
    const offers = () => end.outbox.splice(0).filter(({ type }) => type === 'offer').length;
    await pair.run(60_000);
    const first = offers();
    assert.ok(first >= 3 && first <= 5, `${first} offers`);
    await pair.run(240_000);
    const more = offers();
    assert.ok(more <= 6, `${more} more offers`);
    await pair.run(3_600_000);
    assert.equal(offers(), 0);
  }
});

test('sound that should come and does not is healed, at most twice', async () => {
  const pair = await connectedMeshes();
  pair.b.flows = [false, true, true];
  await pair.run(9_000);
  assert.deepEqual([pair.remote(pair.b).state, pair.remote(pair.b).healing], ['connected', 'ice-restart']);
  pair.b.flows = [true, true, true];
  await pair.run(20_000);
  pair.assertAgreed();
  assert.equal(pair.b.connections.length, 1);
  pair.b.flows = [false, true, true];
  await pair.run(300_000);
  const made = pair.b.connections.length;
  await pair.run(600_000);
  assert.equal(pair.b.connections.length, made);
  assert.equal(pair.remote(pair.b).state, 'connected');
  pair.b.setCut(true);
  await pair.run(GRACE_MS + 100);
  pair.b.setCut(false);
  await pair.run(1_000);
  assert.deepEqual(healing(pair), ['', '']);
});

test('nothing is missed of who is muted, has no camera or is away', async () => {
  for (const more of [{ mic: false, camera: false }, { away: true }]) {
    const pair = await connectedMeshes();
    for (const end of pair.ends) end.flows = [false, false, false];
    for (const end of pair.ends) end.mesh.update(participant(pair.other(end).you, more));
    await pair.run(300_000);
    assert.deepEqual(pair.ends.map(({ troubles }) => troubles.length), [0, 0]);
    pair.assertAgreed();
  }
});

test('what is not shown is not sent, and not missed; shown again, it is', async () => {
  const pair = await connectedMeshes();
  const camera = () => pair.a.pc.getTransceivers()[1].sender.parameters.encodings[0];
  pair.a.mesh.setTrack('camera', /** @type {any} */ (new FakeTrack('video')));
  pair.b.mesh.setView('a', { camera: { width: 640, height: 360 }, screen: null });
  await pair.run(400);
  assert.equal(camera().active, true);
  pair.b.mesh.setView('a', { camera: null, screen: null });
  pair.b.flows = [true, false, false, false];
  await pair.run(300_000);
  assert.deepEqual([camera().active, pair.b.troubles.length, pair.remote(pair.b).frozen], [false, 0, false]);
  for (const end of pair.ends) end.setCut(true);
  await pair.run(60_000);
  for (const end of pair.ends) end.setCut(false);
  await pair.run(60_000);
  pair.assertAgreed();
  assert.ok(pair.a.connections.length > 1);
  assert.equal(camera().active, false);
  pair.b.mesh.setView('a', { camera: { width: 640, height: 360 }, screen: null });
  await pair.run(400);
  assert.equal(camera().active, true);
  await pair.run(12_000);
  assert.notEqual(pair.b.troubles.length, 0);
});

test('a camera for which there is no room beside so many is said to pause, and not missed', async () => {
  const pair = await connectedMeshes();
  const crowd = Array.from({ length: 30 }, (_, i) => `b${i}`);
  pair.a.mesh.setTrack('camera', /** @type {any} */ (new FakeTrack('video')));
  pair.a.mesh.setTrack('screen', /** @type {any} */ (new FakeTrack('video')));
  for (const id of crowd) pair.a.mesh.add(participant(id));
  pair.b.flows = [true, false, false, false];
  await pair.run(9_000);
  assert.equal(pair.a.pc.getTransceivers()[1].sender.parameters.encodings[0].active, false);
  assert.deepEqual([pair.remote(pair.b).paused, pair.remote(pair.b).frozen, pair.b.troubles.length], [true, false, 0]);
  for (const id of crowd) pair.a.mesh.remove(id);
  await pair.run(400);
  assert.equal(pair.remote(pair.b).paused, false);
});

test('a person may ask for another try of what seems to be good', async () => {
  const pair = await connectedMeshes();
  pair.b.mesh.retry('a');
  await pair.run(1_000);
  pair.assertAgreed();
  assert.equal(pair.b.connections.length, 2);
});

test('what only just began has its time', async () => {
  const pair = await connectedMeshes();
  pair.a.mesh.update(participant('b', { camera: false }));
  pair.a.flows = [true, false, true];
  for (let i = 0; i < 10; i++) {
    await pair.run(4_500);
    pair.a.mesh.update(participant('b', { camera: i % 2 === 0 }));
  }
  assert.equal(pair.a.troubles.length, 0);
});

test('a peer that comes back is a sign of change', async () => {
  const pair = await connectedMeshes();
  for (const end of pair.ends) end.setCut(true);
  await pair.run(600_000);
  assert.deepEqual(states(pair), ['failed', 'failed']);
  pair.a.mesh.update(participant('b', { away: true }));
  await pair.run(0);
  assert.equal(pair.remote(pair.a).healing, '');
  pair.a.mesh.update(participant('b'));
  await pair.run(0);
  assert.equal(pair.remote(pair.a).healing, 'ice-restart');
});

test('another instance is connected to anew', async () => {
  const pair = await connectedMeshes();
  const [old] = pair.a.connections;
  pair.a.mesh.update(participant('b', { instance: 'b2' }));
  pair.b.mesh.update(participant('a', { instance: 'a2' }));
  assert.equal(old.signalingState, 'closed');
  await pair.exchange();
  pair.assertAgreed();
});

test('nothing is left after close', async () => {
  const pair = await connectedMeshes();
  pair.a.setCut(true);
  await pair.run(GRACE_MS + 20_000);
  for (const { mesh } of pair.ends) mesh.close();
  await settle();
  assert.equal(pair.clock.timers, 0);
  for (const end of pair.ends) {
    assert.ok(end.connections.every(({ signalingState }) => signalingState === 'closed'));
    assert.equal(end.mesh.remote.size, 0);
  }
});
