import assert from 'node:assert/strict';
import test from 'node:test';
import { installPage } from '../_fakes/page.js';
import { PATIENCE_MS, ServerStrip } from './server-strip.js';

test('the strip says that the server is away once that lasts, and goes with it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  const strip = new ServerStrip();
  strip.show('away');
  t.mock.timers.tick(PATIENCE_MS - 1);
  strip.show('away');
  assert.equal(strip.element.textContent, '');
  t.mock.timers.tick(1);
  assert.equal(strip.element.textContent, 'Reconnecting…');
  strip.show('here');
  assert.equal(strip.element.textContent, '');
});

test('a server that is back soon is not worth a word', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  const strip = new ServerStrip();
  strip.show('away');
  t.mock.timers.tick(PATIENCE_MS - 1);
  strip.show('here');
  t.mock.timers.tick(PATIENCE_MS);
  assert.equal(strip.element.textContent, '');
});

test('only a server that is back is announced, not that one has left', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  /** @type {string[]} */
  const said = [];
  const strip = new ServerStrip({ say: (sentence) => said.push(sentence) });
  strip.show('away');
  t.mock.timers.tick(PATIENCE_MS);
  strip.disconnect();
  assert.deepEqual(said, []);
  strip.show('away');
  t.mock.timers.tick(PATIENCE_MS);
  strip.show('here');
  strip.show('here');
  assert.deepEqual(said, ['Connected again']);
});

test('who has to be let in again is told at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  installPage(t);
  const strip = new ServerStrip();
  strip.show('away');
  strip.show('waiting');
  assert.equal(strip.element.textContent, 'Waiting to be let in again…');
  t.mock.timers.tick(PATIENCE_MS);
  assert.equal(strip.element.textContent, 'Waiting to be let in again…');
  strip.show('here');
  assert.equal(strip.element.textContent, '');
});
