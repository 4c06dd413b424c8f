import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { settle } from '../_fakes/tasks.js';
import { MAX_EARLY_CANDIDATES } from './early-candidates.js';

/** @param {{candidates: any[]}} pc */
const names = (pc) => pc.candidates.map((candidate) => candidate?.candidate ?? null);

test('candidates go out after their description, the null at the end too', async () => {
  const pair = await connectedPair();
  for (const { sent, pc } of pair.ends) {
    assert.deepEqual(sent.slice(1), ['candidate', 'candidate', 'candidate']);
    assert.deepEqual(names(pc), ['candidate:1', 'candidate:2', null]);
  }
});

test('candidates that overtake their description wait for it, in order', async () => {
  const pair = new LinkPair();
  await settle();
  const { outbox } = pair.impolite;
  assert.deepEqual(outbox.map(({ type }) => type), ['offer', 'candidate', 'candidate', 'candidate']);
  outbox.push(/** @type {any} */ (outbox.shift()));
  for (let i = 0; i < 3; i++) pair.deliver(pair.impolite);
  await settle();
  assert.deepEqual(pair.polite.pc.candidates, []);
  await pair.run();
  pair.assertAgreed();
  assert.deepEqual(names(pair.polite.pc), ['candidate:1', 'candidate:2', null]);
});

test('candidates stay in order, however long after the description the last ones come', async () => {
  for (let tasks = 0; tasks < 12; tasks++) {
    const pair = new LinkPair();
    await settle();
    const [offer, ...candidates] = pair.impolite.outbox.splice(0);
    pair.impolite.outbox.push(candidates[0], offer, ...candidates.slice(1));
    pair.deliver(pair.impolite);
    pair.deliver(pair.impolite);
    await settle(tasks);
    pair.deliver(pair.impolite);
    pair.deliver(pair.impolite);
    await pair.run();
    assert.deepEqual(names(pair.polite.pc), ['candidate:1', 'candidate:2', null], `after ${tasks} tasks`);
    pair.assertAgreed();
  }
});

test('candidates right behind a description wait until it is set', async () => {
  const pair = new LinkPair();
  await settle();
  while (pair.deliver(pair.impolite));
  await settle();
  assert.equal(pair.polite.pc.candidates.length, 3);
  while (pair.deliver(pair.polite));
  await settle();
  pair.assertAgreed();
});

test('so many early candidates are kept, and no more', async () => {
  const pair = new LinkPair();
  const { link, pc, faults } = pair.polite;
  await settle();
  const { usernameFragment } = JSON.parse(JSON.stringify(pair.impolite.outbox[1])).candidate;
  for (let i = 0; i < MAX_EARLY_CANDIDATES + 20; i++) {
    await link.receive({ type: 'candidate', candidate: { candidate: `early:${i}`, usernameFragment } });
  }
  assert.deepEqual(faults.map(({ name }) => name), Array(20).fill('RangeError'));
  pair.deliver(pair.impolite);
  await settle(200);
  assert.equal(pc.candidates.length, MAX_EARLY_CANDIDATES);
});

test('candidates of a connection that was dropped do no harm', async () => {
  const [old, pair] = [await connectedPair(), new LinkPair()];
  await pair.polite.receive({ type: 'candidate', candidate: old.polite.pc.candidates[0] });
  await pair.polite.receive({ type: 'candidate', candidate: null });
  await pair.run();
  await pair.polite.receive({ type: 'candidate', candidate: old.polite.pc.candidates[0] });
  assert.deepEqual(names(pair.polite.pc), ['candidate:1', 'candidate:2', null]);
  pair.assertAgreed();
});
