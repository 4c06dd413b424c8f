import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hueOf, initialsOf } from './person.js';

test('initials stand for a name', () => {
  for (const [name, initials] of [
    ['Mina', 'M'],
    ['ola berg', 'OB'],
    ['Ada de la Cruz', 'AC'],
    ['서연', '서'],
    ['👩‍🚀 Ida', '👩‍🚀I'],
    ['', ''],
  ]) {
    assert.equal(initialsOf(name), initials);
  }
});

test('a person keeps a colour', () => {
  assert.equal(hueOf('k4pynmxiim3wvshb'), hueOf('k4pynmxiim3wvshb'));
  for (const id of ['', 'a', 'zzzzzzzzzzzzzzzzzzzzzzzz']) assert.ok([0, 1, 2, 3, 4, 5].includes(hueOf(id)));
});
