import assert from 'node:assert/strict';
import test from 'node:test';
import { MeshPair, connectedMeshes } from '../_fakes/mesh-pair.js';
import { random } from '../_fakes/random.js';
import { settle } from '../_fakes/tasks.js';
import { CONNECT_PATIENCE_MS } from './link.js';

/** Time in which everything has healed whose signals go through. */
const HEALED_MS = 120_000;

/**
 * Signals on their way are lost.
 * @param {MeshPair} pair
 * @param {import('../_fakes/mesh-pair.js').MeshEnd} end that knows of it
 * @param {boolean} both whether the other does too
 */
function lose(pair, end, both) {
  for (const { outbox } of pair.ends) outbox.length = 0;
  for (const one of both ? pair.ends : [end]) one.mesh.reconcile([one.self, pair.other(one).self]);
}

/** @param {MeshPair} pair @param {() => number} next @param {string} [what] what may happen, all unless told */
async function step(pair, next, what = 'restart cut lose time signaling away') {
  const may = (/** @type {string} */ name, /** @type {number} */ chance) => what.includes(name) && next() < chance;
  const end = pair.ends[next() < 0.5 ? 0 : 1];
  if (may('restart', 0.05)) end.mesh.networkChanged();
  else if (may('cut', 0.03)) end.setCut(!end.cut);
  else if (may('lose', 0.02)) lose(pair, end, next() < 0.5);
  else if (may('signaling', 0.03)) end.mesh.setSignaling(next() < 0.5);
  else if (may('away', 0.02)) end.setAway(!end.away);
  else if (may('time', 0.1)) pair.clock.pass(next() * 8000);
  else if (next() < 0.5) pair.deliver(end);
  else await settle(1 + Math.floor(next() * 4));
}

/** @param {MeshPair} pair */
async function calm(pair) {
  for (const end of pair.ends) end.setAway(false);
  await pair.run(HEALED_MS);
  for (const { mesh } of pair.ends) mesh.networkChanged();
  await pair.run(HEALED_MS);
}

test('both sides restart ICE at once, again and again', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed);
    const pair = await connectedMeshes();
    for (let round = 0; round < 200; round++) await step(pair, next, 'restart');
    await pair.exchange();
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
    assert.deepEqual(pair.ends.map(({ connections }) => connections.length), [1, 1]);
  }
});

test('whatever is cut, delayed, lost or begun anew, both sides agree in the end', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const next = random(seed);
    const pair = new MeshPair();
    pair.meet();
    for (let i = 0; i < 200; i++) await step(pair, next);
    await calm(pair);
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
    for (const { mesh } of pair.ends) mesh.close();
    assert.equal(pair.clock.timers, 0);
  }
});

test('whoever could not be reached for long while the other tried everything is back soon', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const pair = await connectedMeshes();
    for (let i = 0; i < next() * 20; i++) await step(pair, next, 'restart');
    const end = pair.ends[next() < 0.5 ? 0 : 1];
    end.setAway(true);
    await pair.run(next() * 200_000);
    end.setAway(false);
    for (let i = 0; i < next() * 60; i++) {
      for (let burst = next() * 40; burst > 0; burst--) pair.deliver(pair.other(end));
      await step(pair, next, '');
    }
    await pair.run(10_000);
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
    assert.ok(pair.ends.every((one) => !pair.remote(one).audioOnly), `seed ${seed}`);
  }
});

/** Both sides of a lost connection begin a new one, at once if their politeness is the same. */
async function beginning() {
  const pair = await connectedMeshes();
  pair.a.setCut(true);
  while (pair.ends.some(({ connections }) => connections.length < 2)) {
    await pair.clock.run(500);
    for (const end of pair.ends) end.outbox.length = Math.min(end.outbox.length, 0);
  }
  pair.a.setCut(false);
  return pair;
}

test('both sides begin anew with no word of the other', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = random(seed);
    const pair = await beginning();
    for (let i = 0; i < 60; i++) await step(pair, next, '');
    await pair.run(HEALED_MS);
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
  }
});

test('signals lost in the middle of a negotiation are made up for, whoever knows of it', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const pair = await connectedMeshes();
    for (const { mesh } of pair.ends) if (next() < 0.7) mesh.networkChanged();
    for (let i = 0; i < next() * 30; i++) await step(pair, next, '');
    lose(pair, pair.ends[next() < 0.5 ? 0 : 1], next() < 0.5);
    await pair.run(25_000);
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
  }
});

test('a first connection whose signals are lost comes about', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const pair = new MeshPair();
    pair.meet();
    for (let i = 0; i < next() * 40; i++) await step(pair, next, '');
    lose(pair, pair.ends[next() < 0.5 ? 0 : 1], next() < 0.5);
    await pair.run(CONNECT_PATIENCE_MS + 20_000);
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
  }
});
