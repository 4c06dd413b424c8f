import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDataChannel } from '../_fakes/data-channel.js';
import { settle } from '../_fakes/tasks.js';
import { MemorySink, channelTo, fileOf, item, offered, pair } from '../_fakes/transfers-pair.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { MAX_NEW, Transfers } from './transfers.js';
import { MAX_OFFERS, MAX_SIZE, WINDOW } from './wire.js';

test('what is no offer is closed', async () => {
  const b = new Transfers({ open: () => null, clock: new VirtualClock() });
  const good = { id: 'k', name: 'n', size: 1 };
  const bad = [
    'garbage', '{}', 'null', '"file"', '{"file":null}', { ...good, id: '' }, { ...good, id: 'a b' }, { ...good, id: 7 },
    { ...good, size: -1 }, { ...good, size: 1.5 }, { ...good, size: '1' }, { ...good, size: 1e300 }, { ...good, name: 5 },
    { ...good, name: 'n'.repeat(5000) }, '{"from":0}', '{"end":"done"}',
  ];
  for (const head of bad) {
    const channel = channelTo(b, head);
    await settle(4);
    assert.equal(channel.readyState, 'closed', JSON.stringify(head).slice(0, 50));
  }
  assert.equal(channelTo(b, good, 'other').other?.readyState, 'closed');
  assert.equal(b.list.length, 0);
});

test('a peer has only so many offers open, and of no size', async () => {
  const b = new Transfers({ open: () => null, clock: new VirtualClock() });
  const big = channelTo(b, { id: 'big', name: 'n', size: MAX_SIZE + 1 });
  await settle(4);
  for (let i = 0; i < MAX_OFFERS; i++) channelTo(b, { id: `k${i}`, name: 'n', size: 1 });
  await settle(4);
  const over = channelTo(b, { id: 'over', name: 'n', size: 1 });
  await settle(4);
  assert.equal(b.list.length, MAX_OFFERS);
  assert.deepEqual(over.readyState, 'closed');
  assert.equal(big.readyState, 'closed');
});

test('a peer offers only so many files in a minute, however they end', async () => {
  const clock = new VirtualClock();
  const b = new Transfers({ open: () => null, clock });
  const offer = async (/** @type {string} */ id) => {
    const channel = channelTo(b, { id, name: 'n', size: 1 });
    await settle(4);
    const taken = channel.readyState === 'open';
    if (taken) channel.send(JSON.stringify({ end: 'cancelled' }));
    await settle(4);
    return taken;
  };
  for (let i = 0; i < MAX_NEW; i++) assert.equal(await offer(`k${i}`), true);
  assert.equal(await offer('over'), false);
  clock.pass(60_000);
  assert.equal(await offer('later'), true);
});

test('a stray word after the end does not undo it', async () => {
  const b = new Transfers({ open: () => null, clock: new VirtualClock(), sink: async () => new MemorySink() });
  const channel = channelTo(b, { id: 'k', name: 'n', size: 1 });
  await settle(4);
  await b.accept(item(b).id);
  channel.send(new ArrayBuffer(1));
  await settle(20);
  assert.equal(item(b).state, 'done');
  channel.send(JSON.stringify({ nonsense: true }));
  await settle(4);
  assert.equal(item(b).state, 'done');
});

test('a receiver that has begun to take a file cannot ask for it again', async () => {
  const sides = pair();
  const { a, b, channels, sink } = sides;
  sink.gate = new Promise(() => {});
  await b.accept(await offered(sides, fileOf(3 * WINDOW)));
  await settle(20);
  assert.equal(item(a).state, 'active');
  channels[0]?.other?.send(JSON.stringify({ wait: true }));
  await settle(20);
  assert.deepEqual([item(a).state, item(a).reason], ['failed', 'broken']);
});

test('bytes nobody asked for, or too many, end it', async () => {
  for (const [accepts, bytes] of /** @type {const} */ ([[false, 1], [true, 11], [true, 0]])) {
    const sink = new MemorySink();
    const b = new Transfers({ open: () => null, clock: new VirtualClock(), sink: async () => sink });
    const channel = channelTo(b, { id: 'k', name: 'n', size: 10 });
    await settle(4);
    if (accepts) await b.accept(item(b).id);
    channel.send(new ArrayBuffer(bytes));
    await settle();
    assert.deepEqual([item(b).state, item(b).reason, sink.closed], ['failed', 'broken', false]);
    assert.deepEqual(channel.heard.at(-1), { end: 'broken' });
  }
});

test('another file under a known name is no continuation', async () => {
  const b = new Transfers({ open: () => null, clock: new VirtualClock() });
  channelTo(b, { id: 'k', name: 'n', size: 10 });
  await settle(4);
  const again = channelTo(b, { id: 'k', name: 'n', size: 12 });
  await settle(4);
  assert.deepEqual([b.list.length, again.readyState], [1, 'closed']);
});

test('a receiver that tells nonsense ends it', async () => {
  for (const nonsense of [{ from: 11 }, { got: 5 }, 'x', { file: { id: 'k', name: 'n', size: 1 } }]) {
    /** @type {FakeDataChannel|undefined} */
    let far;
    const a = new Transfers({
      clock: new VirtualClock(),
      open: () => {
        const [here, there] = [new FakeDataChannel('file'), new FakeDataChannel('file')];
        far = there;
        here.join(there);
        return /** @type {any} */ (here);
      },
    });
    a.offer([fileOf(10)], ['b']);
    far?.send(typeof nonsense === 'string' ? nonsense : JSON.stringify(nonsense));
    await settle();
    assert.deepEqual([item(a).state, item(a).reason], ['failed', 'broken'], JSON.stringify(nonsense));
  }
});

test('a receiver that closes every channel is given up', async () => {
  const clock = new VirtualClock();
  let opened = 0;
  const a = new Transfers({
    clock,
    open: () => {
      opened++;
      const [here, there] = [new FakeDataChannel('file'), new FakeDataChannel('file')];
      here.join(there);
      queueMicrotask(() => here.end());
      return /** @type {any} */ (here);
    },
  });
  a.offer([fileOf(10)], ['b']);
  await clock.run(60_000);
  assert.deepEqual([item(a).state, opened, clock.timers], ['failed', 10, 0]);
});
