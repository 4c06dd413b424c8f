import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { settle } from '../_fakes/tasks.js';
import { CALM_MS, NARROW_MS, RECOVERY_MS, RELIEF_MS, Upload, VIEW_MS, VOICE_HOLD_MS } from './upload.js';

const track = /** @type {any} */ ({ getSettings: () => ({ width: 1280, height: 720 }) });
const HD = { camera: { width: 1280, height: 720 }, screen: null };

/** An upload to so many others who show it large. @param {number} count */
function make(count) {
  const clock = new VirtualClock();
  const links = new Map(Array.from({ length: count }, (_, i) => [`p${i}`, /** @type {any} */ ({
    remote: { state: 'connected' }, shown: HD, reading: null,
    /** @type {any} */ sent: null,
    times: 0,
    setEncodings(/** @type {any} */ encodings) {
      this.sent = encodings;
      this.times++;
    },
  })]));
  const upload = new Upload({ links, tracks: new Map([['camera', track]]), clock: /** @type {any} */ (clock) });
  const read = async (/** @type {number} */ at, /** @type {string} */ limit, available = 0) => {
    const link = links.get('p0');
    link.reading = { at, limit, available };
    upload.read('p0', link.reading);
    await settle(2);
    return link.sent?.camera;
  };
  return { upload, links, clock, read, link: links.get('p0') };
}

test('many changes at once make one plan, and who has failed is left out', async () => {
  const { upload, links, link } = make(3);
  links.get('p2').remote.state = 'failed';
  upload.changed();
  upload.changed();
  await settle(2);
  assert.deepEqual([link.times, links.get('p2').times], [1, 0]);
});

test('a pause between words is no silence', async () => {
  const { upload, clock, link } = make(4);
  upload.setSpeaking(true);
  await settle(2);
  const speaking = link.sent.camera.maxBitrate;
  upload.setSpeaking(false);
  clock.pass(VOICE_HOLD_MS - 1);
  upload.setSpeaking(true);
  upload.setSpeaking(false);
  clock.pass(VOICE_HOLD_MS - 1);
  await settle(2);
  assert.deepEqual([link.times, link.sent.camera.maxBitrate], [1, speaking]);
  clock.pass(1);
  await settle(2);
  assert.ok(link.sent.camera.maxBitrate < speaking);
  assert.equal(link.times, 2);
});

test('a strained machine is relieved step by step, and slowly trusted again', async () => {
  const { read, upload } = make(1);
  const rates = [];
  upload.changed();
  await settle(2);
  let at = 0;
  for (; at <= 2 * RELIEF_MS; at += RELIEF_MS / 4) rates.push((await read(at, 'cpu')).maxFramerate);
  assert.deepEqual(rates, [30, 30, 30, 30, 24, 24, 24, 24, 20]);
  const last = at - RELIEF_MS / 4;
  assert.equal((await read(last + RECOVERY_MS - 1, 'none')).maxFramerate, 20);
  assert.equal((await read(last + RECOVERY_MS, 'none')).maxFramerate, 24);
  assert.equal((await read(last + 2 * RECOVERY_MS, 'none')).maxFramerate, 30);
});

test('a moment of strain now and then is left to the browser', async () => {
  const { read, upload } = make(1);
  upload.changed();
  await settle(2);
  for (let at = 0; at < 20 * RELIEF_MS; at += CALM_MS + 1_000) assert.equal((await read(at, 'cpu')).maxFramerate, 30);
});

test('a way is narrow while the browser says so, and for a while after', async () => {
  const { read, upload, link } = make(1);
  upload.changed();
  await settle(2);
  assert.equal(link.sent.camera.scaleResolutionDownBy, 1);
  assert.ok((await read(1_000, 'bandwidth', 200_000)).scaleResolutionDownBy > 1);
  assert.ok((await read(1_000 + NARROW_MS, 'none', 200_000)).scaleResolutionDownBy > 1);
  assert.equal((await read(1_001 + NARROW_MS, 'none', 200_000)).scaleResolutionDownBy, 1);
});

test('others may say what they show as often as they like: one plan is made of it', async () => {
  const { upload, clock, link } = make(2);
  for (let i = 0; i < 50; i++) upload.viewChanged();
  clock.pass(VIEW_MS);
  await settle(2);
  assert.equal(link.times, 1);
});
