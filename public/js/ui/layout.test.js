import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitTiles, ownTileFloats, startLines, tilesWithoutScrolling } from './layout.js';

const gap = 8;
const boxes = [
  { name: 'desktop', width: 1280, height: 700 },
  { name: 'desktop beside chat', width: 920, height: 700 },
  { name: 'phone', width: 390, height: 740 },
  { name: 'small phone', width: 320, height: 480 },
  { name: 'phone on its side', width: 740, height: 300 },
  { name: '4K', width: 3840, height: 2000 },
];

test('up to sixteen tiles fit their box, in shape', () => {
  for (const { name, width, height } of boxes) {
    for (let count = 1; count <= tilesWithoutScrolling; count += 1) {
      const grid = fitTiles({ count, width, height, gap });
      const label = `${count} on ${name}`;
      assert.ok(grid.columns * grid.rows >= count, label);
      assert.ok(grid.columns * (grid.rows - 1) < count, label);
      assert.ok(grid.width * grid.columns + gap * (grid.columns - 1) <= width, label);
      assert.ok(grid.height * grid.rows + gap * (grid.rows - 1) <= height, label);
      const narrowest = width > height ? 0.99 : 0.65;
      assert.ok(grid.width / grid.height < 1.8 && grid.width / grid.height > narrowest, label);
    }
  }
});

test('the arrangement follows the shape of the window', () => {
  assert.equal(fitTiles({ count: 2, width: 1280, height: 700, gap }).columns, 2);
  assert.equal(fitTiles({ count: 2, width: 390, height: 740, gap }).columns, 1);
  assert.equal(fitTiles({ count: 4, width: 1280, height: 700, gap }).columns, 2);
  assert.equal(fitTiles({ count: 16, width: 1280, height: 720, gap }).columns, 4);
});

test('more than sixteen keep the size of sixteen and add rows', () => {
  const sixteen = fitTiles({ count: 16, width: 1280, height: 700, gap });
  const forty = fitTiles({ count: 40, width: 1280, height: 700, gap });
  assert.deepEqual([forty.width, forty.height], [sixteen.width, sixteen.height]);
  assert.equal(forty.rows, Math.ceil(40 / forty.columns));
});

test('a box without room is no error', () => {
  assert.deepEqual(fitTiles({ count: 3, width: 0, height: 0, gap }), { columns: 1, rows: 3, width: 0, height: 0 });
});

test('a short last row stands centred', () => {
  assert.deepEqual(startLines(5, 3), [null, null, null, 2, null]);
  assert.deepEqual(startLines(3, 2), [null, null, 2]);
  assert.deepEqual(startLines(4, 2), [null, null, null, null]);
  assert.deepEqual(startLines(1, 1), [null]);
});

test('the own tile takes a place of its own where it would hide too much', () => {
  const floating = (/** @type {string} */ name) => {
    const box = boxes.find((known) => known.name === name) ?? boxes[0];
    return [1, 2, 6, 7, 16].filter((count) => ownTileFloats({ count, ...box }));
  };
  assert.deepEqual(floating('desktop'), [2, 6, 7, 16]);
  assert.deepEqual(floating('phone'), [2, 6]);
  assert.deepEqual(floating('phone on its side'), [2, 6]);
});
