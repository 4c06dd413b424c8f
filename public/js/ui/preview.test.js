import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, twoDevices } from '../_fakes/media.js';
import { FakeAudioContext, FakeElement, installPage } from '../_fakes/page.js';
import { LocalMedia } from '../rtc/local-media.js';
import { AudioLevels } from './audio-levels.js';
import { Preview } from './preview.js';

/** A preview at a door, and devices whose prompt is still open. @param {import('node:test').TestContext} t */
function make(t) {
  installPage(t, { MediaStream: FakeStream });
  const devices = twoDevices();
  /** @type {() => void} */
  let answer = () => {};
  devices.prompt = new Promise((resolve) => { answer = resolve; });
  const media = new LocalMedia({ mediaDevices: /** @type {any} */ (devices) });
  const levels = new AudioLevels();
  const preview = new Preview(media, levels);
  levels.connect();
  preview.connect();
  const started = media.start().then(() => preview.started());
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (preview.element));
  const captions = () => element.all().filter(({ className }) => className === 'control-caption').map((e) => e.textContent);
  const buttons = element.all().filter(({ tag }) => tag === 'button');
  return { media, levels, preview, started, answer, captions, buttons };
}

test('while the devices are asked for, the switches offer to decline', async (t) => {
  const { media, levels, preview, started, answer, captions, buttons } = make(t);
  assert.deepEqual(captions(), ['Mute', 'Turn camera off']);
  for (const button of buttons) button.dispatchEvent(new Event('click'));
  assert.deepEqual(captions(), ['Unmute', 'Turn camera on']);
  answer();
  await started;
  assert.deepEqual([media.mic.on, media.camera.on], [false, false]);
  assert.deepEqual(captions(), ['Unmute', 'Turn camera on']);
  preview.disconnect();
  levels.disconnect();
});

test('a door that was left before the devices came listens to nothing', async (t) => {
  const { media, levels, preview, started, answer } = make(t);
  preview.disconnect();
  levels.disconnect();
  answer();
  await started;
  assert.ok(media.mic.track);
  assert.equal(FakeAudioContext.open, 0);
  levels.watch('own', media.mic.track);
  assert.equal(FakeAudioContext.open, 0);
});
