import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { FakeTrack } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';
import { CONNECT_PATIENCE_MS } from './link.js';

/** @param {'audio'|'video'} kind @returns {any} */
const track = (kind) => new FakeTrack(kind);

test('the impolite side offers four m-lines and one for data, the polite side answers, and that is all', async () => {
  const pair = await connectedPair();
  assert.deepEqual(pair.impolite.sent.filter((type) => type !== 'candidate'), ['offer']);
  assert.deepEqual(pair.polite.sent.filter((type) => type !== 'candidate'), ['answer']);
  assert.equal(pair.impolite.pc.negotiations, 0);
  assert.equal(pair.polite.pc.negotiations, 0);
});

test('the polite side sends nothing of its own accord', async () => {
  const { polite } = new LinkPair();
  polite.link.setTrack('audio', track('audio'));
  await settle();
  assert.deepEqual(polite.sent, []);
  assert.deepEqual(polite.pc.getTransceivers(), []);
});

test('remote tracks are told apart by the order of the m-lines', async () => {
  const pair = await connectedPair();
  for (const { link, pc, tracks } of pair.ends) {
    const [audio, camera, screen, screenAudio] = pc.getTransceivers().map(({ receiver }) => receiver.track);
    assert.deepEqual(tracks, [
      { kind: 'audio', track: audio }, { kind: 'camera', track: camera }, { kind: 'screen', track: screen },
      { kind: 'screenAudio', track: screenAudio },
    ]);
    assert.deepEqual(link.remote, { audio, camera, screen, screenAudio });
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
    assert.deepEqual(pc.getTransceivers().map(({ sender }) => sender.track), [audio, camera, screen, null]);
  }
  for (const { link } of pair.ends) {
    link.setTrack('camera', null);
    link.setTrack('screen', other);
    link.setTrack('screen', other);
  }
  await pair.run();
  for (const { pc } of pair.ends) {
    assert.deepEqual(pc.getTransceivers().map(({ sender }) => sender.track), [audio, null, other, null]);
    assert.deepEqual(pc.getTransceivers()[2].sender.replaced.slice(-2), [screen, other]);
  }
  assert.deepEqual(pair.ends.map(({ pc }) => pc.negotiations), [0, 0]);
  pair.assertAgreed();
});

test('sound and camera are one stream, the screen and its sound another', async () => {
  const pair = await connectedPair();
  for (const { pc } of pair.ends) {
    const streams = pc.getTransceivers().map(({ sender }) => sender.streams);
    assert.deepEqual(streams.map(({ length }) => length), [1, 1, 1, 1]);
    const [audio, camera, screen, screenAudio] = streams.flat();
    assert.equal(audio, camera);
    assert.equal(screen, screenAudio);
    assert.notEqual(audio, screen);
  }
});

test('bounds that are set before there are senders hold once there are, the newest last', async () => {
  const pair = new LinkPair();
  for (const { link } of pair.ends) {
    link.setEncodings({ camera: { active: true, maxBitrate: 900_000 }, audio: { active: true, priority: 'high' } });
    link.setEncodings({ camera: { active: true, maxBitrate: 300_000, maxFramerate: 15 } });
  }
  await pair.run();
  for (const { pc, link } of pair.ends) {
    const [audio, camera] = pc.getTransceivers().map(({ sender }) => sender.parameters.encodings[0]);
    assert.deepEqual(audio, { active: true, priority: 'high' });
    assert.deepEqual(camera, { active: true, maxBitrate: 300_000, maxFramerate: 15 });
    link.setEncodings({ camera: { active: false } });
  }
  await pair.run();
  for (const { pc } of pair.ends) assert.equal(pc.getTransceivers()[1].sender.parameters.encodings[0].active, false);
  assert.deepEqual(pair.ends.map(({ pc }) => pc.negotiations), [0, 0]);
});

test('the pages have a channel, and open others, without another offer', async () => {
  const pair = await connectedPair();
  const [one, other] = pair.ends.map(({ link }) => link.channel);
  const [messages, channels] = [collect(other, 'message'), collect(other, 'channel')];
  assert.deepEqual([one.isOpen, other.isOpen], [true, true]);
  one.tell({ reaction: '👍' });
  const opened = one.open('file');
  await pair.run();
  assert.deepEqual(messages, [{ reaction: '👍' }]);
  assert.deepEqual([opened?.readyState, ...channels.map(({ label }) => label)], ['open', 'file']);
  assert.deepEqual(pair.ends.map(({ pc }) => pc.negotiations), [0, 0]);
});

test('a client without the channel and without a sound of the screen is connected to without them', async () => {
  const { polite: { link, pc, sent } } = new LinkPair();
  const old = new (/** @type {any} */ (pc.constructor))();
  for (const kind of ['audio', 'video', 'video']) old.addTransceiver(kind);
  link.setTrack('screenAudio', track('audio'));
  await old.setLocalDescription();
  await link.receive({ type: 'offer', sdp: old.localDescription.sdp });
  await settle();
  assert.equal(pc.getTransceivers().length, 3);
  assert.deepEqual([pc.channels.length, pc.negotiations], [0, 0]);
  assert.deepEqual(sent.filter((type) => type !== 'candidate'), ['answer']);
});

test('the state follows the connection', async () => {
  const { impolite: { link, pc } } = await connectedPair();
  const states = collect(link, 'state');
  for (const state of ['connecting', 'connecting', 'disconnected', 'failed', 'connected']) {
    pc.setConnectionState(state);
    assert.deepEqual([link.state, link.reason], [state, state === 'failed' ? 'no-route' : null]);
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
  assert.deepEqual([link.state, link.reason], ['failed', 'rejected']);
  assert.equal(faults.length, 1);
  await pair.run();
  assert.deepEqual([link.state, link.reason], ['connected', null]);
});

test('an answer nobody asked for is a fault, and changes as little as a candidate of another session', async () => {
  const pair = await connectedPair();
  const { link, pc, faults } = pair.polite;
  const sdp = pc.remoteDescription?.sdp ?? '';
  await link.receive({ type: 'answer', sdp });
  await link.receive({ type: 'answer', sdp: `${sdp}a=moim-offer:other\r\n` });
  await link.receive({ type: 'candidate', candidate: { candidate: 'x', usernameFragment: 'other' } });
  assert.deepEqual(faults.map(({ name }) => name), ['InvalidStateError']);
  assert.equal(pc.candidates.length, 3);
  assert.equal(link.state, 'connected');
  assert.equal(pc.signalingState, 'stable');
  faults.length = 0;
  pair.impolite.pc.restartIce();
  await pair.run();
  pair.assertAgreed();
});

test('an answer that cannot be used fails the link too', async () => {
  const { impolite: { link } } = new LinkPair();
  await settle();
  await link.receive({ type: 'answer', sdp: 'rubbish' });
  assert.deepEqual([link.state, link.reason], ['failed', 'rejected']);
});

test('a peer that is never heard, and one that is never reached, have failed after a while', async () => {
  const pair = new LinkPair();
  const [impolite, polite] = pair.ends.map(({ link }) => collect(link, 'state'));
  await settle();
  pair.deliver(pair.impolite);
  await settle();
  for (const { clock } of pair.ends) clock.pass(CONNECT_PATIENCE_MS - 1);
  assert.deepEqual([impolite.length, polite.length], [0, 0]);
  for (const { clock } of pair.ends) clock.pass(1);
  assert.deepEqual(pair.ends.map(({ link }) => [link.state, link.reason]), [
    ['failed', 'no-answer'], ['failed', 'no-route'],
  ]);
  await pair.run();
  pair.assertAgreed();
  for (const { clock, link } of pair.ends) {
    clock.pass(CONNECT_PATIENCE_MS);
    assert.deepEqual([link.state, link.reason], ['connected', null]);
  }
});

test('a closed link waits for nothing', async () => {
  const { impolite: { link, clock } } = new LinkPair();
  link.close();
  clock.pass(CONNECT_PATIENCE_MS);
  assert.deepEqual([link.state, link.reason], ['closed', null]);
});

test('a description of more than five m-lines is refused', async () => {
  const { polite: { link, faults } } = new LinkPair();
  await link.receive({ type: 'offer', sdp: 'v=0\r\n' + 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n'.repeat(6) });
  assert.deepEqual(faults.map(({ name }) => name), ['RangeError']);
  assert.deepEqual([link.state, link.reason], ['failed', 'rejected']);
});

test('an answer without an offer is a fault, and the link goes on waiting', async () => {
  const pair = new LinkPair();
  const { link, faults } = pair.polite;
  await link.receive({ type: 'answer', sdp: 'rubbish' });
  assert.deepEqual([faults.length, link.state], [1, 'connecting']);
  faults.length = 0;
  await pair.run();
  pair.assertAgreed();
});

test('one offer is made at a time', async () => {
  const pair = await connectedPair();
  const { link, sent } = pair.polite;
  const before = sent.length;
  link.renegotiate();
  link.renegotiate();
  await settle();
  assert.deepEqual(sent.slice(before).filter((type) => type !== 'candidate'), ['offer']);
  await pair.run();
  pair.assertAgreed();
});

test('relay only is a configuration with an ICE restart', async () => {
  const pair = await connectedPair();
  const { link, pc, sent } = pair.polite;
  const before = sent.length;
  const iceServers = [{ urls: 'turn:moim.test' }];
  link.setIce(iceServers, 'relay');
  link.restartIce();
  await pair.run();
  assert.deepEqual(pc.configuration, { iceServers, iceTransportPolicy: 'relay' });
  assert.equal(sent[before], 'offer');
  pair.assertAgreed();
});

test('what came in is counted by kind', async () => {
  const { polite: { link, pc } } = await connectedPair();
  pc.now = 7000;
  pc.received = [10, 20, 30, 40];
  const { at, audio, camera, received } = await link.read();
  assert.deepEqual({ at, audio, camera, received }, { at: 7000, audio: 10, camera: 20, received: 100 });
});
