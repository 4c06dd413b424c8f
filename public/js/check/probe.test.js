import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import test from 'node:test';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { ProbeError, within } from './probe.js';

function make() {
  const clock = new VirtualClock();
  const run = new AbortController();
  const limits = { clock, signal: run.signal, late: () => new ProbeError('late') };
  const left = () => [clock.timers, getEventListeners(run.signal, 'abort').length];
  return { clock, run, limits, left };
}

/** @type {Promise<never>} */
const never = new Promise(() => {});

test('work that ends in time leaves nothing behind, and its signal ends with it', async () => {
  const { limits, left } = make();
  /** @type {AbortSignal[]} */
  const given = [];
  const work = async (/** @type {AbortSignal} */ signal) => given.push(signal);
  assert.equal(await within(1000, limits, work), 1);
  assert.deepEqual([given[0].aborted, left()], [true, [0, 0]]);
});

test('work that takes too long, or is cancelled, is given up', async () => {
  const late = make();
  const waiting = within(1000, late.limits, () => never);
  late.clock.pass(1000);
  await assert.rejects(waiting, { code: 'late' });
  assert.deepEqual(late.left(), [0, 0]);

  const cancelled = make();
  const ending = within(1000, cancelled.limits, () => never);
  cancelled.run.abort(new Error('enough'));
  await assert.rejects(ending, { message: 'enough' });
  assert.deepEqual(cancelled.left(), [0, 0]);
  await assert.rejects(within(1000, cancelled.limits, async () => assert.fail('begun')), { message: 'enough' });
});
