import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeCheckServer } from '../_fakes/check-server.js';
import { FakeTrack } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { IDLE_READINGS, PATIENCE_MS, READ_MS, TestCall } from './test-call.js';

function make() {
  const clock = new VirtualClock();
  const server = new FakeCheckServer(clock);
  /** @type {any} */
  const sources = { audio: new FakeTrack('audio'), video: new FakeTrack('video') };
  const call = new TestCall({
    iceServers: [{ urls: ['stun:moim.test', 'turn:moim.test'] }], clock, RTCPeerConnection: server.RTCPeerConnection,
    offer: async (sdp) => `answer to ${sdp}`,
  });
  const [pc] = server.connections;
  return { clock, server, sources, call, pc, changes: collect(call, 'change') };
}

/** Lets so many seconds of media come back. @param {ReturnType<typeof make>} made @param {number} seconds @param {number} [energy] */
async function flow({ pc, clock }, seconds, energy = 1) {
  for (let i = 0; i < seconds; i++) {
    const { timestamp = 0, packetsReceived = 0 } = pc.stats.I ?? {};
    pc.stats = {
      I: { type: 'inbound-rtp', kind: 'audio', codecId: 'C', timestamp: timestamp + 1000, packetsReceived: packetsReceived + 48, packetsLost: 2, bytesReceived: 1 },
      C: { type: 'codec', mimeType: 'audio/opus' },
      S: { type: 'media-source', kind: 'audio', totalAudioEnergy: energy },
    };
    await clock.run(READ_MS);
  }
}

test('sound and picture come back, and are measured for a while', async () => {
  const made = make();
  const { call, sources, pc } = made;
  await call.start(sources);
  await settle();
  assert.deepEqual(pc.senders.map(({ track }) => track), [sources.audio, sources.video]);
  assert.deepEqual(pc.configuration.iceServers, [{ urls: ['turn:moim.test'] }]);
  assert.deepEqual([call.remote.audio?.kind, call.remote.video?.kind], ['audio', 'video']);
  assert.equal(call.state, 'connecting');
  await flow(made, 1);
  assert.deepEqual([call.state, call.measured], ['flowing', false]);
  await flow(made, 2);
  assert.deepEqual([call.measured, call.figures?.loss.in], [true, 0]);
  assert.equal(call.silent, false);
  await made.clock.run(PATIENCE_MS);
  call.close();
  assert.equal(made.clock.timers, 0);
});

test('a microphone that gives nothing is noticed, unless it is muted', async () => {
  const made = make();
  await made.call.start(made.sources);
  await flow(made, 3, 0);
  assert.equal(made.call.silent, true);
  made.sources.audio.enabled = false;
  await flow(made, 1, 0);
  assert.equal(made.call.silent, false);
  made.call.close();
});

test('nothing comes back', async () => {
  const made = make();
  made.server.ways.direct = 'blind';
  made.server.ways.udp = null;
  await made.call.start(made.sources);
  await made.clock.run(PATIENCE_MS - 1);
  assert.equal(made.call.state, 'connecting');
  await made.clock.run(1);
  assert.deepEqual([made.call.state, made.server.open, made.clock.timers], ['failed', 0, 0]);
});

test('what came back and does so no longer is over', async () => {
  const made = make();
  await made.call.start(made.sources);
  await flow(made, 2);
  await made.clock.run(READ_MS * IDLE_READINGS);
  assert.deepEqual([made.call.state, made.server.open], ['over', 0]);

  const other = make();
  await other.call.start(other.sources);
  await flow(other, 1);
  other.pc.setConnectionState('disconnected');
  assert.equal(other.call.state, 'over');
});

test('hung up, it says no more', async () => {
  const made = make();
  const started = made.call.start(made.sources);
  made.call.close();
  await started;
  assert.equal(made.clock.timers, 0);
  await made.clock.run(2 * PATIENCE_MS);
  assert.deepEqual([made.changes, made.server.open], [[], 0]);

  const looking = make();
  await looking.call.start(looking.sources);
  looking.clock.pass(READ_MS);
  looking.call.close();
  await settle();
  assert.equal(looking.clock.timers, 0);
});
