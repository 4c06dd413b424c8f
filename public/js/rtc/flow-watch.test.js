import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { FlowWatch, READ_MS } from './flow-watch.js';

/** A link that answers when the test says so. */
class SlowLink {
  /** @type {((reading: any) => void)[]} */
  asked = [];

  read() {
    return new Promise((resolve) => this.asked.push(resolve));
  }
}

function make() {
  const clock = new VirtualClock();
  /** @type {string[]} */
  const flows = [];
  const watch = new FlowWatch({ clock, expected: () => ['audio'], judged: (flow) => flows.push(flow) });
  return { clock, flows, watch };
}

test('a reading of a link that is no longer watched is none', async () => {
  const { clock, flows, watch } = make();
  /** @type {any[]} */
  const [old, fresh] = [new SlowLink(), new SlowLink()];
  watch.watch(old);
  clock.pass(READ_MS);
  watch.watch(fresh);
  old.asked[0]({ at: 0, audio: 5, camera: 0 });
  await settle();
  assert.equal(flows.length, 0);
  assert.equal(clock.timers, 1);
  watch.watch(null);
  assert.equal(clock.timers, 0);
});

test('one reading is asked for at a time, and one that fails is none', async () => {
  const { clock, flows, watch } = make();
  /** @type {any} */
  const link = new SlowLink();
  watch.watch(link);
  clock.pass(10 * READ_MS);
  assert.equal(link.asked.length, 1);
  link.asked[0](Promise.reject(new Error('closed')));
  await settle();
  clock.pass(READ_MS);
  link.asked[1]({ at: 0, audio: 5, camera: 0 });
  await settle();
  assert.deepEqual(flows, ['unknown']);
});
