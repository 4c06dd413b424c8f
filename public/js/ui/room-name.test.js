import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLink, roomNameFrom, roomOfPath, roomPath } from './room-name.js';

test('a typed name becomes a room name', () => {
  for (const [typed, room] of [
    ['standup', 'standup'],
    ['  Monday  stand up ', 'Monday-stand-up'],
    ['모임 방', '모임-방'],
    ['a/b?c#d', 'abcd'],
    ['cafe\u0301', 'café'],
    ['!!!', ''],
    ['x²\u200d1', 'x1'],
    ['\u0301a\u0301-\u0301', 'á-'],
    ['x'.repeat(80), 'x'.repeat(64)],
  ]) {
    assert.equal(roomNameFrom(typed), room);
  }
});

test('a pasted invite link names its room', () => {
  assert.equal(roomNameFrom('https://calls.example/r/kavo-tuni?x=1#y'), 'kavo-tuni');
  assert.equal(roomNameFrom(`https://calls.example${roomPath('모임')}`), '모임');
  assert.equal(roomNameFrom('https://calls.example/r/%E0%A4%A'), 'E0A4A');
});

test('a link to something else is no room', () => {
  for (const link of ['https://moim.example', ' HTTPS://moim.example/rooms', 'http://localhost:8080/r/']) {
    assert.ok(isLink(link));
    assert.equal(roomNameFrom(link), '');
  }
  assert.ok(!isLink('tea'));
});

test('a path and its room belong together', () => {
  assert.equal(roomOfPath(roomPath('모임 방')), '모임-방');
  assert.equal(roomOfPath('/r/a/'), 'a');
  assert.equal(roomOfPath('/r/%21%21'), '');
  assert.equal(roomOfPath(`/r/${'x'.repeat(80)}`), 'x'.repeat(64));
  for (const path of ['/', '/r/', '/r/a/b', '/x']) assert.equal(roomOfPath(path), null);
});
