import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { collect, settle } from '../_fakes/tasks.js';

test('an offer of another connection is for another link', async () => {
  const [pair, other] = [await connectedPair(), new LinkPair()];
  await settle();
  const [offer] = other.impolite.outbox;
  for (const { link, pc } of pair.ends) {
    assert.equal(await link.receive(offer), 'replaced');
    assert.equal(pc.signalingState, 'stable');
  }
  pair.assertAgreed();
});

test('an answer of another connection is too', async () => {
  const [pair, other] = [await connectedPair(), new LinkPair()];
  await other.run();
  pair.polite.link.restartIce();
  await settle();
  const sdp = other.polite.pc.localDescription?.sdp ?? '';
  assert.equal(await pair.polite.link.receive({ type: 'answer', sdp }), 'replaced');
  await pair.run();
  pair.assertAgreed();
});

test('of two that begin, the impolite one ignores the other, and the polite one is replaced', async () => {
  const [impolite, polite] = [new LinkPair().impolite, new LinkPair({ begin: true }).polite];
  await settle();
  const ignored = collect(impolite.link, 'ignored');
  assert.equal(await impolite.link.receive(polite.outbox[0]), undefined);
  assert.equal(await impolite.link.receive(polite.outbox[1]), undefined);
  assert.equal(ignored.length, 1);
  assert.equal(impolite.pc.signalingState, 'have-local-offer');
  assert.equal(await polite.link.receive(impolite.outbox[0]), 'replaced');
});

test('so it is before the own offer is made', async () => {
  const { sdp = '' } = (await connectedPair()).impolite.pc.localDescription ?? {};
  const offer = { type: /** @type {const} */ ('offer'), sdp };
  const impolite = new LinkPair().impolite;
  const polite = new LinkPair({ begin: true }).polite;
  assert.equal(await impolite.link.receive(offer), undefined);
  assert.equal(await polite.link.receive(offer), 'replaced');
  await settle();
  for (const { pc } of [impolite, polite]) {
    assert.deepEqual([pc.signalingState, pc.getTransceivers().length], ['have-local-offer', 4]);
  }
});

test('a first offer is not answered by a connection that was dropped before', async () => {
  const old = await connectedPair();
  const pair = new LinkPair({ begin: true, former: new Set([old.polite.link.fingerprint]) });
  const { link, pc, faults } = pair.polite;
  await settle();
  const { sdp = '' } = old.impolite.pc.localDescription ?? {};
  for (const type of /** @type {('offer'|'answer')[]} */ (['answer', 'offer'])) {
    assert.equal(await link.receive({ type, sdp }), undefined);
  }
  await link.receive({ type: 'candidate', candidate: old.polite.pc.candidates[0] });
  await link.receive({ type: 'candidate', candidate: null });
  assert.equal(pc.signalingState, 'have-local-offer');
  assert.deepEqual(faults, []);
});
