import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { FakeTrack } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';

/** @param {'audio'|'video'} kind @returns {any} */
const track = (kind) => new FakeTrack(kind);

/** @param {{candidates: any[]}} pc */
const names = (pc) => pc.candidates.map((candidate) => candidate?.candidate ?? null);

test('the impolite side offers three m-lines, the polite side answers, and that is all', async () => {
  const pair = await connectedPair();
  assert.deepEqual(pair.impolite.sent.filter((type) => type !== 'candidate'), ['offer']);
  assert.deepEqual(pair.polite.sent.filter((type) => type !== 'candidate'), ['answer']);
  assert.equal(pair.impolite.pc.negotiations, 1);
  assert.equal(pair.polite.pc.negotiations, 0);
});

test('the polite side sends nothing of its own accord', async () => {
  const { polite } = new LinkPair();
  polite.link.setTrack('audio', track('audio'));
  await settle();
  assert.deepEqual(polite.sent, []);
  assert.deepEqual(polite.pc.getTransceivers(), []);
});

test('candidates go out after their description, the null at the end too', async () => {
  const pair = await connectedPair();
  for (const { sent, pc } of pair.ends) {
    assert.deepEqual(sent.slice(1), ['candidate', 'candidate', 'candidate']);
    assert.deepEqual(names(pc), ['candidate:1', 'candidate:2', null]);
  }
});

test('remote tracks are told apart by the order of the m-lines', async () => {
  const pair = await connectedPair();
  for (const { link, pc, tracks } of pair.ends) {
    const [audio, camera, screen] = pc.getTransceivers().map(({ receiver }) => receiver.track);
    assert.deepEqual(tracks, [
      { kind: 'audio', track: audio }, { kind: 'camera', track: camera }, { kind: 'screen', track: screen },
    ]);
    assert.deepEqual(link.remote, { audio, camera, screen });
  }
});

test('tracks set before, while and after connecting are sent, without another offer', async () => {
  const pair = new LinkPair();
  const [audio, camera, screen, other] = [track('audio'), track('video'), track('video'), track('video')];
  for (const { link } of pair.ends) link.setTrack('audio', audio);
  await settle(3);
  pair.deliver(pair.impolite);
  for (const { link } of pair.ends) link.setTrack('camera', camera);
  await pair.run();
  for (const { link } of pair.ends) link.setTrack('screen', screen);
  await pair.run();
  for (const { pc } of pair.ends) {
    assert.deepEqual(pc.getTransceivers().map(({ sender }) => sender.track), [audio, camera, screen]);
  }
  for (const { link } of pair.ends) {
    link.setTrack('camera', null);
    link.setTrack('screen', other);
    link.setTrack('screen', other);
  }
  await pair.run();
  for (const { pc } of pair.ends) {
    assert.deepEqual(pc.getTransceivers().map(({ sender }) => sender.track), [audio, null, other]);
    assert.deepEqual(pc.getTransceivers()[2].sender.replaced.slice(-2), [screen, other]);
  }
  assert.deepEqual(pair.ends.map(({ pc }) => pc.negotiations), [1, 0]);
  pair.assertAgreed();
});

test('sound and camera are one stream, the screen is none of it, and the camera has a cap', async () => {
  const pair = await connectedPair();
  for (const { pc } of pair.ends) {
    const [audio, camera, screen] = pc.getTransceivers().map(({ sender }) => sender);
    assert.equal(audio.streams.length, 1);
    assert.equal(audio.streams[0], camera.streams[0]);
    assert.deepEqual(screen.streams, []);
    assert.equal(camera.parameters.encodings[0].maxBitrate, 1_200_000);
    assert.equal(screen.parameters.encodings[0].maxBitrate, undefined);
  }
});

test('candidates that overtake their description wait for it, in order', async () => {
  const pair = new LinkPair();
  await settle();
  const { outbox } = pair.impolite;
  assert.deepEqual(outbox.map(({ type }) => type), ['offer', 'candidate', 'candidate', 'candidate']);
  outbox.push(/** @type {any} */ (outbox.shift()));
  for (let i = 0; i < 3; i++) pair.deliver(pair.impolite);
  await settle();
  assert.deepEqual(pair.polite.pc.candidates, []);
  await pair.run();
  pair.assertAgreed();
  assert.deepEqual(names(pair.polite.pc), ['candidate:1', 'candidate:2', null]);
});

test('candidates stay in order, however long after the description the last ones come', async () => {
  for (let tasks = 0; tasks < 12; tasks++) {
    const pair = new LinkPair();
    await settle();
    const [offer, ...candidates] = pair.impolite.outbox.splice(0);
    pair.impolite.outbox.push(candidates[0], offer, ...candidates.slice(1));
    pair.deliver(pair.impolite);
    pair.deliver(pair.impolite);
    await settle(tasks);
    pair.deliver(pair.impolite);
    pair.deliver(pair.impolite);
    await pair.run();
    assert.deepEqual(names(pair.polite.pc), ['candidate:1', 'candidate:2', null], `after ${tasks} tasks`);
    pair.assertAgreed();
  }
});

test('candidates right behind a description wait until it is set', async () => {
  const pair = new LinkPair();
  await settle();
  while (pair.deliver(pair.impolite));
  await settle();
  assert.equal(pair.polite.pc.candidates.length, 3);
  while (pair.deliver(pair.polite));
  await settle();
  pair.assertAgreed();
});

test('the state follows the connection', async () => {
  const { impolite: { link, pc } } = await connectedPair();
  const states = collect(link, 'state');
  for (const state of ['connecting', 'connecting', 'disconnected', 'failed', 'connected']) {
    pc.setConnectionState(state);
    assert.equal(link.state, state);
  }
  assert.equal(states.length, 4);
  pc.setConnectionState('new');
  assert.equal(link.state, 'connecting');
});

test('closing ends everything, once', async () => {
  const pair = new LinkPair();
  const { link, pc, faults, outbox } = pair.impolite;
  const states = collect(link, 'state');
  await settle(2);
  link.close();
  link.close();
  assert.equal(link.state, 'closed');
  assert.equal(states.length, 1);
  assert.equal(pc.signalingState, 'closed');
  const before = outbox.length;
  link.setTrack('audio', track('audio'));
  await link.receive({ type: 'answer', sdp: '{}' });
  await link.receive({ type: 'candidate', candidate: null });
  await settle();
  assert.deepEqual(faults, []);
  assert.equal(outbox.length, before);
});

test('a first offer that cannot be read is a fault and a failed link, and a good one heals it', async () => {
  const pair = new LinkPair();
  const { link, faults } = pair.polite;
  await link.receive({ type: 'offer', sdp: '{"rubbish":true}' });
  assert.equal(link.state, 'failed');
  assert.equal(faults.length, 1);
  await pair.run();
  assert.equal(link.state, 'connected');
});

test('an answer nobody asked for and an unfitting candidate are faults and change nothing', async () => {
  const pair = await connectedPair();
  const { link, pc, faults } = pair.polite;
  const sdp = pc.localDescription?.sdp ?? '';
  await link.receive({ type: 'answer', sdp });
  await link.receive({ type: 'candidate', candidate: { candidate: 'x', usernameFragment: 'other' } });
  assert.deepEqual(faults.map(({ name }) => name), ['InvalidStateError', 'OperationError']);
  assert.equal(link.state, 'connected');
  assert.equal(pc.signalingState, 'stable');
  faults.length = 0;
  pair.impolite.pc.restartIce();
  await pair.run();
  pair.assertAgreed();
});
