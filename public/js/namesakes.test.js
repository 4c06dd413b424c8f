import assert from 'node:assert/strict';
import test from 'node:test';
import { KNOWN, Namesakes } from './namesakes.js';

/** @param {...string} names */
function meeting(...names) {
  const namesakes = new Namesakes();
  return { namesakes, shown: names.map((name, i) => namesakes.add({ id: `p${i}`, name })) };
}

test('who comes later has a number, and keeps it when the first goes', () => {
  const { namesakes, shown } = meeting('Mina', 'Sora', 'Мina', 'mina');
  assert.deepEqual(shown, ['Mina', 'Sora', 'Мina (2)', 'mina (3)']);
  namesakes.remove('p0');
  assert.equal(namesakes.add({ id: 'p2', name: 'Мina' }), 'Мina (2)');
  assert.equal(namesakes.add({ id: 'p4', name: 'Mina' }), 'Mina (4)');
  assert.equal(namesakes.of('p0', 'Mina'), 'Mina');
});

test('who takes a name that somebody has gets the number, whoever came first', () => {
  const { namesakes } = meeting('Bob', 'Mina');
  assert.equal(namesakes.add({ id: 'p0', name: 'Mina' }), 'Mina (2)');
  assert.deepEqual([namesakes.given('p0'), namesakes.of('p0', 'Bob'), namesakes.of('p0', 'Mina')], ['Mina', 'Bob', 'Mina (2)']);
  assert.equal(namesakes.add({ id: 'p0', name: 'Bob' }), 'Bob');
});

test('nobody can choose the number of another', () => {
  assert.deepEqual(meeting('Mina', 'Mina (2)', 'Mina').shown, ['Mina', 'Mina (2)', 'Mina (3)']);
  assert.deepEqual(meeting('Mina', 'Mina', 'Mina（2）').shown, ['Mina', 'Mina (2)', 'Mina（2） (2)']);
  assert.deepEqual(meeting('Host', 'host', '“Host”').shown, ['“Host”', '“host” (2)', '“Host” (3)']);
});

test('what somebody wrote who has left keeps their name as it was shown, of the newest that were seen', () => {
  const { namesakes } = meeting('Mina', 'Mina');
  namesakes.clear();
  assert.deepEqual([namesakes.of('p1', 'Mina'), namesakes.of('p1', 'Nana'), namesakes.of('x', 'Mina')], ['Mina (2)', 'Nana', 'Mina']);
  for (let i = 0; i < KNOWN; i++) namesakes.add({ id: 'y', name: `n${i}` });
  assert.equal(namesakes.of('p1', 'Mina'), 'Mina');
});
