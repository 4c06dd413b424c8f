import assert from 'node:assert/strict';
import test from 'node:test';
import { installPage } from '../_fakes/page.js';
import { task } from '../_fakes/tasks.js';
import { TileFigures } from './tile-figures.js';

/** @param {import('node:test').TestContext} t */
function make(t) {
  installPage(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let reads = 0;
  /** @type {boolean[]} */
  const toggles = [];
  const report = () => new Map([['P', { id: 'P', type: 'candidate-pair', state: 'succeeded', nominated: true, currentRoundTripTime: ++reads / 100 }]]);
  const figures = new TileFigures({ stats: async () => report(), toggled: (open) => toggles.push(open) });
  figures.of('Mina');
  /** @type {any} */
  const button = figures.button;
  const press = () => button.dispatchEvent(new Event('click'));
  return { figures, button, press, toggles, reads: () => reads };
}

test('figures are read each second, only while they are shown', async (t) => {
  const { figures, button, press, toggles, reads } = make(t);
  assert.equal(button.ariaLabel, 'Figures of Mina');
  assert.ok(figures.element.hidden);
  press();
  await task();
  assert.deepEqual([reads(), figures.element.hidden, button.getAttribute('aria-expanded')], [1, false, 'true']);
  assert.match(figures.element.textContent ?? '', /Round trip10 ms/);
  t.mock.timers.tick(1000);
  await task();
  assert.equal(reads(), 2);
  press();
  t.mock.timers.tick(5000);
  await task();
  assert.deepEqual([reads(), figures.element.hidden, button.getAttribute('aria-expanded'), toggles], [2, true, 'false', [true, false]]);
});

test('Escape closes them, and goes no further', async (t) => {
  const { figures, button, press } = make(t);
  const key = () => Object.assign(new Event('keydown', { cancelable: true }), { key: 'Escape' });
  const idle = key();
  t.mock.method(idle, 'stopPropagation');
  button.dispatchEvent(idle);
  assert.equal(/** @type {any} */ (idle.stopPropagation).mock.callCount(), 0);
  press();
  const event = key();
  t.mock.method(event, 'stopPropagation');
  figures.element.dispatchEvent(event);
  assert.ok(figures.element.hidden && button.focused);
  assert.equal(/** @type {any} */ (event.stopPropagation).mock.callCount(), 1);
});

test('a connection that cannot be read has no figures', async (t) => {
  installPage(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const figures = new TileFigures({ stats: async () => { throw new Error('closed'); }, toggled: () => {} });
  figures.button.dispatchEvent(new Event('click'));
  await task();
  assert.match(figures.element.textContent ?? '', /Path–/);
  figures.close();
});
