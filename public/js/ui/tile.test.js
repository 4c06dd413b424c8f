import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, FakeTrack } from '../_fakes/media.js';
import { FakeElement, installPage } from '../_fakes/page.js';
import { Tile } from './tile.js';
import { statusText } from './stage.js';

/** @param {import('node:test').TestContext} t */
function make(t) {
  installPage(t, { MediaStream: FakeStream });
  const tile = new Tile({ id: 'a', own: false, soundBlocked: () => {} });
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (tile.element));
  const playing = () => ['video', 'audio'].map((tag) => element.all().find((e) => e.tag === tag)?.srcObject?.tracks ?? []);
  return { tile, element, playing };
}

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
  tile.show({ name: 'Mina', muted: false, cameraOff: true, status: 'Connecting…' });
  assert.ok(element.classList.contains('has-status'));
  tile.show({ name: 'Mina', muted: false, cameraOff: true, status: '' });
  assert.ok(!element.classList.contains('has-status'));
});

test('a connection without pictures shows the face, but not that the camera is off', (t) => {
  const { tile, element } = make(t);
  tile.show({ name: 'Mina', muted: false, cameraOff: false, soundOnly: true, status: '' });
  assert.ok(element.classList.contains('is-camera-off'));
  assert.ok(element.all().find((e) => e.classList.contains('tile-camera'))?.hidden);
});

test('every state of a link has its sentence', () => {
  const link = /** @type {const} */ ({ state: 'connected', reason: null, healing: '', audioOnly: false });
  assert.equal(statusText(), 'Connecting…');
  assert.equal(statusText(undefined, true), 'Reconnecting…');
  assert.equal(statusText(link), '');
  assert.equal(statusText(link, true), '');
  assert.equal(statusText({ ...link, state: 'disconnected' }), 'Reconnecting…');
  assert.equal(statusText({ ...link, healing: 'ice-restart' }), 'Reconnecting…');
  assert.equal(statusText({ ...link, state: 'failed', reason: 'no-route', healing: 'new-connection' }), 'Reconnecting…');
  assert.match(statusText({ ...link, audioOnly: true }), /sound only/i);
  const failures = /** @type {const} */ (['rejected', 'no-route', 'no-answer']);
  const sentences = failures.map((reason) => statusText({ ...link, state: 'failed', reason }));
  assert.equal(sentences[1], 'No direct route and no relay');
  assert.equal(new Set(sentences).size, 3);
  const noRoute = /** @type {const} */ ({ ...link, state: 'failed', reason: 'no-route' });
  assert.equal(statusText(noRoute, false, true), 'No route, not even through the relay');
  assert.equal(statusText({ ...noRoute, reason: 'no-answer' }, false, true), sentences[2]);
});
