import assert from 'node:assert/strict';
import test from 'node:test';
import { collect } from '../_fakes/tasks.js';
import { Signs } from './signs.js';

function make() {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const network = Object.assign(new EventTarget(), { type: 'wifi' });
  const signs = new Signs({ window, document, network });
  const networks = collect(signs, 'network');
  const wakes = collect(signs, 'wake');
  const told = () => [networks.splice(0).length, wakes.splice(0).length];
  signs.connect();
  return { window, document, network, signs, told };
}

test('being online again and another kind of network are a change of network', () => {
  const { window, network, told } = make();
  window.dispatchEvent(new Event('online'));
  assert.deepEqual(told(), [1, 0]);
  network.type = 'cellular';
  network.dispatchEvent(new Event('change'));
  assert.deepEqual(told(), [1, 0]);
});

test('a new estimate of the same network is only a reason to look', () => {
  const { network, told } = make();
  network.dispatchEvent(new Event('change'));
  assert.deepEqual(told(), [0, 1]);
});

test('a page that is thawed, shown or seen again wakes; one that is hidden does not', () => {
  const { window, document, told } = make();
  document.dispatchEvent(new Event('resume'));
  window.dispatchEvent(new Event('pageshow'));
  document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(told(), [0, 3]);
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(told(), [0, 0]);
});

test('nothing is told once disconnected, and nothing is needed of a browser without the Network Information API', () => {
  const { window, document, network, signs, told } = make();
  signs.disconnect();
  for (const type of ['online', 'pageshow']) window.dispatchEvent(new Event(type));
  for (const type of ['resume', 'visibilitychange']) document.dispatchEvent(new Event(type));
  network.dispatchEvent(new Event('change'));
  assert.deepEqual(told(), [0, 0]);
  const bare = new Signs({ window, document, network: null });
  bare.connect();
  const networks = collect(bare, 'network');
  window.dispatchEvent(new Event('online'));
  assert.equal(networks.length, 1);
  bare.disconnect();
});
