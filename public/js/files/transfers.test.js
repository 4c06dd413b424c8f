import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDataChannel } from '../_fakes/data-channel.js';
import { collect, settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { MAX_NEW, Transfers } from './transfers.js';
import { MAX_OFFERS, MAX_SIZE, WINDOW } from './wire.js';

/** A sink that keeps what it gets. */
class MemorySink {
  /** @type {Uint8Array[]} */
  parts = [];
  closed = false;
  aborted = false;
  /** @type {Promise<void>|null} what a write waits for */
  gate = null;
  /** @type {Error|null} */
  fault = null;

  /** @param {ArrayBuffer} bytes */
  async write(bytes) {
    await this.gate;
    if (this.fault) throw this.fault;
    this.parts.push(new Uint8Array(bytes));
  }

  async close() {
    this.closed = true;
  }

  async abort() {
    this.aborted = true;
  }

  get bytes() {
    return Buffer.concat(this.parts);
  }
}

/** Two people, `a` and `b`, with a link that can be cut. */
function pair() {
  const clock = new VirtualClock();
  const sink = new MemorySink();
  let up = true;
  /** @type {FakeDataChannel[]} */
  const channels = [];
  /** @type {Record<string, Transfers>} */
  const sides = {};
  /** @param {string} to @param {string} from */
  const open = (to, from) => (_peer = '', label = '') => {
    if (!up) return null;
    const [here, there] = [new FakeDataChannel(label), new FakeDataChannel(label)];
    channels.push(here);
    queueMicrotask(() => {
      here.join(there);
      sides[to]?.channel(from, /** @type {any} */ (there));
    });
    return /** @type {any} */ (here);
  };
  let keys = 0;
  const key = () => `key${++keys}`;
  const taken = async () => sink;
  sides.a = new Transfers({ open: open('b', 'a'), clock, sink: taken, key });
  sides.b = new Transfers({ open: open('a', 'b'), clock, sink: taken, key });
  return {
    a: sides.a, b: sides.b, clock, sink, channels,
    cut() {
      up = false;
      for (const channel of channels) {
        channel.other?.end();
        channel.end();
      }
    },
    async heal() {
      up = true;
      sides.a?.connected('b');
      sides.b?.connected('a');
      await settle();
    },
    /** The receiver's page is loaded anew. */
    reload() {
      sides.b = new Transfers({ open: open('a', 'b'), clock, sink: taken, key });
      return sides.b;
    },
  };
}

/** @param {number} size @param {string} [name] */
function fileOf(size, name = 'notes.bin') {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return new File([bytes], name);
}

/** @param {Transfers} transfers @param {number} [n] */
const item = (transfers, n = 0) => /** @type {import('./transfers.js').Item} */ (transfers.list[n]);

/** @param {{a: Transfers, b: Transfers, clock: VirtualClock}} sides @param {File} file */
async function offered({ a, b }, file) {
  a.offer([file], ['b']);
  await settle();
  assert.equal(item(b).state, 'offered');
  return item(b).id;
}

test('a file is offered, taken and comes whole', async () => {
  const sides = pair();
  const { a, b, sink } = sides;
  const offers = collect(b, 'offer');
  const file = fileOf(1_000_003);
  const id = await offered(sides, file);
  assert.equal(offers.length, 1);
  assert.deepEqual([item(b).name, item(b).size, item(b).peer, b.offers], ['notes.bin', 1_000_003, 'a', 1]);
  assert.equal(item(a).state, 'waiting');
  assert.equal(sink.parts.length, 0, 'nothing is written before the person has said so');
  await b.accept(id);
  await settle(200);
  assert.deepEqual([item(a).state, item(b).state, b.offers], ['done', 'done', 0]);
  assert.ok(sink.closed);
  assert.deepEqual(sink.bytes, Buffer.from(await file.arrayBuffer()));
});

test('an empty file comes whole', async () => {
  const sides = pair();
  const id = await offered(sides, fileOf(0));
  await sides.b.accept(id);
  await settle();
  assert.deepEqual([item(sides.a).state, item(sides.b).state, sides.sink.closed], ['done', 'done', true]);
});

test('of a slow receiver no more is under way than the window, and it goes on when it writes', async () => {
  const sides = pair();
  const { a, b, sink } = sides;
  let release = () => {};
  sink.gate = new Promise((resolve) => {
    release = resolve;
  });
  let sent = 0;
  const send = FakeDataChannel.prototype.send;
  const id = await offered(sides, fileOf(3 * WINDOW));
  const channel = /** @type {FakeDataChannel} */ (sides.channels[0]);
  channel.send = (data) => {
    if (data instanceof ArrayBuffer) sent += data.byteLength;
    send.call(channel, data);
  };
  await b.accept(id);
  await settle(300);
  assert.ok(sent >= WINDOW && sent <= WINDOW + 4 * 65_536, `${sent} bytes`);
  release();
  await settle(1000);
  assert.deepEqual([item(a).state, item(b).state, sink.bytes.length], ['done', 'done', 3 * WINDOW]);
});

test('a full channel gets nothing more until it says that it is low', async () => {
  const sides = pair();
  const id = await offered(sides, fileOf(2_000_000));
  const channel = /** @type {FakeDataChannel} */ (sides.channels[0]);
  channel.bufferedAmount = 2_000_000;
  await sides.b.accept(id);
  await settle();
  assert.equal(item(sides.b).done, 0);
  channel.bufferedAmount = 0;
  channel.onbufferedamountlow(new Event('bufferedamountlow'));
  await settle(200);
  assert.equal(item(sides.b).state, 'done');
});

test('a connection that takes only small messages gets small ones', async () => {
  const sides = pair();
  const id = await offered(sides, fileOf(300_000));
  const channel = /** @type {FakeDataChannel} */ (sides.channels[0]);
  const send = channel.send.bind(channel);
  channel.send = (data) => {
    if (data.byteLength > 16_384) throw new TypeError('too long');
    send(data);
  };
  await sides.b.accept(id);
  await settle(200);
  assert.equal(item(sides.b).state, 'done');
});

for (const cutAt of [1, 3, 7]) {
  test(`after the connection is cut at message ${cutAt} it goes on where it was`, async () => {
    const sides = pair();
    const { a, b, sink, clock } = sides;
    const file = fileOf(1_500_001);
    const id = await offered(sides, file);
    let count = 0;
    sides.channels[0]?.other?.addEventListener('message', (event) => {
      const { data } = /** @type {any} */ (event);
      if (data instanceof ArrayBuffer && count++ === cutAt) sides.cut();
    });
    await b.accept(id);
    await settle(100);
    await clock.run(500);
    assert.deepEqual([item(a).state, item(b).state], ['paused', 'paused']);
    const kept = item(b).done;
    await sides.heal();
    await settle(200);
    assert.deepEqual([item(a).state, item(b).state], ['done', 'done']);
    assert.ok(kept > 0, 'what came is kept');
    assert.deepEqual(sink.bytes, Buffer.from(await file.arrayBuffer()));
  });
}

test('an offer outlives a cut, and one made without a connection is made when there is one', async () => {
  const sides = pair();
  const { a, b, clock } = sides;
  sides.cut();
  a.offer([fileOf(5)], ['b']);
  await settle();
  assert.deepEqual([item(a).state, b.list.length], ['paused', 0]);
  await sides.heal();
  assert.deepEqual([item(a).state, item(b).state], ['waiting', 'offered']);
  sides.cut();
  await clock.run(500);
  await sides.heal();
  assert.deepEqual([b.list.length, item(b).state, item(a).state], [1, 'offered', 'waiting']);
  await b.accept(item(b).id);
  await settle();
  assert.equal(item(a).state, 'done');
});

test('a lost confirmation is given again', async () => {
  const sides = pair();
  const { a, b, clock } = sides;
  const id = await offered(sides, fileOf(1000));
  sides.sink.close = async () => sides.cut();
  await b.accept(id);
  await settle();
  assert.deepEqual([item(b).state, item(a).state === 'done'], ['done', false]);
  await clock.run(500);
  await sides.heal();
  assert.deepEqual([item(a).state, item(a).done], ['done', 1000]);
});

test('either side can cancel, also without a connection', async () => {
  for (const [who, cut] of /** @type {const} */ ([['a', false], ['b', false], ['a', true], ['b', true]])) {
    const sides = pair();
    const { a, b, sink, clock } = sides;
    const id = await offered(sides, fileOf(3 * WINDOW));
    sink.gate = new Promise(() => {});
    b.accept(id);
    await settle();
    if (cut) {
      sides.cut();
      await clock.run(500);
    }
    sides[who].cancel(item(sides[who]).id);
    sink.gate = null;
    if (cut) await sides.heal();
    await settle();
    const other = who === 'a' ? b : a;
    assert.deepEqual([item(sides[who]).state, item(sides[who]).reason], ['cancelled', 'you']);
    assert.deepEqual([item(other).state, item(other).reason], ['cancelled', 'they'], `${who} cancels, cut: ${cut}`);
    assert.equal(sink.closed, false);
  }
});

test('what was written of a cancelled file is thrown away', async () => {
  const sides = pair();
  const id = await offered(sides, fileOf(2 * WINDOW));
  sides.b.accept(id);
  await settle(3);
  sides.a.cancel(item(sides.a).id);
  await settle();
  assert.deepEqual([item(sides.b).state, sides.sink.aborted, sides.sink.closed], ['cancelled', true, false]);
});

test('a declined file can be offered again', async () => {
  const sides = pair();
  const { a, b } = sides;
  b.decline(await offered(sides, fileOf(10)));
  await settle();
  assert.deepEqual([item(a).state, item(a).reason, item(b).state], ['declined', 'they', 'declined']);
  a.retry(item(a).id);
  await settle();
  assert.deepEqual([a.list.length, item(a).state, item(b, 1).state], [1, 'waiting', 'offered']);
});

test('whoever closes the dialog that asks where to save may think again', async () => {
  /** @type {any} */
  let answer = null;
  const asked = new Transfers({ open: () => null, clock: new VirtualClock(), sink: async () => answer });
  const channel = channelTo(asked, { id: 'x', name: 'n', size: 0 });
  await settle();
  await asked.accept(item(asked).id);
  assert.equal(item(asked).state, 'offered');
  answer = new MemorySink();
  await asked.accept(item(asked).id);
  await settle();
  assert.equal(item(asked).state, 'done');
  assert.deepEqual(channel.heard.at(-1), { end: 'done' });
});

test('a place that cannot be had says why, and the offer stays', async () => {
  const clock = new VirtualClock();
  const sink = async () => Promise.reject(Object.assign(new Error('no'), { reason: 'too-big-here' }));
  const b = new Transfers({ open: () => null, clock, sink });
  channelTo(b, { id: 'x', name: 'n', size: 5 });
  await settle();
  await b.accept(item(b).id);
  assert.deepEqual([item(b).state, item(b).reason], ['offered', 'too-big-here']);
});

test('a full disk ends it on both sides', async () => {
  const sides = pair();
  sides.sink.fault = new DOMException('full', 'QuotaExceededError');
  await sides.b.accept(await offered(sides, fileOf(100)));
  await settle();
  assert.deepEqual([item(sides.a).state, item(sides.a).reason], ['failed', 'no-space']);
  assert.deepEqual([item(sides.b).state, item(sides.b).reason], ['failed', 'no-space']);
});

test('a file that cannot be read any more ends it on both sides', async () => {
  const sides = pair();
  const file = fileOf(100);
  const fault = new DOMException('gone', 'NotReadableError');
  file.slice = () => /** @type {any} */ ({ arrayBuffer: () => Promise.reject(fault) });
  await sides.b.accept(await offered(sides, file));
  await settle();
  assert.deepEqual([item(sides.a).reason, item(sides.b).reason, sides.sink.aborted], ['unreadable', 'unreadable', true]);
});

test('whoever leaves takes their transfers along', async () => {
  const sides = pair();
  const { a, b } = sides;
  await offered(sides, fileOf(100));
  a.gone('b');
  b.gone('a');
  assert.deepEqual([item(a).state, item(a).reason, item(b).state, item(b).reason], ['failed', 'left', 'failed', 'left']);
  assert.equal(b.offers, 0);
});

test('a receiver whose page was loaded anew is asked again', async () => {
  const sides = pair();
  const id = await offered(sides, fileOf(3 * WINDOW));
  sides.sink.gate = new Promise(() => {});
  sides.b.accept(id);
  await settle();
  sides.cut();
  const b = sides.reload();
  await sides.heal();
  assert.deepEqual([item(b).state, item(sides.a).state, item(sides.a).done], ['offered', 'waiting', 0]);
});

test('a sender that is back without the file is not waited for', async () => {
  const sides = pair();
  await offered(sides, fileOf(10));
  sides.cut();
  sides.b.connected('a');
  const clock = sides.clock;
  sides.a.cancel(item(sides.a).id);
  await clock.run(16_000);
  assert.deepEqual([item(sides.b).state, item(sides.b).reason], ['failed', 'gone']);
});

test('a file to several is one group, and each may answer otherwise', () => {
  const { a } = pair();
  a.offer([fileOf(1)], ['b', 'c', 'd']);
  assert.deepEqual(a.list.map(({ peer }) => peer), ['b', 'c', 'd']);
  assert.equal(new Set(a.list.map(({ group }) => group)).size, 1);
  assert.equal(new Set(a.list.map(({ id }) => id)).size, 3);
});

test('more than the largest file, or too many, are not offered', () => {
  const { a } = pair();
  const huge = Object.defineProperty(fileOf(1, 'huge.bin'), 'size', { value: MAX_SIZE + 1 });
  const just = Object.defineProperty(fileOf(1, 'just.bin'), 'size', { value: MAX_SIZE });
  assert.deepEqual(a.offer([huge, just], ['b']), [{ name: 'huge.bin', reason: 'too-big' }]);
  const many = Array.from({ length: MAX_OFFERS + 3 }, () => fileOf(1));
  assert.equal(a.offer(many, ['c']).length, 3);
  assert.deepEqual(a.offer([fileOf(1)], ['c', 'd']), [], 'who answers nothing stops no offer to others');
  assert.equal(a.list.filter(({ peer }) => peer === 'd').length, 1);
});

/**
 * A channel by which a hostile or foreign page offers something.
 * @param {Transfers} to @param {any} head @param {string} [label]
 */
function channelTo(to, head, label = 'file') {
  const [here, there] = [new FakeDataChannel(label), new FakeDataChannel(label)];
  /** @type {any[]} */
  const heard = [];
  here.onmessage = (/** @type {any} */ { data }) => heard.push(JSON.parse(data));
  here.join(there);
  to.channel('m', /** @type {any} */ (there));
  if (here.readyState === 'open') here.send(typeof head === 'string' ? head : JSON.stringify({ file: head }));
  return Object.assign(here, { heard });
}

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

test('what has ended is forgotten in the end, and can be taken off the list', async () => {
  const sides = pair();
  const { a } = sides;
  for (let i = 0; i < 60; i++) {
    a.offer([fileOf(1)], [`p${i}`]);
    a.gone(`p${i}`);
  }
  assert.equal(a.list.length, 50);
  a.remove(item(a).id);
  assert.equal(a.list.length, 49);
});

test('the rate is told while bytes flow', async () => {
  const sides = pair();
  const { a, b, clock, sink } = sides;
  const id = await offered(sides, fileOf(3 * WINDOW));
  const write = sink.write.bind(sink);
  sink.write = async (bytes) => {
    if (item(b).done >= WINDOW) sink.gate = new Promise(() => {});
    await write(bytes);
  };
  b.accept(id);
  await settle(200);
  await clock.run(500);
  const { done } = item(b);
  assert.ok(done >= WINDOW && done < 3 * WINDOW);
  assert.equal(item(b).rate, done * 2);
  assert.ok(item(a).rate > 0);
});
