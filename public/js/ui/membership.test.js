import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecent, MembershipLock, PATIENCE_MS, readMembership } from './membership.js';

/** Exclusive locks of one browser, as far as they are used here. */
class FakeLocks {
  /** @type {Map<string, Promise<unknown>>} */
  held = new Map();

  /** @param {string} name @param {{signal: AbortSignal}} options @param {() => Promise<unknown>} callback */
  async request(name, { signal }, callback) {
    while (this.held.has(name)) {
      await Promise.race([
        this.held.get(name),
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]);
    }
    const holding = callback();
    this.held.set(name, holding);
    await holding;
    this.held.delete(name);
  }
}

/** @param {import('node:test').TestContext} context */
function start(context) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const locks = new FakeLocks();
  return { locks, make: () => new MembershipLock({ locks: /** @type {any} */ (locks) }) };
}

test('a duplicated tab does not get the place of the one it was made from', async (context) => {
  const { make } = start(context);
  const [tab, duplicate] = [make(), make()];
  assert.equal(await tab.take('tea', 'a'), true);
  assert.equal(await tab.take('tea', 'a'), true);
  const taking = duplicate.take('Tea', 'a');
  context.mock.timers.tick(PATIENCE_MS);
  assert.equal(await taking, false);
  assert.equal(await duplicate.take('tea', 'b'), true);
});

test('a page that is loaded anew waits until the one before has let go', async (context) => {
  const { make } = start(context);
  const [before, after] = [make(), make()];
  await before.take('tea', 'a');
  const taking = after.take('tea', 'a');
  context.mock.timers.tick(PATIENCE_MS - 1);
  before.release();
  assert.equal(await taking, true);
});

test('what is no longer held is let go', async (context) => {
  const { make, locks } = start(context);
  const tab = make();
  await tab.take('tea', 'a');
  await tab.take('tea', 'b');
  assert.deepEqual([...locks.held.keys()], ['moim.tea.b']);
  tab.release();
  await tab.take('tea', 'c');
  assert.deepEqual([...locks.held.keys()], ['moim.tea.c']);
});

test('without locks the token may be used', async () => {
  assert.equal(await new MembershipLock({ locks: null }).take('tea', 'a'), true);
});

test('what was remembered is read with care', () => {
  const membership = { token: 't', you: 'a' };
  assert.deepEqual(readMembership(JSON.stringify(membership)), membership);
  for (const bad of [null, '', '{', 'null', '{"token":1,"you":"a"}', '{"token":"","you":"a"}']) {
    assert.equal(readMembership(bad), null);
  }
});

test('a membership is recent until five minutes after its page was left, as far as that is known', () => {
  const kept = (/** @type {any} */ more) => /** @type {any} */ (readMembership(JSON.stringify({ token: 't', you: 'm', ...more })));
  const now = 1_000_000;
  assert.deepEqual(
    [{}, { left: 'x' }, { left: now - 299_000 }, { left: now - 301_000 }].map((more) => isRecent(kept(more), now)),
    [true, true, true, false],
  );
});
