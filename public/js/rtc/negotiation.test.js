import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { settle } from '../_fakes/tasks.js';

test('either side may renegotiate', async () => {
  const pair = await connectedPair();
  for (const { pc, sent } of pair.ends) {
    const before = sent.length;
    pc.restartIce();
    await pair.run();
    assert.equal(sent[before], 'offer');
    pair.assertAgreed();
  }
});

test('glare: the impolite side ignores the offer, the polite side rolls back and answers', async () => {
  const pair = await connectedPair();
  const before = pair.ends.map(({ sent }) => sent.length);
  for (const { pc } of pair.ends) pc.restartIce();
  await settle();
  await pair.run();
  const [impolite, polite] = pair.ends.map(({ sent }, i) => sent.slice(before[i]).filter((type) => type !== 'candidate'));
  assert.deepEqual(impolite, ['offer']);
  assert.deepEqual(polite, ['offer', 'answer']);
  pair.assertAgreed();
});

test('candidates of an ignored offer may be unfit, those after the answer may not', async () => {
  const pair = await connectedPair();
  const { impolite, polite } = pair;
  for (const { pc } of pair.ends) pc.restartIce();
  await settle();
  while (pair.deliver(polite));
  while (pair.deliver(impolite));
  await settle();
  assert.deepEqual(impolite.faults, []);
  assert.equal(pair.deliver(polite)?.type, 'answer');
  await impolite.receive({ type: 'candidate', candidate: { candidate: 'x', usernameFragment: 'other' } });
  assert.deepEqual(impolite.faults, []);
});

test('glare while the own offer is still being made', async () => {
  for (const [first, second] of [[0, 1], [1, 0]]) {
    const pair = await connectedPair();
    pair.ends[first].pc.restartIce();
    await settle();
    pair.ends[second].pc.restartIce();
    while (pair.ends[second].pc.negotiations === (second === 0 ? 1 : 0)) await settle(1);
    assert.equal(pair.ends[second].outbox.length, 0);
    while (pair.deliver(pair.ends[first]));
    await pair.run();
    pair.assertAgreed();
  }
});

test('an offer right behind an answer is taken although the answer is still being set', async () => {
  const pair = await connectedPair();
  const { impolite, polite } = pair;
  impolite.pc.restartIce();
  await settle();
  while (pair.deliver(impolite));
  await settle();
  polite.pc.restartIce();
  await settle();
  assert.deepEqual(polite.outbox.map(({ type }) => type).filter((type) => type !== 'candidate'), ['answer', 'offer']);
  while (pair.deliver(polite));
  await pair.run();
  assert.equal(impolite.sent.at(-4), 'answer');
  pair.assertAgreed();
});

test('a collision is judged when the offer is applied, not when it comes', async () => {
  const pair = await connectedPair();
  const { impolite, polite } = pair;
  polite.pc.restartIce();
  await settle();
  const [offer] = polite.outbox.splice(0);
  impolite.receive({ type: 'candidate', candidate: impolite.pc.candidates[0] });
  impolite.receive(offer);
  impolite.pc.onnegotiationneeded({});
  await settle();
  assert.equal(impolite.pc.signalingState, 'have-local-offer');
  assert.deepEqual(impolite.faults, []);
  assert.equal(impolite.sent.filter((type) => type === 'answer').length, 0);
});

/** A small random generator (mulberry32), so that a failing order can be had again. @param {number} seed */
function random(seed) {
  return () => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('whatever order renegotiations and deliveries take, both sides agree in the end', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const pair = new LinkPair();
    for (let step = 0; step < 120; step++) {
      const end = pair.ends[next() < 0.5 ? 0 : 1];
      if (next() < 0.06 && pair.polite.pc.remoteDescription) end.pc.restartIce();
      else if (next() < 0.5) pair.deliver(end);
      else await settle(1);
    }
    await pair.run();
    assert.doesNotThrow(() => pair.assertAgreed(), `seed ${seed}`);
  }
});
