import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream } from '../_fakes/media.js';
import { connectedMeshes, participant } from '../_fakes/mesh-pair.js';
import { fakePeerConnections } from '../_fakes/peer-connection.js';
import { collect, settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { ANSWER_PATIENCE_MS, COLLISION_PATIENCE_MS, MAX_UNANSWERED } from './answer-timer.js';
import { LinkSeries } from './link-series.js';
import { MAX_WAITING } from './signal-queue.js';

/** @param {boolean} polite */
function make(polite) {
  const clock = new VirtualClock();
  const { RTCPeerConnection, connections } = fakePeerConnections();
  /** @type {any[]} */
  const sent = [];
  const series = new LinkSeries({
    polite, signaling: true, tracks: new Map(), iceServers: [], clock, RTCPeerConnection,
    MediaStream: /** @type {any} */ (FakeStream), send: (signal) => sent.push(signal),
  });
  return { clock, connections, sent, series, faults: collect(series, 'fault') };
}

/** @param {{sent: any[]}} from @param {{series: LinkSeries}} to */
const pass = (from, to) => from.sent.splice(0).map((signal) => to.series.receive(signal));

test('only so many signals wait their turn', async () => {
  const [impolite, polite] = [make(false), make(true)];
  await settle();
  const [offer, candidate] = impolite.sent;
  for (let i = 0; i < 300; i++) {
    polite.series.receive(offer);
    polite.series.receive(candidate);
  }
  await settle(400);
  assert.equal(polite.sent.filter(({ type }) => type === 'answer').length, 1);
  assert.equal(polite.connections[0].candidates.length, MAX_WAITING.candidates);
  assert.ok(polite.faults.every(({ name }) => name === 'RangeError'));
  polite.faults.length = 0;
  for (let i = 0; i < 300; i++) polite.series.receive({ type: 'answer', sdp: offer.sdp.replace(/a=moim.*/, '') });
  await settle(400);
  const applied = polite.faults.filter(({ name }) => name === 'InvalidStateError');
  assert.deepEqual([polite.faults.length, applied.length], [300, MAX_WAITING.descriptions]);
});

test('of offers that wait only the last is taken, with its candidates', async () => {
  const [impolite, polite] = [make(false), make(true)];
  for (let i = 0; i < 5; i++) {
    await settle();
    impolite.series.begin();
  }
  await settle();
  assert.equal(impolite.sent.filter(({ type }) => type === 'offer').length, 6);
  await Promise.all(pass(impolite, polite));
  assert.deepEqual(polite.sent.map(({ type }) => type).filter((type) => type !== 'candidate'), ['answer']);
  assert.equal(polite.connections.length, 1);
  assert.equal(polite.connections[0].candidates.length, 3);
  await Promise.all(pass(polite, impolite));
  assert.equal(impolite.connections.at(-1)?.connectionState, 'connected');
  assert.deepEqual([...polite.faults, ...impolite.faults], []);
});

test('an offer waits behind an answer without harm to it', async () => {
  const [impolite, polite] = [make(false), make(true)];
  await settle();
  pass(impolite, polite);
  await settle();
  polite.series.renegotiate();
  await settle();
  assert.deepEqual(polite.sent.map(({ type }) => type).filter((type) => type !== 'candidate'), ['answer', 'offer']);
  await Promise.all(pass(polite, impolite));
  await Promise.all(pass(impolite, polite));
  for (const { series, faults } of [impolite, polite]) {
    assert.ok(series.link?.settled);
    assert.deepEqual(faults, []);
  }
});

test('what was begun in the same task is not begun again', async () => {
  const { series, connections } = make(false);
  series.renegotiate();
  series.restartIce();
  assert.equal(connections.length, 1);
  await settle();
  series.renegotiate();
  series.renegotiate();
  assert.equal(connections.length, 2);
});

test('an offer brings its candidates along to the connection that takes it', async () => {
  const [one, two, polite] = [make(false), make(false), make(true)];
  await settle();
  pass(one, polite);
  await settle();
  polite.sent.length = 0;
  pass(two, polite);
  await settle();
  assert.equal(polite.connections.length, 2);
  assert.equal(polite.connections[0].signalingState, 'closed');
  assert.equal(polite.connections[1].candidates.length, 3);
  await Promise.all(pass(polite, two));
  assert.equal(two.connections[0].connectionState, 'connected');
  assert.deepEqual([...polite.faults, ...two.faults], []);
});

test('a connection that is closed in the middle of a signal holds none of the next up', async () => {
  const [impolite, polite] = [make(false), make(true)];
  await settle();
  pass(impolite, polite);
  await settle(1);
  polite.series.begin();
  await settle();
  assert.deepEqual(polite.connections.map(({ signalingState }) => signalingState), ['closed', 'closed', 'stable']);
  await Promise.all(pass(polite, impolite));
  assert.equal(impolite.connections[0].connectionState, 'connected');
});

test('an offer on its way is not taken by what was begun meanwhile', async () => {
  const ends = [make(false), make(true)];
  const exchange = async () => {
    for (let i = 0; i < 4; i++) {
      await settle();
      pass(ends[0], ends[1]);
      pass(ends[1], ends[0]);
    }
  };
  await exchange();
  ends[0].series.restartIce();
  await settle();
  ends[1].series.begin();
  await exchange();
  for (const { connections, series } of ends) {
    assert.equal(connections.length, 2);
    assert.ok(series.link?.settled);
  }
});

test('an offer without an answer is made anew, less and less often', async () => {
  const { clock, series, sent, connections } = make(false);
  await settle();
  for (let i = 0; i < MAX_UNANSWERED; i++) {
    sent.length = 0;
    await clock.run(ANSWER_PATIENCE_MS * 2 ** i - 1);
    assert.equal(sent.length, 0);
    await clock.run(1);
    assert.equal(sent[0].type, 'offer');
  }
  sent.length = 0;
  await clock.run(3_600_000);
  assert.equal(sent.length, 0);
  assert.equal(connections.length, MAX_UNANSWERED + 1);
  series.close();
});

test('it is made anew sooner when an offer of the other side collided with it', async () => {
  const pair = await connectedMeshes();
  for (const { mesh } of pair.ends) mesh.networkChanged();
  await settle();
  pair.a.outbox.length = 0;
  pair.deliver(pair.b);
  await settle();
  await pair.run(COLLISION_PATIENCE_MS);
  pair.assertAgreed();
});

test('an answer to an offer that was taken back is late', async () => {
  const pair = await connectedMeshes();
  pair.a.mesh.networkChanged();
  await settle();
  while (pair.a.outbox.length > 0) pair.deliver(pair.a);
  await settle();
  const late = pair.b.outbox.splice(0);
  pair.a.mesh.reconcile([participant('b')]);
  await settle();
  for (const signal of late) pair.a.mesh.receive(signal);
  await pair.exchange();
  pair.assertAgreed();
});
