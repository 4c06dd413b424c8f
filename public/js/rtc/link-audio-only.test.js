import assert from 'node:assert/strict';
import test from 'node:test';
import { LinkPair, connectedPair } from '../_fakes/link-pair.js';
import { collect } from '../_fakes/tasks.js';

test('audio only: pictures go neither way, both sides say so, and they come back', async () => {
  for (const end of [0, 1]) {
    const pair = await connectedPair();
    const own = pair.ends[end];
    const states = pair.ends.map(({ link }) => collect(link, 'state'));
    own.link.setAudioOnly(true);
    assert.ok(own.link.audioOnly);
    await pair.run();
    for (const { pc, link } of pair.ends) {
      assert.deepEqual(pc.getTransceivers().map(({ currentDirection }) => currentDirection), [
        'sendrecv', 'inactive', 'inactive', 'sendrecv',
      ]);
      assert.ok(link.audioOnly && link.settled);
    }
    for (const { pc } of pair.ends) {
      pc.restartIce();
      await pair.run();
      assert.equal(pc.getTransceivers()[1].currentDirection, 'inactive');
    }
    own.link.setAudioOnly(false);
    await pair.run();
    assert.ok(pair.ends.every(({ link }) => !link.audioOnly));
    assert.deepEqual(states.map(({ length }) => length), [2, 2]);
    pair.assertAgreed();
  }
});

test('audio only from the start', async () => {
  const pair = new LinkPair({ audioOnly: true });
  await pair.run();
  for (const { pc } of pair.ends) {
    assert.deepEqual(pc.getTransceivers().map(({ direction }) => direction), [
      'sendrecv', 'inactive', 'inactive', 'sendrecv',
    ]);
  }
});
