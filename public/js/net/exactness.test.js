import assert from 'node:assert/strict';
import test from 'node:test';
import { random as seeded } from '../_fakes/random.js';
import { SessionServer } from '../_fakes/session-server.js';
import { FakeClock, settle } from '../_fakes/tasks.js';
import { fakeWebSockets } from '../_fakes/web-socket.js';
import { Session } from './session.js';

/** A session, its server, and a network that does what it likes with its sockets. @param {number} seed */
function start(seed) {
  const random = seeded(seed);
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  const { WebSocket, sockets } = fakeWebSockets();
  const clock = new FakeClock();
  const signs = new EventTarget();
  const session = new Session({ url: 'ws://moim.test/ws', WebSocket, clock, signs, random, now: clock.now });
  const server = new SessionServer(sockets);
  /** What was to be sent, and what came, in each life of the session. @type {{sent: number[], got: number[]}[]} */
  const lives = [{ sent: [], got: [] }];
  const requests = { made: 0, settled: 0 };
  let next = 0;
  let said = 0;
  let snapshots = 0;
  const life = () => /** @type {{sent: number[], got: number[]}} */ (lives.at(-1));
  session.addEventListener('message', (event) => life().got.push(/** @type {any} */ (event).detail.data));
  session.addEventListener('joined', () => {
    snapshots += 1;
    lives.push({ sent: [], got: [] });
    if (random() < 0.5) send();
  });
  const send = () => {
    life().sent.push(next);
    session.send({ type: 'data', data: next++ });
  };
  const request = () => {
    requests.made += 1;
    session.request({ type: 'typing' }).then(() => { requests.settled += 1; });
  };
  const say = () => server.say({ type: 'data', from: 'a', data: said++ });
  const traffic = [send, send, send, request, () => session.sendNow({ type: 'typing' }), say, say, say];
  const network = [
    () => server.open(), () => server.hear(1), () => server.hear(3), () => server.hear(), () => server.hear(2, 1),
    () => server.deliver(1), () => server.deliver(3), () => server.deliver(), () => server.deliver(2, 1),
    () => clock.pass(100), () => clock.pass(1_000),
  ];
  const faults = [
    () => server.cut(), () => server.cut(), () => server.cut(), () => session.prove(), () => clock.pass(5_000),
    () => signs.dispatchEvent(new Event('network')), () => signs.dispatchEvent(new Event('wake')),
    () => random() < 0.1 && server.restart(),
  ];
  const act = () => {
    const group = random() < 0.05 ? faults : random() < 0.5 ? traffic : network;
    group[below(group.length)]();
  };
  const calm = async () => {
    for (let i = 0; i < 40; i++) {
      server.open();
      server.hear();
      server.deliver();
      await settle(1);
      if (i < 20) clock.pass(1_000);
    }
  };
  return { session, server, lives, requests, act, calm, snapshots: () => snapshots };
}

/** Whether the numbers grow. @param {number[]} numbers */
const inOrder = (numbers) => numbers.every((n, i) => i === 0 || n > numbers[i - 1]);

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`whatever becomes of sockets, frames arrive once and in order, but for a snapshot (${seed})`, async () => {
    const { session, server, lives, requests, act, calm, snapshots } = start(seed);
    const joining = session.join(() => ({ room: 'tea' }));
    server.open();
    server.hear();
    server.deliver();
    await joining;
    for (let i = 0; i < 6_000; i++) {
      act();
      if (i % 50 === 0) await settle(1);
    }
    await calm();
    assert.equal(session.state, 'in');
    assert.equal(requests.settled, requests.made);
    // What was sent just before a snapshot may be lost, so of those lives only the order is certain.
    for (const { got } of lives) assert.ok(inOrder(got), 'what came');
    for (const heard of server.lives) assert.ok(inOrder(heard), 'what arrived');
    const last = /** @type {{sent: number[], got: number[]}} */ (lives.at(-1));
    assert.deepEqual(server.heard, last.sent, 'all that was sent since the last snapshot');
    const received = last.got;
    assert.deepEqual(received, received.map((_, i) => received[0] + i), 'all that was said since, without a gap');
    assert.ok(snapshots() < 40 && lives.some(({ sent }) => sent.length > 100));
  });
}
