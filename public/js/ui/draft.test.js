import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedEntry, unsentEntry } from '../chat/entry.js';
import { Draft, newestToChange } from './draft.js';

const at = '2026-11-22T12:00:00.000Z';
/** @param {number} n @param {string} text @param {boolean} [own] */
const message = (n, text, own = false) =>
  storedEntry({ n, seq: n, key: `k${n}`, from: 'b', name: 'Jonas', text, at }, own);
/** @param {number} n */
const deleted = (n) => storedEntry({ n, seq: 9, key: `k${n}`, from: 'b', name: 'Jonas', text: '', at, deleted: at }, false);
const jonas = { id: 'b', name: 'Jonas' };
const sora = { id: 'c', name: 'Sora' };

test('after a message its readers stay, and what it answers does not', () => {
  const draft = new Draft();
  draft.answer(message(3, 'psst'), jonas);
  draft.type('what is it?');
  assert.deepEqual([draft.to, draft.reply], [jonas, { n: 3, name: 'Jonas', text: 'psst', own: false, deleted: false }]);
  draft.said();
  assert.deepEqual([draft.text, draft.to, draft.reply], ['', jonas, null]);
  assert.equal(draft.cancel(), true);
  assert.equal(draft.to, null);
  assert.equal(draft.cancel(), false);
});

test('an answer to all is not private, whatever was before', () => {
  const draft = new Draft();
  draft.address(jonas);
  draft.answer(message(3, 'hello'), null);
  assert.equal(draft.to, null);
});

test('what was begun waits while another message is changed', () => {
  const draft = new Draft();
  draft.type('half a sen');
  draft.change(message(3, 'teh'));
  assert.equal(draft.shown, 'teh');
  draft.type('the ');
  draft.changed(3, 'teh');
  assert.equal(draft.shown, 'the ');
  draft.changed(3, 'the');
  assert.equal(draft.shown, 'half a sen');
});

test('a cancelled change leaves readers and text as they were', () => {
  const draft = new Draft();
  draft.address(jonas);
  draft.type('psst');
  draft.change(message(3, 'one'));
  draft.type('two');
  assert.equal(draft.cancel(), true);
  assert.deepEqual([draft.shown, draft.to], ['psst', jonas]);
});

test('what is written for one reader does not go to all by an answer', () => {
  const draft = new Draft();
  draft.address(jonas);
  draft.type('between us');
  draft.answer(message(3, 'hello'), null);
  assert.deepEqual([draft.to, draft.reply?.n, draft.text], [jonas, 3, 'between us']);
  draft.answer(message(4, 'psst'), sora);
  assert.equal(draft.to, sora);
});

test('a change that was begun waits for its message', () => {
  const draft = new Draft();
  draft.change(message(1, 'one'));
  draft.type('one!');
  draft.change(message(2, 'two'));
  draft.answer(message(3, 'hello'), null);
  assert.equal(draft.shown, '');
  draft.change(message(2, 'two'));
  assert.equal(draft.shown, 'two');
  const later = Draft.read(draft.json);
  later.change(message(1, 'ONE'));
  assert.deepEqual([later.shown, later.edit?.was], ['one!', 'ONE']);
  later.cancel();
  later.change(message(1, 'ONE'));
  assert.equal(later.shown, 'ONE');
});

test('begun changes do not pile up', () => {
  const draft = new Draft();
  for (let n = 1; n < 50; n++) {
    draft.change(message(n, 'a'));
    draft.type('b');
  }
  assert.ok(draft.begun.length <= 10);
  assert.equal(draft.begun.at(-1)?.n, 48);
});

test('an answer follows the message it answers', () => {
  const draft = new Draft();
  draft.answer(message(3, 'helo'), null);
  draft.restated(message(3, 'hello'));
  draft.restated(deleted(4));
  assert.deepEqual([draft.reply?.text, draft.reply?.deleted], ['hello', false]);
  assert.equal(draft.restated(deleted(3)), false);
  assert.deepEqual([draft.reply?.text, draft.reply?.deleted], ['', true]);
});

test('the words for a message that is deleted stay, for its readers only', () => {
  for (const [to, text, after] of /** @type {const} */ ([
    [null, '', ['new', jonas]],
    [jonas, 'begun', ['begun\nnew', jonas]],
    [null, 'begun', ['begun', null]],
  ])) {
    const draft = new Draft();
    if (to) draft.address(to);
    draft.type(text);
    draft.change(message(3, 'old'), jonas);
    draft.type('new');
    draft.restated(message(3, 'older', true));
    assert.equal(draft.edit?.was, 'older');
    assert.equal(draft.restated(deleted(3)), true);
    assert.deepEqual([draft.edit, draft.text, draft.to], [null, ...after]);
  }
});

test('a message that is another now is not changed', () => {
  const draft = new Draft();
  draft.change(message(3, 'old', true));
  draft.type('new');
  assert.deepEqual(draft.about, [3]);
  assert.equal(draft.restated(message(3, 'somebody else')), true);
  assert.deepEqual([draft.edit, draft.text], [null, 'new']);
});

test('of words that were not changed, and of changes that wait, nothing is left of a deleted message', () => {
  const draft = new Draft();
  draft.change(message(1, 'one'));
  draft.type('other');
  draft.change(message(2, 'two'));
  draft.restated(deleted(1));
  draft.restated(deleted(2));
  assert.equal(draft.json, '');
});

test('when numbers mean other messages, nothing is answered or changed', () => {
  const draft = new Draft();
  draft.change(message(1, 'one'));
  draft.type('other');
  draft.answer(message(3, 'hello'), jonas);
  draft.type('for Jonas');
  draft.restarted();
  assert.deepEqual([draft.text, draft.to, draft.reply, draft.edit, draft.begun], ['for Jonas', jonas, null, null, []]);
});

test('the newest own message is the one to change, once it is stored', () => {
  const one = message(1, 'one', true);
  const on = unsentEntry({ key: 'x', text: 'x', name: 'Mina' }, 'b');
  assert.equal(newestToChange([one, message(2, 'two')]), one);
  assert.equal(newestToChange([one, on]), null);
  assert.equal(newestToChange([one, { ...on, state: 'failed' }, { ...deleted(3), own: true }]), one);
  assert.equal(newestToChange([message(2, 'two')]), null);
});

test('it is kept whole, and read with care', () => {
  const draft = new Draft();
  assert.equal(draft.json, '');
  draft.answer(message(3, 'a'.repeat(4000)), jonas);
  draft.type('psst');
  draft.change(message(2, 'old'));
  draft.type('new');
  draft.change(message(1, 'first'), jonas);
  assert.ok(draft.json.length < 1000);
  assert.deepEqual(Draft.read(draft.json), draft);
  for (const bad of ['', '{', 'null', '[]', '{"text":1,"to":{"id":1},"reply":{"n":"x"},"edit":{"n":1},"begun":[1]}']) {
    assert.deepEqual(Draft.read(bad), new Draft());
  }
});
