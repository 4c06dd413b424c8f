import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeElement, installPage } from '../_fakes/page.js';
import { Ended } from './ended.js';

for (const [end, says] of /** @type {[any, RegExp][]} */ ([
  [{ code: 1000, reason: 'left' }, /The room stays open for the others/],
  [{ code: 4501, reason: 'refused', error: 'room-locked' }, /The room is locked\. Ask a host/],
  [{ code: 4501, reason: 'refused', error: 'bad-password' }, /The room has another password now/],
  [{ code: 4501, reason: 'refused' }, /The server did not let you in/],
])) {
  test(`after ${end.error ?? end.reason} one is told why`, (t) => {
    installPage(t, { location: new URL('https://moim.test/r/tea') });
    const root = new FakeElement('div');
    new Ended({ root: /** @type {any} */ (root), room: 'tea', end, again: () => {} }).connect();
    assert.match(root.textContent, says);
  });
}
