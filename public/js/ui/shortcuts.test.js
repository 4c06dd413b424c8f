import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letterOf } from './shortcuts.js';

/** @param {string} key @param {string} code */
const letter = (key, code) => letterOf(/** @type {KeyboardEvent} */ ({ key, code }));

test('a shortcut is the letter that is written', () => {
  assert.equal(letter('m', 'KeyM'), 'm');
  assert.equal(letter('M', 'KeyM'), 'm');
  assert.equal(letter('m', 'Semicolon'), 'm');
});

test('where another script is written, it is the place of the key', () => {
  assert.equal(letter('ㅡ', 'KeyM'), 'm');
  assert.equal(letter('с', 'KeyC'), 'c');
});

test('a question mark is one', () => {
  assert.equal(letter('?', 'Slash'), '?');
});

test('other keys are no shortcuts', () => {
  for (const key of ['Enter', 'Escape', 'Tab', 'F1']) assert.ok(letter(key, key).length > 1);
});
