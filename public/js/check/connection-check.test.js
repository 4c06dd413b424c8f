import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeCheckServer } from '../_fakes/check-server.js';
import { twoDevices } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { LocalMedia } from '../rtc/local-media.js';
import { ConnectionCheck } from './connection-check.js';

/** @param {any} [devices] */
async function make(devices = twoDevices()) {
  const clock = new VirtualClock();
  const server = new FakeCheckServer(clock);
  const { WebSocket, sockets } = fakeWebSockets();
  const media = new LocalMedia({ mediaDevices: devices });
  await media.start();
  const check = new ConnectionCheck({
    media, url: 'ws://moim.test/ws', fetch: server.fetch, WebSocket, RTCPeerConnection: server.RTCPeerConnection, clock,
    now: () => clock.now,
  });
  return { clock, server, sockets, media, devices, check, changes: collect(check, 'change') };
}

/** @typedef {Awaited<ReturnType<typeof make>>} Made */

/** Answers the pings of the newest socket. @param {Made} made @param {number} [ms] each takes so long */
async function answerPings({ sockets, clock }, ms = 30) {
  const socket = /** @type {any} */ (sockets.at(-1));
  socket.open();
  for (let i = 0; i < 3; i++) {
    clock.pass(ms);
    socket.receive({ type: 'pong', got: 0 });
  }
  await settle();
  return socket;
}

/** Runs it to its end. @param {Made} made @param {{signaling?: boolean}} [options] */
async function run(made, { signaling = true } = {}) {
  const running = made.check.run();
  await settle(3);
  if (signaling) await answerPings(made);
  const begun = made.clock.now;
  let done = false;
  running.then(() => { done = true; });
  while (!done) await made.clock.run(100, () => settle(5));
  return made.clock.now - begun;
}

/** @param {Made} made */
const rows = ({ check }) => Object.fromEntries(check.rows.map(({ id, state, code }) => [id, code ? `${state} ${code}` : state]));

const ALL_OK = {
  microphone: 'ok', camera: 'ok', signaling: 'ok', direct: 'ok', 'relay-udp': 'ok', 'relay-tcp': 'ok', 'relay-tls': 'ok',
};

test('everything works, and each row has its round trip', async () => {
  const made = await make();
  assert.deepEqual(Object.values(rows(made)), ['ok', 'ok', ...Array(5).fill('waiting')]);
  await run(made);
  assert.deepEqual(rows(made), ALL_OK);
  assert.deepEqual(made.check.rows.map(({ roundTrip }) => roundTrip), [null, null, 30, 12, 12, 12, 12]);
  assert.deepEqual(made.check.summary, { state: 'ok', codes: ['everyone'] });
  const { sockets, server } = made;
  assert.deepEqual(sockets[0].sent, Array(3).fill({ type: 'ping', got: 0 }));
  assert.equal(sockets[0].closedWith, 1000);
  assert.deepEqual(server.asked.map((line) => line.split(' ')[0]), ['GET', 'POST', 'POST', 'POST', 'POST', 'POST']);
});

test('each way is tried alone, and the call goes over all of them', async () => {
  const made = await make();
  await run(made);
  const [direct, ...others] = made.server.connections.map(({ configuration }) => configuration);
  assert.deepEqual(direct, { iceServers: [], iceTransportPolicy: 'all' });
  assert.deepEqual(others.slice(0, 3).map(({ iceServers, iceTransportPolicy }) => [iceTransportPolicy, iceServers]), [
    ['relay', [{ urls: ['turn:moim.test:3478?transport=udp'], username: 'u', credential: 'p' }]],
    ['relay', [{ urls: ['turn:moim.test:3478?transport=tcp'], username: 'u', credential: 'p' }]],
    ['relay', [{ urls: ['turns:moim.test:443?transport=tcp'], username: 'u', credential: 'p' }]],
  ]);
  assert.equal(others[3].iceServers?.flatMap(({ urls }) => urls).length, 3);
  assert.equal(made.server.open, 1, 'probes are closed, the call goes on');
});

test('a server without a relay, or without one over TLS', async () => {
  const made = await make();
  Object.assign(made.server.ways, { udp: null, tcp: null, tls: null });
  await run(made);
  const off = 'off relay-off';
  assert.deepEqual(rows(made), { ...ALL_OK, 'relay-udp': off, 'relay-tcp': off, 'relay-tls': off });
  assert.deepEqual(made.check.summary, { state: 'warn', codes: ['most'] });
  Object.assign(made.server.ways, { udp: 'works', tcp: 'works' });
  await run(made);
  assert.deepEqual(rows(made), { ...ALL_OK, 'relay-tls': 'off relay-tls-off' });
  assert.deepEqual(made.check.summary, { state: 'ok', codes: ['everyone'] });
});

test('a network that blocks UDP is told from a relay that nobody reaches', async () => {
  const made = await make();
  Object.assign(made.server.ways, { direct: 'blind', udp: 'unreached' });
  const took = await run(made);
  assert.deepEqual(rows(made), { ...ALL_OK, direct: 'warn udp-blocked', 'relay-udp': 'warn udp-blocked' });
  assert.deepEqual(made.check.summary, { state: 'warn', codes: ['stutter'] });
  assert.ok(took <= 14_000, `${took} ms`);

  Object.assign(made.server.ways, { tcp: 'unreached', tls: 'unreached' });
  await run(made);
  const blocked = 'failed relay-blocked';
  assert.deepEqual(rows(made), {
    ...ALL_OK, direct: 'failed direct-blocked', 'relay-udp': blocked, 'relay-tcp': blocked, 'relay-tls': blocked,
  });
  assert.deepEqual(made.check.summary, { state: 'failed', codes: ['no-way'] });
});

test('what the relay answers is what is said of it', async () => {
  const made = await make();
  Object.assign(made.server.ways, { udp: 'refused', tcp: 'quota', tls: 'blind' });
  await run(made);
  assert.deepEqual(rows(made), {
    ...ALL_OK, 'relay-udp': 'failed relay-refused', 'relay-tcp': 'failed relay-quota', 'relay-tls': 'failed relay-blind',
  });
});

test('the server is not there, or does not take tests', async () => {
  const made = await make();
  made.server.here = false;
  const running = made.check.run();
  await settle();
  made.sockets[0].drop(1006);
  await running;
  assert.equal(rows(made).signaling, 'failed signaling-unreached');
  assert.equal(rows(made).direct, 'warn check-unreached');
  assert.deepEqual(made.check.summary, { state: 'failed', codes: ['no-server'] });

  Object.assign(made.server, { here: true, status: { GET: 200, POST: 503 } });
  await run(made);
  assert.deepEqual(Object.values(rows(made)), ['ok', 'ok', 'ok', ...Array(4).fill('warn check-busy')]);
  assert.deepEqual(made.check.summary, { state: 'warn', codes: ['untested'] });
});

test('signaling that a proxy refuses is told from a server that is gone', async () => {
  const made = await make();
  const running = made.check.run();
  await settle();
  made.sockets[0].drop(1006);
  await made.clock.run(1000);
  await running;
  assert.deepEqual(rows(made), { ...ALL_OK, signaling: 'failed signaling-refused' });
  assert.deepEqual(made.check.summary, { state: 'failed', codes: ['no-signaling'] });

  const again = made.check.run();
  await settle();
  made.sockets[1].open();
  await made.clock.run(10_000);
  await again;
  assert.equal(rows(made).signaling, 'failed signaling-silent');
});

test('no WebRTC in this browser', async () => {
  const { media, clock, server, sockets, ...made } = await make();
  const { WebSocket, sockets: own } = fakeWebSockets();
  const check = new ConnectionCheck({
    media, url: 'ws://moim.test/ws', fetch: server.fetch, WebSocket, clock, now: () => clock.now, RTCPeerConnection: undefined,
  });
  await run({ ...made, media, clock, server, sockets: own, check });
  assert.equal(check.rows[3].code, 'no-webrtc');
  assert.deepEqual(check.summary, { state: 'failed', codes: ['no-webrtc'] });
});

test('servers that the browser refuses are no end of the check', async () => {
  const { media, clock, server, ...made } = await make();
  const { WebSocket, sockets } = fakeWebSockets();
  const RTCPeerConnection = /** @type {any} */ (class {
    constructor() {
      throw new DOMException('no such address', 'SyntaxError');
    }
  });
  const check = new ConnectionCheck({
    media, url: 'ws://moim.test/ws', fetch: server.fetch, WebSocket, clock, now: () => clock.now, RTCPeerConnection,
  });
  await run({ ...made, media, clock, server, sockets, check });
  assert.equal(check.call, null);
  assert.deepEqual(check.rows.slice(3).map(({ code }) => code), Array(4).fill('check-failed'));
  assert.deepEqual(check.summary, { state: 'warn', codes: ['untested'] });
});

test('cancelled, it ends everything but the own devices, and says no more', async () => {
  const made = await make();
  const { check, server, sockets, media, clock, changes } = made;
  Object.assign(server.ways, { tls: 'unreached' });
  const running = check.run();
  await settle();
  assert.ok(server.open > 1);
  check.cancel();
  changes.length = 0;
  await running;
  await media.setCamera(false);
  await media.setCamera(true);
  await clock.run(20_000);
  assert.equal(server.open, 0);
  assert.equal(sockets[0].closedWith, 1000);
  assert.deepEqual([media.mic.track?.readyState, media.camera.track?.readyState], ['live', 'live']);
  assert.deepEqual(changes, []);
  assert.equal(clock.timers, 0);
});

test('begun anew, it is as if there had been no earlier one', async () => {
  const made = await make();
  made.check.run();
  await settle();
  await run(made);
  assert.deepEqual(rows(made), ALL_OK);
  assert.equal(made.server.open, 1);
});

test('without devices nothing is sent; with those that come later, others are', async () => {
  const bare = await make({ getUserMedia: async () => { throw new DOMException('none', 'NotFoundError'); }, enumerateDevices: async () => [] });
  await run(bare);
  assert.equal(bare.check.call, null);
  assert.deepEqual([rows(bare).microphone, rows(bare).camera], ['failed mic-missing', 'failed camera-missing']);
  assert.deepEqual(bare.check.summary, { state: 'warn', codes: ['everyone', 'no-devices'] });

  const late = await make();
  late.media.stop();
  await run(late);
  assert.equal(late.server.open, 0);
  await late.media.setMic(true);
  await late.media.setCamera(true);
  await settle();
  assert.deepEqual(late.server.connections.at(-1)?.senders.map(({ track }) => track), [late.media.mic.track, late.media.camera.track]);
  assert.equal(late.server.open, 1);

  const made = await make();
  await run(made);
  await made.media.setCamera(false);
  assert.equal(made.server.connections.at(-1)?.senders[1].track, null);
  assert.equal(rows(made).camera, 'off camera-off');
  await made.media.setCamera(true);
  assert.equal(made.server.connections.at(-1)?.senders[1].track, made.media.camera.track);
});
