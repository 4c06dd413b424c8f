import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '../_fakes/virtual-clock.js';
import { settle } from '../_fakes/tasks.js';
import { NARROW_MS, RECOVERY_MS, RELIEF_MS, Upload, VOICE_HOLD_MS } from './upload.js';

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
  const { read } = make(1);
  const rates = [];
  for (const at of [0, 2_000, RELIEF_MS, 2 * RELIEF_MS]) rates.push((await read(at, 'cpu')).maxFramerate);
  assert.deepEqual(rates, [20, 20, 15, 12]);
  const last = 2 * RELIEF_MS;
  assert.equal((await read(last + RECOVERY_MS - 1, 'none')).maxFramerate, 12);
  assert.equal((await read(last + RECOVERY_MS, 'none')).maxFramerate, 15);
  assert.equal((await read(last + 2 * RECOVERY_MS, 'none')).maxFramerate, 20);
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
