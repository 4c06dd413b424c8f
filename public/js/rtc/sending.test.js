import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_STRAIN, UPLOAD, plan } from './sending.js';

const HD = { width: 1280, height: 720 };
/** What packets of sound and their headers take, bit/s, as 50 packets a second of 40 bytes of headers and 12 of SRTP. */
const SOUND_PACKETS = 20_800;

/** @param {Partial<import('./sending.js').Sources>} [more] @returns {import('./sending.js').Sources} */
const sources = (more) => ({ camera: HD, screen: null, screenAudio: false, speaking: false, strain: 0, ...more });

/**
 * @param {number} count
 * @param {import('./sending.js').View|null} view
 * @param {number|null} [available]
 */
const receivers = (count, view, available = null) => (
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, view, available }))
);

/** All that may go out, bit/s, with headers and a tenth for packets sent again. @param {ReturnType<typeof plan>} planned */
function upload(planned) {
  let all = 0;
  for (const { audio, camera, screen, screenAudio } of planned.values()) {
    all += (audio?.maxBitrate ?? 0) + SOUND_PACKETS;
    for (const picture of [camera, screen]) if (picture?.active) all += 1.1 * (picture.maxBitrate ?? 0);
    if (screenAudio?.active) all += (screenAudio.maxBitrate ?? 0) + SOUND_PACKETS;
  }
  return all;
}

test('the upload is at most 2.5 Mbit/s, however many there are and whatever is shown and sent', () => {
  const sizes = [null, { width: 64, height: 48 }, { width: 640, height: 360 }, HD, { width: 3840, height: 2160 }];
  const screens = [null, HD, { width: 3840, height: 2160 }];
  for (let count = 1; count <= 24; count++) {
    for (const speaking of [false, true]) {
      for (const screen of screens) {
        for (const camera of sizes) {
          for (const shown of sizes) {
            const views = receivers(count, { camera, screen: shown });
            views[0].view = { camera: HD, screen: HD };
            for (const screenAudio of [false, screen !== null]) {
              const planned = plan(views, sources({ speaking, screen, screenAudio }));
              assert.ok(upload(planned) <= 2_500_000, `${upload(planned)} to ${count}`);
            }
          }
        }
      }
    }
  }
  assert.ok(UPLOAD <= 2_500_000);
});

test('where cameras would get too little, what there is goes to the shared screen', () => {
  const planned = (/** @type {number} */ count) => (
    plan(receivers(count, { camera: { width: 160, height: 90 }, screen: HD }), sources({ screen: HD })).get('p0')
  );
  assert.equal(planned(5)?.camera?.active, true);
  assert.deepEqual(planned(15)?.camera, { active: false });
  assert.ok((planned(15)?.screen?.maxBitrate ?? 0) > 80_000);
});

test('beside however many others a camera is sent where no screen takes its place', () => {
  for (let count = 1; count <= 30; count++) {
    const planned = plan(receivers(count, { camera: { width: 320, height: 180 }, screen: null }), sources());
    assert.equal(planned.get('p0')?.camera?.active, true, `to ${count}`);
    assert.ok(upload(planned) <= 2_500_000);
  }
});

test('for one other who shows it large the camera has what 720p needs', () => {
  const camera = plan(receivers(1, { camera: HD, screen: null }), sources()).get('p0')?.camera;
  assert.equal(camera?.scaleResolutionDownBy, 1);
  assert.equal(camera?.maxFramerate, 30);
  assert.ok((camera?.maxBitrate ?? 0) >= 1_500_000 && (camera?.maxBitrate ?? 0) <= 1_700_000);
});

test('what is not shown is not sent, and costs the others nothing', () => {
  /** @type {import('./sending.js').Receiver[]} */
  const all = receivers(5, { camera: HD, screen: null });
  const before = plan(all, sources()).get('p0')?.camera?.maxBitrate ?? 0;
  for (const hidden of all.slice(1)) hidden.view = { camera: null, screen: null };
  const planned = plan(all, sources());
  for (const { id } of all.slice(1)) {
    assert.deepEqual([planned.get(id)?.camera, planned.get(id)?.screen], [{ active: false }, undefined]);
    assert.equal(planned.get(id)?.audio?.active, true);
  }
  assert.ok((planned.get('p0')?.camera?.maxBitrate ?? 0) > before);
});

test('a small tile gets a small picture, and what does not fit becomes less for all', () => {
  const small = plan(receivers(2, { camera: { width: 160, height: 90 }, screen: null }), sources()).get('p0')?.camera;
  assert.ok((small?.scaleResolutionDownBy ?? 0) >= 4);
  assert.ok((small?.maxBitrate ?? 0) <= 150_000);
  const [two, nine] = [2, 9].map((count) => plan(receivers(count, { camera: HD, screen: null }), sources()).get('p0')?.camera);
  assert.ok((nine?.maxBitrate ?? 0) < (two?.maxBitrate ?? 0) / 3);
  assert.ok((nine?.scaleResolutionDownBy ?? 0) > (two?.scaleResolutionDownBy ?? 0));
});

test('who speaks in a larger call looks better than who is silent', () => {
  const view = { camera: { width: 480, height: 270 }, screen: null };
  const [silent, speaking] = [false, true].map((one) => plan(receivers(4, view), sources({ speaking: one })).get('p0')?.camera);
  assert.ok((speaking?.maxBitrate ?? 0) > (silent?.maxBitrate ?? 0));
});

test('a shared screen comes before the camera, with few frames and all its pixels', () => {
  const view = { camera: { width: 240, height: 135 }, screen: HD };
  const { camera, screen } = plan(receivers(3, view), sources({ screen: HD })).get('p0') ?? {};
  assert.ok((screen?.maxBitrate ?? 0) > (camera?.maxBitrate ?? Infinity));
  assert.deepEqual([screen?.scaleResolutionDownBy, screen?.maxFramerate], [1, 15]);
});

test('sound is always before pictures', () => {
  for (const count of [1, 5, 15, 40]) {
    for (const { audio, camera, screen } of plan(receivers(count, null), sources({ screen: HD })).values()) {
      assert.deepEqual([audio?.active, audio?.priority, audio?.networkPriority], [true, 'high', 'high']);
      assert.notEqual(camera?.priority, 'high');
      assert.notEqual(screen?.priority, 'high');
    }
  }
});

test('a strained machine makes fewer frames, then fewer pixels', () => {
  const at = (/** @type {number} */ strain) => plan(receivers(1, { camera: HD, screen: null }), sources({ strain })).get('p0')?.camera;
  let before = at(0);
  for (let strain = 1; strain <= MAX_STRAIN; strain++) {
    const now = at(strain);
    const [frames, pixels] = [(before?.maxFramerate ?? 0) - (now?.maxFramerate ?? 0), (now?.scaleResolutionDownBy ?? 0) - (before?.scaleResolutionDownBy ?? 0)];
    assert.ok(frames >= 0 && pixels >= 0 && frames + pixels > 0);
    assert.equal(pixels > 0, strain > 3);
    before = now;
  }
  assert.deepEqual(at(MAX_STRAIN + 3), before);
});

test('a narrow way gets fewer pixels, and keeps its bound, so that it is found out when it is wider', () => {
  const view = { camera: HD, screen: null };
  const wide = plan(receivers(1, view), sources()).get('p0')?.camera;
  const narrow = plan(receivers(1, view, 250_000), sources()).get('p0')?.camera;
  assert.equal(narrow?.maxBitrate, wide?.maxBitrate);
  assert.ok((narrow?.scaleResolutionDownBy ?? 0) >= 2);
  assert.equal(narrow?.maxFramerate, 15);
});
