import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../_fakes/tasks.js';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { PATIENCE_MS, connected } from './connected.js';

/** A call with others whose connections are in these states. @param {string[]} states */
function start(states) {
  const clock = new VirtualClock();
  const call = Object.assign(new EventTarget(), {
    phase: 'in', remote: new Map(states.map((state, i) => [`p${i}`, { state }])),
  });
  let done = false;
  connected(/** @type {any} */ (call), clock).then(() => { done = true; });
  const change = async () => {
    call.dispatchEvent(new Event('change'));
    await settle();
    return done;
  };
  return { clock, call, change };
}

test('nobody is waited for where there is nobody', async () => {
  assert.equal(await start([]).change(), true);
});

test('all first connections are waited for, whether they are made or fail', async () => {
  const { call, change } = start(['connecting', 'connecting']);
  call.remote.set('p0', { state: 'connected' });
  assert.equal(await change(), false);
  call.remote.set('p1', { state: 'failed' });
  assert.equal(await change(), true);
});

test('nothing is waited for long, nor once the call has ended', async () => {
  const slow = start(['connecting']);
  slow.clock.pass(PATIENCE_MS - 1);
  assert.equal(await slow.change(), false);
  slow.clock.pass(1);
  assert.equal(await slow.change(), true);
  const ended = start(['connecting']);
  ended.call.phase = 'ended';
  assert.equal(await ended.change(), true);
});
