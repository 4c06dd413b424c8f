import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeElement, installPage } from '../_fakes/page.js';
import { settle } from '../_fakes/tasks.js';
import { LogPages } from './log-pages.js';

/** @param {import('node:test').TestContext} t @param {{more?: boolean, newer?: boolean}} transcript */
function start(t, transcript) {
  let now = 0;
  installPage(t, { performance: { now: () => now } });
  const log = new FakeElement('div');
  /** @type {string[]} */
  const asked = [];
  let fault = false;
  const ask = (/** @type {string} */ what) => async () => {
    asked.push(what);
    if (fault) throw new Error(what);
  };
  const chat = { transcript, older: ask('older'), newer: ask('newer'), latest: ask('latest'), show: ask('show') };
  const pages = new LogPages(/** @type {any} */ ({ chat, log }));
  const at = (/** @type {number} */ scrollTop, clientHeight = 500) =>
    pages.loadAt(/** @type {any} */ ({ scrollTop, clientHeight, scrollHeight: 5000 }));
  return {
    pages, log, asked, at,
    fail: (/** @type {boolean} */ is) => (fault = is),
    wait: (/** @type {number} */ ms) => (now += ms),
  };
}

test('a page is loaded before its reader is at the end', async (t) => {
  const { at, asked } = start(t, { more: true, newer: true });
  at(2000);
  at(100, 0);
  assert.deepEqual(asked, []);
  at(400);
  at(300);
  await settle(2);
  at(4100);
  await settle(2);
  assert.deepEqual(asked, ['older', 'newer']);
});

test('nothing is asked for where there is nothing', (t) => {
  const { at, asked } = start(t, { more: false, newer: false });
  at(0);
  at(4500);
  assert.deepEqual(asked, []);
});

test('after a failure it is said so, and tried again later', async (t) => {
  const { at, asked, fail, wait, pages } = start(t, { more: true });
  fail(true);
  at(0);
  await settle(2);
  assert.match(pages.older.textContent ?? '', /could not be loaded/);
  at(0);
  await settle(2);
  assert.equal(asked.length, 1);
  fail(false);
  wait(2000);
  at(0);
  await settle(2);
  assert.equal(asked.length, 2);
  assert.doesNotMatch(pages.older.textContent ?? '', /older/);
});

test('after a failure it is tried again at once on demand', async (t) => {
  const { at, asked, fail, pages, log } = start(t, { more: true });
  const retry = /** @type {any} */ (pages.older).children.find((/** @type {any} */ { tag }) => tag === 'button');
  assert.equal(retry.hidden, true);
  fail(true);
  at(0);
  await settle(2);
  assert.equal(retry.hidden, false);
  fail(false);
  retry.dispatchEvent(new Event('click'));
  assert.equal(log.focused, true);
  await settle(2);
  assert.deepEqual(asked, ['older', 'older']);
  assert.equal(retry.hidden, true);
});

test('the way to the newest fails in words', async (t) => {
  const { pages, fail, asked } = start(t, { newer: true });
  fail(true);
  assert.equal(await pages.latest(), false);
  assert.match(pages.newer.textContent ?? '', /could not be loaded/);
  fail(false);
  assert.equal(await pages.latest(), true);
  assert.deepEqual(asked, ['latest', 'latest']);
});
