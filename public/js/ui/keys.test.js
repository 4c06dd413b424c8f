import assert from 'node:assert/strict';
import test from 'node:test';
import { installPage } from '../_fakes/page.js';
import { bearerOf } from '../rights.js';
import { hostLink, keepKeys, takeKeys } from './address-keys.js';
import { hostKeyFor } from './host-key.js';
import { preferences } from './preferences.js';

function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  };
}

/**
 * A page at an address, with a server that gives this answer to whoever makes a room.
 * @param {import('node:test').TestContext} t
 * @param {string} [address]
 * @param {{ok: boolean, body: any}} [answer]
 */
function make(t, address = 'https://moim.test/r/tea', { ok, body } = { ok: true, body: { room: {}, hostKey: 'made' } }) {
  const shown = /** @type {string[]} */ ([]);
  const asked = /** @type {any[]} */ ([]);
  installPage(t, {
    localStorage: storage(), sessionStorage: storage(), location: new URL(address),
    history: { state: 7, replaceState: (/** @type {any} */ ...args) => shown.push(args.join(' ')) },
    fetch: async (/** @type {string} */ path, /** @type {any} */ { body: text }) => {
      asked.push([path, JSON.parse(text)]);
      return { ok, json: async () => body };
    },
  });
  return { shown, asked };
}

test('keys go out of the address into the memory of that room', (t) => {
  const { shown } = make(t, 'https://moim.test/r/Tea?a=b#host=h-K_1&token=a.b.c');
  takeKeys();
  assert.deepEqual(shown, ['7  /r/Tea?a=b']);
  assert.deepEqual([preferences.hostKey('tea'), preferences.token('TEA'), preferences.token('garden')], ['h-K_1', 'a.b.c', undefined]);
});

test('an address without keys stays as it is', (t) => {
  for (const address of ['https://moim.test/r/tea', 'https://moim.test/r/tea#top', 'https://moim.test/#']) {
    const { shown } = make(t, address);
    takeKeys();
    assert.deepEqual(shown, []);
  }
  assert.equal(keepKeys(new URL('https://moim.test/#host=x')), true);
});

test('a key that came with a link is kept only if it made one host; it does not take the place of a good one', (t) => {
  make(t);
  preferences.keepHostKey('tea', 'good');
  preferences.tryHostKey('tea', 'bad');
  assert.equal(preferences.hostKey('tea'), 'bad');
  preferences.triedHostKey('tea', false);
  assert.equal(preferences.hostKey('tea'), 'good');
  preferences.tryHostKey('tea', 'better');
  preferences.triedHostKey('tea', true);
  preferences.triedHostKey('tea', false);
  assert.equal(preferences.hostKey('tea'), 'better');
});

test('the link for other devices is one that is understood', (t) => {
  make(t);
  keepKeys(new URL(hostLink('차', 'a+b/c=')));
  assert.equal(preferences.hostKey('차'), 'a+b/c=');
});

/** @type {import('../net/rooms.js').RoomInfo} */
const none = { exists: false, peers: 0, locked: false, lobby: false, hasPassword: false, open: true, token: false };

test('a room that does not exist is made, private, and its key kept', async (t) => {
  const { asked } = make(t);
  assert.equal(await hostKeyFor('tea', none), 'made');
  assert.deepEqual(asked, [['/api/rooms', { name: 'tea', public: false }]]);
  assert.equal(preferences.hostKey('Tea'), 'made');
});

test('a room is not made where there is one, or nobody may, or nothing is known', async (t) => {
  const { asked } = make(t);
  preferences.keepHostKey('tea', 'kept');
  for (const info of [null, { ...none, exists: true }, { ...none, open: false }, { ...none, token: true }]) {
    assert.equal(await hostKeyFor('tea', info), 'kept');
  }
  assert.deepEqual(asked, []);
});

test('who comes with a token is what that says, and makes no room', async (t) => {
  const { asked } = make(t);
  assert.equal(await hostKeyFor('tea', none, 'a.b.c'), undefined);
  assert.deepEqual(asked, []);
});

test('the key of a room that was made stays, though an old link was opened', async (t) => {
  make(t);
  preferences.tryHostKey('tea', 'old');
  assert.equal(await hostKeyFor('tea', none), 'made');
  preferences.triedHostKey('tea', true);
  assert.equal(preferences.hostKey('tea'), 'made');
});

test('who is not the first to make it just joins', async (t) => {
  make(t, undefined, { ok: false, body: { error: { code: 'room-exists', message: 'no' } } });
  assert.equal(await hostKeyFor('tea', none), undefined);
});

test('a token says who its bearer is', () => {
  const token = (/** @type {any} */ claims) => `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`;
  assert.deepEqual(bearerOf(token({ role: 'host', name: '민아' })), { isHost: true, name: '민아' });
  assert.deepEqual(bearerOf(token({ role: 'guest' })), { isHost: false, name: '' });
  for (const none of [undefined, '', 'a.b.c', token(null), token(7), token({ role: ['host'], name: {} })]) {
    assert.deepEqual(bearerOf(none), { isHost: false, name: '' });
  }
});
