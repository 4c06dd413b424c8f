import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomNameFrom, roomOfPath, roomPath } from './room-name.js';

test('a typed name becomes a room name', () => {
  for (const [typed, room] of [
    ['standup', 'standup'],
    ['  Monday  stand up ', 'Monday-stand-up'],
    ['모임 방', '모임-방'],
    ['a/b?c#d', 'abcd'],
    ['cafe\u0301', 'café'],
    ['!!!', ''],
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

test('a path and its room belong together', () => {
  assert.equal(roomOfPath(roomPath('모임 방')), '모임 방');
  assert.equal(roomOfPath('/r/a/'), 'a');
  for (const path of ['/', '/r/', '/r/a/b', '/x']) assert.equal(roomOfPath(path), null);
});
