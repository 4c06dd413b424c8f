import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeMediaDevices, twoDevices } from '../_fakes/media.js';
import { collect, settle } from '../_fakes/tasks.js';
import { LocalMedia } from './local-media.js';

/** @param {FakeMediaDevices|undefined} devices */
function make(devices) {
  const media = new LocalMedia({ mediaDevices: /** @type {any} */ (devices) });
  return { media, changes: collect(media, 'change') };
}

/** A request that waits until it is let go. @param {FakeMediaDevices} devices */
function prompt(devices) {
  /** @type {() => void} */
  let answer = () => {};
  devices.prompt = new Promise((resolve) => { answer = resolve; });
  return () => {
    devices.prompt = null;
    answer();
  };
}

/** @param {import('./device.js').Device} device */
const state = ({ on, track, problem }) => ({ on, track: Boolean(track), problem });

test('start asks once for both', async () => {
  const devices = twoDevices();
  const { media, changes } = make(devices);
  await media.start();
  assert.deepEqual(state(media.mic), { on: true, track: true, problem: null });
  assert.deepEqual(state(media.camera), { on: true, track: true, problem: null });
  assert.equal(changes.length, 5);
  assert.deepEqual(devices.requests, [{
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
  }]);
});

/** @type {{error: string, problem: string}[]} */
const errors = [
  { error: 'NotFoundError', problem: 'missing' },
  { error: 'OverconstrainedError', problem: 'missing' },
  { error: 'NotAllowedError', problem: 'refused' },
  { error: 'SecurityError', problem: 'refused' },
  { error: 'NotReadableError', problem: 'busy' },
  { error: 'AbortError', problem: 'busy' },
  { error: 'TypeError', problem: 'failed' },
];
for (const { error, problem } of errors) {
  test(`${error} of the camera is ${problem}, and the microphone is taken alone`, async () => {
    const { media } = make(new FakeMediaDevices([{ kind: 'audio', id: 'm' }, { kind: 'video', id: 'c', error }]));
    await media.start();
    assert.deepEqual(state(media.camera), { on: false, track: false, problem });
    assert.deepEqual(state(media.mic), { on: true, track: true, problem: null });
  });
}

test('without any device both are missing', async () => {
  const { media, changes } = make(new FakeMediaDevices([]));
  await media.start();
  assert.deepEqual(state(media.camera), { on: false, track: false, problem: 'missing' });
  assert.deepEqual(state(media.mic), { on: false, track: false, problem: 'missing' });
  assert.equal(changes.length, 4);
});

test('a page without mediaDevices is insecure', async () => {
  const { media } = make(undefined);
  await media.start();
  assert.equal(media.mic.problem, 'insecure');
  assert.equal(media.camera.problem, 'insecure');
  await media.setMic(true);
  assert.equal(media.mic.on, false);
});

test('muting keeps the track and disables it', async () => {
  const { media, changes } = make(twoDevices());
  await media.start();
  const { track } = media.mic;
  await media.setMic(false);
  assert.equal(media.mic.on, false);
  assert.equal(media.mic.track, track);
  assert.equal(track?.enabled, false);
  assert.equal(track?.readyState, 'live');
  await media.setMic(true);
  assert.equal(media.mic.track, track);
  assert.equal(track?.enabled, true);
  assert.equal(changes.length, 7);
});

test('unmuting without a microphone asks for it', async () => {
  const devices = twoDevices();
  devices.devices[0].error = 'NotAllowedError';
  const { media } = make(devices);
  await media.start();
  assert.equal(media.mic.problem, 'refused');
  delete devices.devices[0].error;
  await media.setMic(true);
  assert.deepEqual(state(media.mic), { on: true, track: true, problem: null });
});

test('camera off stops the track, on takes the same device', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  const { track } = media.camera;
  devices.devices.splice(1, 0, { kind: 'video', id: 'camera-0' });
  await media.setCamera(false);
  assert.equal(track?.readyState, 'ended');
  assert.deepEqual(state(media.camera), { on: false, track: false, problem: null });
  await media.setCamera(true);
  assert.deepEqual(devices.requests.at(-1).video.deviceId, { exact: 'camera-1' });
  assert.equal(media.camera.track?.getSettings().deviceId, 'camera-1');
  assert.equal(media.camera.on, true);
});

test('camera on takes another device when the old one has gone', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  await media.setCamera(false);
  devices.devices[1].id = 'camera-2';
  await media.setCamera(true);
  assert.equal(media.camera.track?.getSettings().deviceId, 'camera-2');
});

test('a camera that is busy when switched on again says so', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  await media.setCamera(false);
  devices.devices[1].error = 'NotReadableError';
  await media.setCamera(true);
  assert.deepEqual(state(media.camera), { on: false, track: false, problem: 'busy' });
});

test('switched off while being asked for, a camera is let go at once', async () => {
  const devices = twoDevices();
  const answer = prompt(devices);
  const { media } = make(devices);
  const started = media.start();
  await media.setCamera(false);
  await media.setMic(false);
  answer();
  await started;
  assert.deepEqual(devices.tracks.map(({ readyState }) => readyState), ['live', 'ended']);
  assert.deepEqual(state(media.camera), { on: false, track: false, problem: null });
  assert.deepEqual(state(media.mic), { on: false, track: true, problem: null });
  assert.equal(media.mic.track?.enabled, false);
});

test('while being asked for, a device is wanted but not on, and can be declined', async () => {
  const devices = twoDevices();
  const answer = prompt(devices);
  const { media, changes } = make(devices);
  const started = media.start();
  assert.deepEqual([media.mic.on, media.mic.wanted, media.camera.on, media.camera.wanted], [false, true, false, true]);
  changes.length = 0;
  await media.setMic(!media.mic.wanted);
  assert.equal(media.mic.wanted, false);
  assert.equal(changes.length, 1);
  answer();
  await started;
  assert.deepEqual([media.mic.on, media.mic.wanted, media.camera.on, media.camera.wanted], [false, false, true, true]);
});

test('a device that does not come, or goes, is no longer wanted', async () => {
  const devices = twoDevices();
  devices.devices[0].error = 'NotAllowedError';
  const { media } = make(devices);
  await media.start();
  assert.equal(media.mic.wanted, false);
  const answer = prompt(devices);
  const again = media.setMic(true);
  assert.deepEqual([media.mic.wanted, media.mic.problem], [true, null]);
  answer();
  await again;
  assert.deepEqual([media.mic.wanted, media.mic.problem], [false, 'refused']);
  devices.tracks.at(-1)?.end();
  assert.equal(media.camera.wanted, false);
  media.setMic(true);
  media.stop();
  assert.equal(media.mic.wanted, false);
});

test('two calls while being asked for ask once', async () => {
  const devices = twoDevices();
  const answer = prompt(devices);
  const { media } = make(devices);
  const first = media.setCamera(true);
  await media.setCamera(false);
  const second = media.setCamera(true);
  answer();
  await Promise.all([first, second]);
  assert.equal(devices.requests.length, 1);
  assert.equal(media.camera.on, true);
});

/** @type {{name: string, change: (devices: FakeMediaDevices) => void, problem: string}[]} */
const losses = [
  { name: 'unplugged', change: ({ devices }) => devices.pop(), problem: 'missing' },
  { name: 'no longer allowed', change: (devices) => { devices.hidden = true; }, problem: 'refused' },
  { name: 'still there', change: () => {}, problem: 'failed' },
  {
    name: 'unknown', problem: 'failed',
    change: (devices) => { devices.enumerateDevices = () => Promise.reject(new Error()); },
  },
];
for (const { name, change, problem } of losses) {
  test(`a camera that ends by itself and is ${name}: ${problem}`, async () => {
    const devices = twoDevices();
    const { media } = make(devices);
    await media.start();
    change(devices);
    devices.tracks[1].end();
    await settle();
    assert.deepEqual(state(media.camera), { on: false, track: false, problem });
    assert.equal(media.mic.on, true);
  });
}

test('a track of an earlier time ends without any effect', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  await media.setCamera(false);
  await media.setCamera(true);
  devices.tracks[1].end();
  await settle();
  assert.equal(media.camera.on, true);
});

test('stop lets both go, also those that are still being asked for', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  media.stop();
  const answer = prompt(devices);
  const started = media.start();
  media.stop();
  answer();
  await started;
  assert.equal(devices.tracks.length, 4);
  assert.ok(devices.tracks.every(({ readyState }) => readyState === 'ended'));
  assert.deepEqual(state(media.camera), { on: false, track: false, problem: null });
  assert.deepEqual(state(media.mic), { on: false, track: false, problem: null });
});

test('a refusal after stop is no problem any more, and starting again works', async () => {
  const devices = twoDevices();
  devices.devices[1].error = 'NotAllowedError';
  const answer = prompt(devices);
  const { media } = make(devices);
  const started = media.start();
  media.stop();
  answer();
  await started;
  assert.equal(media.camera.problem, null);
  delete devices.devices[1].error;
  await media.start();
  assert.equal(media.camera.on, true);
});

test('after stop nothing is asked for a second time', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.start();
  media.stop();
  devices.devices.length = 0;
  for (const ask of [() => media.start(), () => media.setCamera(true)]) {
    devices.requests.length = 0;
    const answer = prompt(devices);
    const asked = ask();
    media.stop();
    answer();
    await asked;
    await settle();
    assert.equal(devices.requests.length, 1);
  }
});

test('start with one device running asks only for the other', async () => {
  const devices = twoDevices();
  const { media } = make(devices);
  await media.setMic(true);
  await media.start();
  assert.equal(devices.tracks.length, 2);
  assert.ok(media.mic.on && media.camera.on);
});
