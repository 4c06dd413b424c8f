import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeElement, installPage } from '../_fakes/page.js';
import { settle } from '../_fakes/tasks.js';
import { Home } from './home.js';

/**
 * The first page, with a server that gives this answer to whoever makes a room.
 * @param {import('node:test').TestContext} t
 * @param {{status: number, body: any}} [made]
 */
function make(t, { status, body } = { status: 201, body: { room: {}, hostKey: 'key' } }) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  installPage(t, {
    EventSource: class { close() {} },
    fetch: async () => ({ ok: status < 300, json: async () => body }),
    location: new URL('https://moim.example/'),
    sessionStorage: {
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    },
  });
  const root = new FakeElement('div');
  /** @type {any[]} */
  const gone = [];
  new Home(/** @type {any} */ (root), (...args) => gone.push(args)).connect();
  const input = (/** @type {string} */ name) =>
    /** @type {any} */ (root.all().find((e) => [e.getAttribute('name'), e.getAttribute('id')].includes(name)));
  const submit = async () => {
    root.first('home-form').dispatchEvent(new Event('submit'));
    await settle(5);
  };
  return { root, gone, kept, input, submit };
}

test('a link that leads to no room is a fault', async (t) => {
  const { root, gone, input, submit } = make(t);
  input('room').value = 'https://moim.example';
  await submit();
  assert.deepEqual(gone, []);
  assert.match(root.textContent, /This link leads to no room/);
});

test('the keys of a pasted link are kept, but not those of another server', async (t) => {
  const { gone, kept, input, submit } = make(t);
  for (const link of ['https://moim.example/r/tea#host=key', 'moim.example/r/milk#host=key', 'Come to https://moim.example/r/bun#host=key today', 'https://other.example/r/cake#host=key&token=jwt', 'https://[/r/pie#host=key']) {
    input('room').value = link;
    await submit();
  }
  assert.deepEqual(gone.map(([path]) => path), ['/r/tea', '/r/milk', '/r/bun', '/r/cake', '/r/pie']);
  assert.deepEqual([...kept], [['moim.host.tea', 'key'], ['moim.host.milk', 'key'], ['moim.host.bun', 'key']]);
});

test('making a public room that is there already leads to its door, which says so', async (t) => {
  const exists = make(t, { status: 409, body: { error: { code: 'room-exists', message: 'no' } } });
  exists.input('room').value = 'garden';
  exists.input('public').checked = true;
  await exists.submit();
  assert.deepEqual(exists.gone, [['/r/garden', 'door.existed']]);
});

test('a public room that is new needs no word', async (t) => {
  const { gone, input, submit } = make(t);
  input('room').value = 'garden';
  input('public').checked = true;
  await submit();
  assert.deepEqual(gone, [['/r/garden', undefined]]);
});

test('what was typed is there when the page is drawn anew', (t) => {
  make(t);
  const root = new FakeElement('div');
  new Home(/** @type {any} */ (root), () => {}, { room: 'garden', isPublic: true }).connect();
  const [room, isPublic] = ['room', 'public'].map((name) => /** @type {any} */ (
    root.all().find((e) => [e.getAttribute('name'), e.getAttribute('id')].includes(name))
  ));
  assert.deepEqual([room.value, isPublic.checked], ['garden', true]);
});
