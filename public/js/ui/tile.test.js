import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, FakeTrack } from '../_fakes/media.js';
import { FakeElement, installPage } from '../_fakes/page.js';
import { statusOf } from './tile-status.js';
import { Tile } from './tile.js';

/** @param {import('node:test').TestContext} t @param {() => Promise<null>} [stats] */
function make(t, stats) {
  installPage(t, { MediaStream: FakeStream });
  const tile = new Tile({ id: 'a', own: false, soundBlocked: () => {}, pin: () => {}, stats });
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (tile.element));
  const playing = () => ['video', 'audio'].map((tag) => element.all().find((e) => e.tag === tag)?.srcObject?.tracks ?? []);
  return { tile, element, playing };
}

const shown = { name: 'Mina', muted: false, cameraOff: false, hand: false, pinned: false, status: { text: '', remedy: false } };

/** @param {'audio'|'video'} kind @returns {any} */
const track = (kind) => new FakeTrack(kind);

test('a new track takes the place of the old one of its kind', (t) => {
  const { tile, playing } = make(t);
  const [voice, picture, otherVoice, otherPicture] = [track('audio'), track('video'), track('audio'), track('video')];
  tile.play([voice, null]);
  tile.play([voice, picture]);
  assert.deepEqual(playing(), [[picture], [voice]]);
  const [before] = playing();
  tile.play([voice, picture]);
  assert.equal(playing()[0], before);
  tile.play([null, otherPicture]);
  assert.deepEqual(playing(), [[otherPicture], [voice]]);
  tile.play([otherVoice, otherPicture]);
  assert.deepEqual(playing(), [[otherPicture], [otherVoice]]);
});

test('a tile knows whether it has something to say', (t) => {
  const { tile, element } = make(t);
  tile.show({ ...shown, status: { text: 'Connecting…', remedy: false } });
  assert.ok(element.classList.contains('has-status') && element.first('tile-retry').hidden);
  tile.show({ ...shown, status: { text: 'No sound arrives', remedy: true } });
  assert.ok(!element.first('tile-retry').hidden);
  tile.show(shown);
  assert.ok(!element.classList.contains('has-status'));
});

test('a tile shows a raised hand, and how good the connection is', (t) => {
  const { tile, element } = make(t, async () => null);
  tile.show({ ...shown, hand: true, quality: 1 });
  assert.ok(!element.first('tile-hand').hidden);
  assert.equal(element.first('tile-figures-button').getAttribute('data-quality'), '1');
  assert.match(element.textContent ?? '', /Poor connection/);
  tile.show({ ...shown, quality: null });
  assert.ok(element.first('tile-hand').hidden);
  assert.doesNotMatch(element.textContent ?? '', /connection/);
});

test('a pinned tile can be let go', (t) => {
  const { tile, element } = make(t);
  tile.show(shown);
  assert.equal(/** @type {any} */ (element.first('tile-pin')).ariaLabel, 'Pin Mina');
  tile.show({ ...shown, pinned: true });
  assert.equal(/** @type {any} */ (element.first('tile-pin')).ariaLabel, 'Unpin Mina');
});

test('a connection without pictures shows the face, but not that the camera is off', (t) => {
  const { tile, element } = make(t);
  tile.show({ ...shown, soundOnly: true });
  assert.ok(element.classList.contains('is-camera-off'));
  assert.ok(element.all().find((e) => e.classList.contains('tile-camera'))?.hidden);
});

test('every state of a link has its sentence, and a button where one helps', () => {
  const link = /** @type {const} */ ({ state: 'connected', reason: null, healing: '', audioOnly: false });
  const mina = { name: 'Mina', mic: true, camera: true };
  const says = (/** @type {any} */ more, peer = mina, hasRelay = false) => {
    const { text, remedy } = statusOf(more && { ...link, ...more }, peer, hasRelay);
    return remedy ? `${text} [try]` : text;
  };
  const away = { ...mina, away: true };
  assert.equal(says(undefined), 'Connecting…');
  assert.equal(says(undefined, away), 'Reconnecting…');
  assert.equal(says({}), '');
  assert.equal(says({}, away), '');
  assert.equal(says({ state: 'disconnected' }), 'Reconnecting…');
  assert.equal(says({ healing: 'ice-restart' }), 'Reconnecting…');
  assert.equal(says({ state: 'failed', reason: 'no-route', healing: 'new-connection' }), 'Reconnecting…');
  assert.match(says({ audioOnly: true }), /^Sound only.*pictures$/);
  assert.equal(says({ state: 'failed', reason: 'no-route' }), 'No direct route and no relay [try]');
  assert.equal(says({ state: 'failed', reason: 'no-route' }, mina, true), 'No route, not even through the relay [try]');
  assert.equal(says({ state: 'failed', reason: 'no-answer' }, mina, true), 'Waiting for Mina [try]');
  assert.equal(says({ state: 'failed', reason: 'rejected' }), 'The browsers could not connect [try]');
  assert.equal(says({ frozen: true }), 'The picture stands still [try]');
  assert.equal(says({ frozen: true }, { ...mina, camera: false }), '');
  assert.equal(says({ silent: true }), 'No sound arrives [try]');
  assert.equal(says({ silent: true }, { ...mina, mic: false }), '');
});
