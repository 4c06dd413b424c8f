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

test('every state of a link has its sentence', () => {
  assert.equal(statusText(), 'Connecting…');
  assert.equal(statusText({ state: 'connected', reason: null }), '');
  const failures = /** @type {const} */ (['rejected', 'no-route', 'no-answer']);
  const sentences = failures.map((reason) => statusText({ state: 'failed', reason }));
  assert.equal(sentences[1], 'No direct route and no relay');
  assert.equal(new Set(sentences).size, 3);
});
