import assert from 'node:assert/strict';
import test from 'node:test';
import { HIDDEN_MS, SETTLE_MS, Views, devicePixels } from './views.js';

/** @typedef {import('../rtc/mesh.js').View} View */

/** @type {View} */
const small = { camera: { width: 320, height: 180 }, screen: null };
/** @type {View} */
const large = { camera: { width: 640, height: 360 }, screen: null };
/** @type {View} */
const none = { camera: null, screen: null };

/** @param {import('node:test').TestContext} t */
function make(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {any[]} */
  const told = [];
  const views = new Views({ tell: (id, view) => told.push([id, view]) });
  return { views, told: () => told.splice(0), tick: (/** @type {number} */ ms) => t.mock.timers.tick(ms) };
}

test('only what has changed is told, once it has settled', (t) => {
  const { views, told, tick } = make(t);
  views.show(new Map([['a', small], ['b', small]]));
  tick(SETTLE_MS - 1);
  assert.deepEqual(told(), []);
  views.show(new Map([['a', large], ['b', small]]));
  tick(1);
  assert.deepEqual(told(), [['a', large], ['b', small]]);
  views.show(new Map([['a', large], ['b', none]]));
  tick(SETTLE_MS);
  assert.deepEqual(told(), [['b', none]]);
  views.show(new Map([['a', large], ['b', none]]));
  tick(SETTLE_MS);
  assert.deepEqual(told(), []);
});

test('what is as before by the time it would be told is not told', (t) => {
  const { views, told, tick } = make(t);
  views.show(new Map([['a', small]]));
  tick(SETTLE_MS);
  told();
  views.show(new Map([['a', none]]), HIDDEN_MS);
  tick(HIDDEN_MS - 1);
  views.show(new Map([['a', small]]));
  tick(HIDDEN_MS);
  assert.deepEqual(told(), []);
});

test('whoever comes back is told anew', (t) => {
  const { views, told, tick } = make(t);
  views.show(new Map([['a', small]]));
  tick(SETTLE_MS);
  views.show(new Map());
  views.show(new Map([['a', small]]));
  tick(SETTLE_MS);
  assert.equal(told().length, 2);
  views.show(new Map([['a', none]]));
  views.stop();
  tick(SETTLE_MS);
  assert.deepEqual(told(), []);
});

test('sizes are in device pixels', () => {
  assert.deepEqual(devicePixels({ width: 320.4, height: 180 }, 2), { width: 641, height: 360 });
  assert.equal(devicePixels({ width: 0, height: 180 }, 2), null);
  assert.equal(devicePixels(null, 2), null);
});
