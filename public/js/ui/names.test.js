import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMIT, Names, readNames } from './names.js';

test('the last name of each is known, of the newest that were seen', () => {
  let kept = '';
  const names = new Names(readNames(null), (all) => (kept = JSON.stringify([...all])));
  names.add([{ id: 'a', name: 'Mina' }, { id: 'b', name: 'Jonas' }]);
  names.add([{ id: 'a', name: 'Nana' }]);
  assert.deepEqual([names.get('a'), names.get('b'), names.get('c')], ['Nana', 'Jonas', null]);
  assert.equal(readNames(kept).get('a'), 'Nana');
  names.add(Array.from({ length: LIMIT - 1 }, (_, i) => ({ id: `p${i}`, name: 'Sora' })));
  assert.deepEqual([names.get('a'), names.get('b'), readNames(kept).size], ['Nana', null, LIMIT]);
});

test('what is known already is not kept again', () => {
  let times = 0;
  const names = new Names(new Map([['a', 'Mina']]), () => (times += 1));
  names.add([{ id: 'a', name: 'Mina' }]);
  names.add([]);
  assert.equal(times, 0);
});

test('what was kept is read with care', () => {
  for (const bad of ['', '{', '{}', 'null', '[1]', '[null]', '[["a",1],[2,"b"]]']) assert.equal(readNames(bad).size, 0);
});
