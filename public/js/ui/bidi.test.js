import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutBidiControls } from './bidi.js';

test('what turns text around is not shown, marks of a direction are', () => {
  assert.equal(withoutBidiControls('a\u202a\u202b\u202c\u202d\u202eb\u2066\u2067\u2068\u2069c'), 'abc');
  assert.equal(withoutBidiControls('\u200fשלום\u200e, مينا!'), '\u200fשלום\u200e, مينا!');
});
