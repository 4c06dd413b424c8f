import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeMediaDevices, FakeStream, FakeTrack } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';
import { LocalMedia } from './local-media.js';

/** @type {Record<string, import('../_fakes/media.js').FakeDevice>} */
const all = {
  mic1: { kind: 'audio', id: 'mic-1' }, mic2: { kind: 'audio', id: 'mic-2' },
  ear: { kind: 'output', id: 'ear' },
  camera1: { kind: 'video', id: 'camera-1' }, camera2: { kind: 'video', id: 'camera-2' },
};

/** Two of each, started. @param {Record<string, string>} [kept] deviceIds by kind */
async function make(kept = {}) {
  const devices = new FakeMediaDevices(Object.values(all));
  const media = new LocalMedia({
    mediaDevices: /** @type {any} */ (devices), canChooseSpeaker: true,
    memory: { read: (kind) => kept[kind] ?? '', keep: (kind, id) => { kept[kind] = id; } },
  });
  await media.start();
  await settle();
  const notices = collect(media, 'notice');
  return { devices, media, kept, notices };
}

test('what was chosen last is taken, if it is there', async () => {
  const { media } = await make({ mic: 'mic-2', camera: 'camera-9', speaker: 'ear' });
  const used = [media.mic, media.camera].map(({ track }) => track?.getSettings().deviceId);
  assert.deepEqual([...used, media.speaker], ['mic-2', 'camera-1', 'ear']);
});

test('another device is chosen in use: the track is another, the first is let go, and it is remembered', async () => {
  const { media, kept, devices } = await make();
  const [mic, camera] = [media.mic.track, media.camera.track];
  await media.setMic(false);
  await media.choose('mic', 'mic-2');
  await media.choose('camera', 'camera-2');
  assert.deepEqual([media.mic.deviceId, media.camera.deviceId], ['mic-2', 'camera-2']);
  assert.deepEqual([mic?.readyState, camera?.readyState], ['ended', 'ended']);
  assert.deepEqual([media.mic.on, media.mic.track?.enabled, media.camera.on], [false, false, true]);
  assert.deepEqual(kept, { mic: 'mic-2', camera: 'camera-2' });
  assert.equal(devices.tracks.filter(({ readyState }) => readyState === 'live').length, 2);
});

test('a camera that is off is chosen without its light going on', async () => {
  const { media, devices } = await make();
  await media.setCamera(false);
  const before = devices.requests.length;
  await media.choose('camera', 'camera-2');
  assert.equal(devices.requests.length, before);
  assert.equal(media.camera.deviceId, 'camera-2');
  await media.setCamera(true);
  assert.equal(media.camera.track?.getSettings().deviceId, 'camera-2');
});

test('a device that cannot be used leaves the one in use', async () => {
  const { media, kept, devices } = await make();
  const broken = (/** @type {string} */ error) => {
    devices.devices = Object.values(all).map((one) => (one.id === 'camera-2' ? { ...one, error } : one));
  };
  const { track } = media.camera;
  broken('SecurityError');
  await media.choose('camera', 'camera-2');
  assert.deepEqual([media.camera.problem, media.camera.track, media.camera.on], ['refused', track, true]);
  broken('NotReadableError');
  await media.choose('camera', 'camera-2');
  assert.deepEqual([media.camera.problem, media.camera.on], ['busy', true]);
  assert.deepEqual([media.camera.deviceId, media.camera.track?.readyState, kept], ['camera-1', 'live', {}]);
});

test('where one camera can be open at a time, the one in use is let go first', async () => {
  const { media, kept, devices } = await make();
  devices.oneCamera = true;
  await media.choose('camera', 'camera-2');
  assert.deepEqual([media.camera.deviceId, media.camera.on, media.camera.problem], ['camera-2', true, null]);
  assert.deepEqual(kept, { camera: 'camera-2' });
  const switched = [media.choose('camera', 'camera-1'), media.setCamera(false)];
  await Promise.all(switched);
  assert.deepEqual([media.camera.on, media.camera.track], [false, null]);
  assert.deepEqual(devices.tracks.filter(({ kind, readyState }) => kind === 'video' && readyState === 'live'), []);
});

test('what is chosen while the browser still asks is used after that', async () => {
  const devices = new FakeMediaDevices(Object.values(all));
  const media = new LocalMedia({ mediaDevices: /** @type {any} */ (devices) });
  /** @type {() => void} */
  let answer = () => {};
  devices.prompt = new Promise((resolve) => { answer = resolve; });
  const started = media.start();
  const chosen = media.choose('camera', 'camera-2');
  devices.prompt = null;
  answer();
  await Promise.all([started, chosen]);
  assert.equal(media.camera.track?.getSettings().deviceId, 'camera-2');
  assert.equal(devices.tracks.filter(({ readyState }) => readyState === 'live').length, 2);
});

test('of two choices in a row the last counts, and nothing stays open', async () => {
  const { media, devices } = await make();
  await Promise.all([media.choose('camera', 'camera-2'), media.choose('camera', 'camera-1')]);
  await settle();
  assert.equal(media.camera.track?.getSettings().deviceId, 'camera-1');
  assert.equal(devices.tracks.filter(({ kind, readyState }) => kind === 'video' && readyState === 'live').length, 1);
});

test('unplugged, another one goes on and is named; plugged in again, the chosen one is back', async () => {
  const { media, devices, notices } = await make({ mic: 'mic-2' });
  devices.plug([all.mic1, all.camera1]);
  await settle();
  assert.deepEqual([media.mic.deviceId, media.mic.on, media.mic.problem], ['mic-1', true, null]);
  assert.deepEqual(notices, [{ kind: 'fallback', device: 'mic', label: 'The mic-1' }]);
  devices.plug(Object.values(all));
  await settle();
  assert.deepEqual([media.mic.deviceId, media.mic.on], ['mic-2', true]);
  assert.deepEqual(notices.slice(1), [{ kind: 'back', device: 'mic', label: 'The mic-2' }]);
});

test('unplugged with nothing else there is missing; what was off stays off', async () => {
  const { media, devices, notices } = await make();
  await media.setMic(false);
  devices.plug([all.mic2]);
  await settle();
  assert.deepEqual([media.camera.problem, media.camera.on], ['missing', false]);
  assert.deepEqual([media.mic.track, media.mic.on, notices.length], [null, false, 0]);
});

test('what is plugged in is listed, and not after stop', async () => {
  const { media, devices } = await make();
  const ids = () => [media.devices.mics, media.devices.cameras].map((entries) => entries.map(({ id }) => id));
  assert.deepEqual(ids(), [['mic-1', 'mic-2'], ['camera-1', 'camera-2']]);
  assert.equal(media.devices.mics[0].label, 'The mic-1');
  devices.plug([all.mic1, all.camera1]);
  await settle();
  assert.deepEqual(ids(), [['mic-1'], ['camera-1']]);
  media.stop();
  devices.plug(Object.values(all));
  await settle();
  assert.deepEqual(ids(), [['mic-1'], ['camera-1']]);
});

test('a speaker is chosen and remembered, done without while it is gone, and used again', async () => {
  const { media, kept, devices } = await make();
  await media.choose('speaker', 'ear');
  assert.deepEqual([media.speaker, kept.speaker], ['ear', 'ear']);
  devices.plug([all.mic1]);
  await settle();
  assert.equal(media.speaker, '');
  devices.plug(Object.values(all));
  await settle();
  assert.equal(media.speaker, 'ear');
});

test('sharing: nothing chosen is no problem, a choice after the end is let go', async () => {
  const { media, devices } = await make();
  const screen = new FakeTrack('video');
  /** @type {(stream: any) => void} */
  let answer = () => {};
  /** @type {any} */ (devices).getDisplayMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  await media.setScreen(true);
  assert.deepEqual([media.screen.supported, media.screen.wanted, media.screen.problem], [true, false, null]);
  /** @type {any} */ (devices).getDisplayMedia = () => new Promise((resolve) => { answer = resolve; });
  const sharing = media.setScreen(true);
  assert.equal(media.screen.wanted, true);
  await media.setScreen(false);
  answer(new FakeStream([screen]));
  await sharing;
  assert.deepEqual([media.screen.on, screen.readyState], [false, 'ended']);
});

test('whoever comes again with the camera off still learns what is plugged in', async () => {
  const { media, devices } = await make();
  media.stop();
  await media.setMic(true);
  devices.plug([all.mic1, all.camera1]);
  await settle();
  assert.deepEqual(media.devices.mics.map(({ id }) => id), ['mic-1']);
});

test('of two choices in a row the one in use is remembered, and a choice that worked clears what did not', async () => {
  const { media, kept, devices } = await make();
  await Promise.all([media.choose('camera', 'camera-2'), media.choose('camera', 'camera-1')]);
  assert.equal(kept.camera, 'camera-1');
  devices.devices = devices.devices.map((one) => (one.id === 'camera-2' ? { ...one, error: 'NotReadableError' } : one));
  await media.choose('camera', 'camera-2');
  await media.choose('camera', 'camera-1');
  assert.equal(media.camera.problem, null);
});
