import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDataChannel } from '../_fakes/data-channel.js';
import { collect, settle } from '../_fakes/tasks.js';
import { MemorySink, channelTo, fileOf, item, offered, pair } from '../_fakes/transfers-pair.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { Transfers } from './transfers.js';
import { MAX_OFFERS, MAX_SIZE, WINDOW } from './wire.js';

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
