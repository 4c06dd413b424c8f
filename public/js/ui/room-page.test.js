import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, twoDevices } from '../_fakes/media.js';
import { FakeElement, installPage } from '../_fakes/page.js';
import { settle } from '../_fakes/tasks.js';
import { setLanguage } from '../i18n/index.js';
import { RoomPage } from './room-page.js';

/**
 * The page of a room whose devices are still asked for.
 * @param {import('node:test').TestContext} t
 * @param {string} room
 * @param {{notice?: import('../i18n/index.js').Key, info?: any}} [options]
 */
function make(t, room, { notice, info = { peers: 0 } } = {}) {
  const devices = twoDevices();
  /** @type {() => void} */
  let answer = () => {};
  devices.prompt = new Promise((resolve) => { answer = resolve; });
  /** @type {RoomPage | null} */
  let page = null;
  t.after(() => {
    page?.disconnect();
    setLanguage('en');
  });
  installPage(t, {
    MediaStream: FakeStream,
    location: new URL('https://moim.test/'),
    navigator: { mediaDevices: devices },
    matchMedia: () => new EventTarget(),
    fetch: async () => ({ ok: !info.error, json: async () => info }),
  });
  const root = new FakeElement('div');
  page = new RoomPage(/** @type {any} */ (root), room, notice);
  page.connect();
  return { devices, root, answer };
}

test('the door in another language still waits for the devices', async (t) => {
  const { root, answer } = make(t, 'tea');
  await settle(2);
  assert.equal(root.first('preview-note').textContent, 'Starting your camera…');
  await setLanguage('ko');
  await settle(2);
  assert.equal(root.first('preview-note').textContent, '카메라를 켜는 중…');
  answer();
  await settle(2);
  assert.equal(root.first('preview-note').hidden, true);
});

test('the door in another language keeps the password that was typed', async (t) => {
  const { root } = make(t, 'tea', { info: { ...open, hasPassword: true } });
  await settle(5);
  const password = () => /** @type {any} */ (root.all().find((e) => e.getAttribute('name') === 'password'));
  password().value = 'two lumps';
  await setLanguage('ko');
  await settle(5);
  assert.equal(password().value, 'two lumps');
});

test('for a room that cannot be, no device is asked for, and there is a way home', async (t) => {
  const { root, devices } = make(t, '');
  assert.equal(devices.requests.length, 0);
  assert.match(root.textContent, /not the name of a room.*cannot be used/);
  assert.ok(root.all().some((e) => e.tag === 'a' && e.getAttribute('href') === '/' && e.textContent === 'Back to start'));
  await setLanguage('ko');
  assert.match(root.textContent, /방 이름이 아닙니다/);
});

test('the door says what the server thinks of the name', async (t) => {
  const { root } = make(t, 'tea', { info: { error: { code: 'bad-room', message: 'no' } } });
  await settle(5);
  assert.match(root.textContent, /This room name cannot be used/);
  assert.equal(/** @type {any} */ (root.first('button-primary')).disabled, true);
});

test('the door says that a room existed already', (t) => {
  const { root } = make(t, 'tea', { notice: 'door.existed' });
  assert.match(root.textContent, /This room was open already/);
});

const open = { exists: true, open: true, token: false, peers: 0, locked: false, lobby: false, hasPassword: false };

for (const [what, info, says] of /** @type {[string, any, RegExp][]} */ ([
  ['a lock', { locked: true, lobby: true }, /The room is locked/],
  ['a lobby', { lobby: true }, /A host lets you in/],
  ['no room', { exists: false, open: false }, /There is no such room/],
  ['a token', { token: true }, /only those who have an invitation/],
  ['nothing', { exists: false }, /Nobody is here yet(?!.*There is no such room)/],
])) {
  test(`the door says what stands against coming in: ${what}`, async (t) => {
    const { root } = make(t, 'tea', { info: { ...open, ...info } });
    await settle(5);
    assert.match(root.textContent, says);
  });
}
