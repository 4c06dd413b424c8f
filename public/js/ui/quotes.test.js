import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPage } from '../_fakes/page.js';
import { settle } from '../_fakes/tasks.js';
import { Quotes } from './quotes.js';

/** @param {import('node:test').TestContext} t */
function start(t) {
  /** @type {(seen: any[]) => void} */
  let seen = () => {};
  /** @type {Set<any>} */
  const observed = new Set();
  installPage(t, {
    IntersectionObserver: class {
      /** @param {(seen: any[]) => void} notice */
      constructor(notice) {
        seen = notice;
      }

      observe = (/** @type {any} */ element) => observed.add(element);
      unobserve = (/** @type {any} */ element) => observed.delete(element);
    },
  });
  const room = { lost: false, text: 'hello', asked: 0 };
  const find = async () => {
    room.asked += 1;
    if (room.lost) throw new Error('lost');
    return { own: false, name: 'Mina', text: room.text, deleted: false };
  };
  /** @type {any[]} */
  const slots = [];
  const root = { querySelectorAll: () => slots };
  const quotes = new Quotes(/** @type {any} */ ({ root, find, go: () => {} }));
  const quote = (/** @type {number} */ n) => {
    const slot = quotes.quote(n, `q${n}`);
    slots.push(slot);
    return slot;
  };
  const near = async (/** @type {any} */ target, isIntersecting = true) => {
    if (observed.has(target)) seen([{ target, isIntersecting }]);
    await settle(2);
  };
  return { quotes, quote, near, room };
}

test('a quote that could not be had is asked for again when it comes near again', async (t) => {
  const { quote, near, room } = start(t);
  const slot = quote(7);
  room.lost = true;
  await near(slot);
  assert.match(slot.textContent ?? '', /Earlier message/);
  room.lost = false;
  await near(slot);
  assert.equal(room.asked, 1);
  await near(slot, false);
  await near(slot);
  assert.match(slot.textContent ?? '', /Mina hello/);
  await near(slot, false);
  await near(slot);
  assert.equal(room.asked, 2);
});

test('a message that has changed is drawn anew where it is quoted, nowhere else', async (t) => {
  const { quotes, quote, near, room } = start(t);
  const [slot, other, far] = [quote(7), quote(8), quote(7)];
  await near(slot);
  await near(other);
  quotes.restate(7, /** @type {any} */ ({ own: false, name: 'Mina', text: '', deleted: true }));
  assert.match(slot.textContent ?? '', /Message deleted/);
  assert.match(other.textContent ?? '', /hello/);
  assert.equal(far.textContent, '');
  assert.equal(room.asked, 2);
});

test('what a message was does not take the place of what it is now', async (t) => {
  const { quotes, quote, near } = start(t);
  const slot = quote(7);
  const asked = near(slot);
  quotes.restate(7, /** @type {any} */ ({ own: true, name: 'Mina', text: 'better', deleted: false }));
  await asked;
  assert.match(slot.textContent ?? '', /You better/);
});
