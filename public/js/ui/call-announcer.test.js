import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPage } from '../_fakes/page.js';
import { startAnnouncer } from './announcer.js';
import { CallAnnouncer, GATHER_MS } from './call-announcer.js';

const quiet = { mic: true, camera: true, screen: false, hand: false };

/** @param {import('node:test').TestContext} t */
function room(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  /** @type {any} */
  let region;
  Object.assign(document, { body: { append: (/** @type {any} */ element) => (region = element) } });
  startAnnouncer();
  const media = { mic: { on: true }, camera: { on: true }, screen: { on: false } };
  const call = Object.assign(new EventTarget(), {
    you: 'me', hand: false, chat: { transcript: new EventTarget() },
    peers: new Map([['me', { id: 'me', name: 'Mina', ...quiet }], ['j', { id: 'j', name: 'Jonas', ...quiet }], ['s', { id: 's', name: 'Sora', ...quiet }]]),
  });
  const announcer = new CallAnnouncer({ call: /** @type {any} */ (call), media: /** @type {any} */ (media) });
  announcer.connect();
  t.after(() => announcer.disconnect());
  const said = () => region.children.splice(0).map((/** @type {any} */ node) => node.textContent);
  const react = (/** @type {string} */ id, /** @type {string} */ emoji) =>
    call.dispatchEvent(new CustomEvent('reaction', { detail: { id, emoji } }));
  return { call, media, announcer, said, react, t };
}

test('hands and screens are told, of others and of oneself', (t) => {
  const { call, media, announcer, said } = room(t);
  call.peers.set('j', { id: 'j', name: 'Jonas', ...quiet, hand: true });
  announcer.update();
  announcer.update();
  assert.deepEqual(said(), ['Jonas raised a hand']);
  call.peers.set('j', { id: 'j', name: 'Jonas', ...quiet, screen: true });
  call.hand = true;
  announcer.update();
  assert.deepEqual(said(), ['Your hand is raised. Jonas is sharing the screen. Jonas lowered their hand']);
  call.peers.set('j', { id: 'j', name: 'Jonas', ...quiet });
  media.screen.on = true;
  media.mic.on = false;
  announcer.update();
  assert.deepEqual(said(), ['You are muted. You are sharing your screen. Jonas stopped sharing the screen']);
});

test('reactions are gathered, the own ones not told', (t) => {
  const { react, said } = room(t);
  react('j', '👍');
  react('me', '🎉');
  t.mock.timers.tick(GATHER_MS - 1);
  react('s', '👏');
  react('s', '👏');
  assert.deepEqual(said(), []);
  t.mock.timers.tick(1);
  assert.deepEqual(said(), ['Jonas: Thumbs up. Applause, 2 times']);
  t.mock.timers.tick(GATHER_MS);
  assert.deepEqual(said(), []);
});

test('who has left tells nothing', (t) => {
  const { call, announcer, react, said } = room(t);
  call.peers.delete('j');
  react('j', '👍');
  t.mock.timers.tick(GATHER_MS);
  announcer.update();
  assert.deepEqual(said(), []);
  react('s', '👍');
  announcer.disconnect();
  t.mock.timers.tick(GATHER_MS);
  assert.deepEqual(said(), []);
});
