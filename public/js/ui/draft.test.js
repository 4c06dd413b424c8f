import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedEntry } from '../chat/entry.js';
import { Draft } from './draft.js';

/** @param {number} n @param {string} text */
const message = (n, text) =>
  storedEntry({ n, seq: n, key: `k${n}`, from: 'b', name: 'Jonas', text, at: '2026-11-22T12:00:00.000Z' }, false);
const jonas = { id: 'b', name: 'Jonas' };

test('after a message its readers stay, and what it answers does not', () => {
  const draft = new Draft();
  draft.answer(message(3, 'psst'), jonas);
  draft.type('what is it?');
  assert.deepEqual([draft.to, draft.reply], [jonas, { n: 3, name: 'Jonas', text: 'psst' }]);
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

test('it is kept whole, and read with care', () => {
  const draft = new Draft();
  assert.equal(draft.json, '');
  draft.answer(message(3, 'a'.repeat(4000)), jonas);
  draft.type('psst');
  draft.change(message(2, 'old'));
  draft.type('new');
  assert.ok(draft.json.length < 1000);
  assert.deepEqual(Draft.read(draft.json), draft);
  for (const bad of ['', '{', 'null', '[]', '{"text":1,"to":{"id":1},"reply":{"n":"x"},"edit":{"n":1}}']) {
    assert.deepEqual(Draft.read(bad), new Draft());
  }
});
