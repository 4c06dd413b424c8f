import assert from 'node:assert/strict';
import test from 'node:test';
import { connectedMeshes, participant } from '../_fakes/mesh-pair.js';
import { PICTURES_AFTER_MS, PICTURES_GOOD_MS } from './pictures.js';

/** @param {import('../_fakes/mesh-pair.js').MeshPair} pair */
const healing = (pair) => pair.ends.map((end) => pair.remote(end).healing);
/** @param {import('../_fakes/mesh-pair.js').MeshPair} pair */
const states = (pair) => pair.ends.map((end) => pair.remote(end).state);

test('whoever is back from being away gets pictures at once', async () => {
  const pair = await connectedMeshes();
  for (const end of pair.ends) end.setCut(true);
  while (!pair.remote(pair.a).audioOnly) await pair.run(1_000);
  assert.equal(pair.remote(pair.a).healing, 'audio-only');
  pair.a.mesh.update(participant('b', { away: true }));
  for (const end of pair.ends) end.setCut(false);
  pair.a.mesh.update(participant('b'));
  await pair.run(1_000);
  pair.assertAgreed();
  assert.ok(pair.ends.every((end) => !pair.remote(end).audioOnly));
});

test('audio only that one side wanted ends on both soon when all is well', async () => {
  for (const which of [0, 1]) {
    const pair = await connectedMeshes();
    for (const end of pair.ends) end.setCut(true);
    while (!pair.remote(pair.ends[which]).audioOnly) await pair.run(100);
    for (const end of pair.ends) end.setCut(false);
    await pair.run(PICTURES_AFTER_MS[0] + 6_000);
    pair.assertAgreed();
    assert.ok(pair.ends.every((end) => !pair.remote(end).audioOnly));
  }
});

test('audio only at last; pictures are tried again later, three times, and again with the camera', async () => {
  const pair = await connectedMeshes();
  pair.b.flows = [true, false, true];
  while (!pair.remote(pair.a).audioOnly) await pair.run(1_000);
  assert.ok(pair.remote(pair.a).audioOnly && pair.remote(pair.b).audioOnly);
  assert.deepEqual(states(pair), ['connected', 'connected']);
  const made = pair.b.connections.length;
  const tried = [];
  for (let seconds = 0; seconds < 300; seconds++) {
    const without = pair.remote(pair.b).audioOnly;
    await pair.run(1_000);
    if (without && !pair.remote(pair.b).audioOnly) tried.push(seconds);
  }
  assert.deepEqual(healing(pair), ['', '']);
  assert.equal(tried.length, PICTURES_AFTER_MS.length);
  assert.ok(tried[1] - tried[0] >= 30 && tried[1] - tried[0] < 50 && tried[2] - tried[1] >= 60, tried.join());
  const { negotiations } = pair.b.pc;
  await pair.run(600_000);
  assert.deepEqual([pair.b.connections.length, pair.b.pc.negotiations], [made, negotiations]);
  pair.b.flows = [true, true, true];
  pair.b.mesh.update(participant('a', { camera: false }));
  pair.b.mesh.update(participant('a', { camera: true }));
  await pair.run(60_000);
  assert.ok(!pair.remote(pair.a).audioOnly && !pair.remote(pair.b).audioOnly);
});

test('pictures that came again for long enough are tried as soon the next time', async () => {
  const pair = await connectedMeshes();
  for (let time = 0; time < PICTURES_AFTER_MS.length + 1; time++) {
    for (const end of pair.ends) end.setCut(true);
    while (!pair.remote(pair.a).audioOnly) await pair.run(100);
    for (const end of pair.ends) end.setCut(false);
    await pair.run(PICTURES_AFTER_MS[0] + 6_000);
    assert.ok(pair.ends.every((end) => !pair.remote(end).audioOnly), `time ${time}`);
    await pair.run(PICTURES_GOOD_MS);
  }
});

test('a new address is a reason to try pictures again', async () => {
  const pair = await connectedMeshes();
  pair.b.flows = [true, false, true];
  await pair.run(600_000);
  assert.ok(pair.remote(pair.b).audioOnly);
  pair.b.flows = [true, true, true];
  pair.b.mesh.networkChanged();
  await pair.run(PICTURES_AFTER_MS[0] + 1_000);
  pair.assertAgreed();
  assert.ok(!pair.remote(pair.b).audioOnly);
});
