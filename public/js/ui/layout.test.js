import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitTiles, ownTileFloats, personShape, spotlit, tiled, tilesWithoutScrolling } from './layout.js';

/** @typedef {import('./layout.js').Rect} Rect */

const gap = 8;
const widths = [320, 360, 390, 568, 740, 844, 920, 1024, 1280, 1440, 1920, 2560, 3840];
const heights = [200, 280, 320, 390, 480, 568, 640, 700, 844, 1080, 1440, 2160];
const boxes = widths.flatMap((width) => heights.map((height) => ({ width, height, gap })));
const counts = Array.from({ length: tilesWithoutScrolling }, (_, index) => index + 1);
const screen = { least: 16 / 9, most: 16 / 9 };

/** @param {Rect} a @param {Rect} b */
const overlap = (a, b) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
/** @param {Rect} rect */
const area = ({ width, height }) => width * height;

/** @param {Rect[]} rects @param {{width: number, height: number}} box @param {string} label */
function standApart(rects, { width, height }, label) {
  for (const [index, rect] of rects.entries()) {
    assert.ok(rect.left >= 0 && rect.top >= 0, label);
    assert.ok(rect.left + rect.width <= width && rect.top + rect.height <= height, `${label}: ${JSON.stringify(rect)}`);
    assert.ok(!rects.slice(index + 1).some((other) => overlap(rect, other)), `${label}: ${index} overlaps`);
  }
}

/** @param {(box: typeof boxes[0], count: number, label: string) => void} check */
function everywhere(check) {
  for (const box of boxes) for (const count of counts) check(box, count, `${count} in ${box.width}x${box.height}`);
}

test('up to sixteen equal tiles stand apart in their box, in shape', () => {
  everywhere((box, count, label) => {
    const { rects } = tiled({ ...box, count });
    assert.equal(rects.length, count);
    standApart(rects, box, label);
    const [{ width, height }] = rects;
    const { least, most } = personShape(box);
    assert.ok(width / height > least - 0.03 && width / height < most + 0.03, `${label}: ${width}x${height}`);
  });
});

/** The greatest area of a tile, by trying every width and number of columns. @param {any} box @param {number} count */
function bruteForce(box, count) {
  const { least, most } = personShape(box);
  let best = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const highest = (box.height - gap * (rows - 1)) / rows;
    for (let width = 1; width * columns + gap * (columns - 1) <= box.width; width += 1) {
      const height = Math.floor(Math.min(highest, width / least));
      if (width <= height * most) best = Math.max(best, width * height);
    }
  }
  return best;
}

test('no tiles would be larger', () => {
  everywhere((box, count, label) => {
    const { width, height } = fitTiles({ ...box, count });
    assert.ok((width + 1) * (height + 1) >= bruteForce(box, count), `${label}: ${width}x${height}`);
  });
});

test('a large tile and its strip stand apart in their box', () => {
  for (const shapeOf of [personShape, () => screen]) {
    everywhere((box, small, label) => {
      if (box.width * box.height < 12_000 * small) return;
      const { large, strip } = spotlit({ ...box, small, shape: shapeOf(box) });
      assert.equal(strip.length, small);
      standApart([large, ...strip], box, label);
      assert.ok(strip.every((rect) => Math.min(rect.width, rect.height) >= 56), label);
      assert.ok(strip.every((rect) => area(rect) <= area(large)), `${label}: ${JSON.stringify([large, strip[0]])}`);
    });
  }
});

test('a strip on the other side would not leave more of the large tile', () => {
  everywhere((box, small, label) => {
    const { large, strip } = spotlit({ ...box, small, shape: screen });
    const [{ width, height }] = strip;
    for (let lines = 1; lines <= small; lines += 1) {
      const along = Math.ceil(small / lines);
      const fits = (/** @type {number} */ length, /** @type {number} */ one) => along * one + gap * (along - 1) <= length;
      const beside = fits(box.height, height) ? box.width - lines * (width + gap) : 0;
      const below = fits(box.width, width) ? box.height - lines * (height + gap) : 0;
      for (const [w, h] of [[beside, box.height], [box.width, below]]) {
        const other = Math.min(w, h * screen.most);
        assert.ok(other <= large.width + 2, `${label}: ${other} instead of ${large.width}`);
      }
    }
  });
});

test('a large tile has most of the window', () => {
  for (const [width, height, small] of [[1280, 700, 1], [1280, 700, 8], [3840, 2100, 8], [390, 700, 4]]) {
    const { large } = spotlit({ width, height, gap, small, shape: personShape({ width, height }) });
    assert.ok(area(large) > 0.45 * width * height, `${small} in ${width}x${height}: ${JSON.stringify(large)}`);
  }
});

test('alone, a large tile keeps its shape in the middle', () => {
  const { large, strip } = spotlit({ width: 1000, height: 1000, gap, small: 0, shape: screen });
  assert.deepEqual([large, strip], [{ left: 0, top: 219, width: 1000, height: 562 }, []]);
});

test('a strip that is too long goes on beyond the end', () => {
  for (const [width, height] of [[568, 120], [300, 380]]) {
    const { large, strip } = spotlit({ width, height, gap, small: 60, shape: screen });
    assert.ok(!strip.some((rect) => overlap(rect, large)));
    assert.ok(large.width > 100 && large.left + large.width <= width && large.top + large.height <= height);
    assert.ok(strip.every((rect) => rect.left + rect.width <= width || rect.top + rect.height <= height));
  }
});

test('the arrangement follows the shape of the window', () => {
  assert.equal(fitTiles({ count: 2, width: 1280, height: 700, gap }).columns, 2);
  assert.equal(fitTiles({ count: 2, width: 390, height: 740, gap }).columns, 1);
  assert.equal(fitTiles({ count: 4, width: 1280, height: 700, gap }).columns, 2);
  assert.equal(fitTiles({ count: 16, width: 1280, height: 720, gap }).columns, 4);
});

test('more than sixteen keep the size of sixteen and go on below', () => {
  const box = { width: 1280, height: 700, gap };
  const sixteen = fitTiles({ count: 16, ...box });
  const forty = fitTiles({ count: 40, ...box });
  assert.deepEqual([forty.width, forty.height], [sixteen.width, sixteen.height]);
  assert.equal(forty.rows, Math.ceil(40 / forty.columns));
  const { rects } = tiled({ count: 40, ...box });
  standApart(rects, { width: 1280, height: 10_000 }, 'forty');
  assert.equal(rects[0].top, 0);
});

test('a box without room is no error', () => {
  assert.deepEqual(fitTiles({ count: 3, width: 0, height: 0, gap }), { columns: 1, rows: 3, width: 0, height: 0 });
  assert.equal(tiled({ count: 3, width: 0, height: 0, gap }).rects.length, 3);
  assert.equal(spotlit({ small: 3, width: 0, height: 0, gap, shape: screen }).strip.length, 3);
});

test('a short last row stands centred', () => {
  const { rects, columns } = tiled({ count: 5, width: 1280, height: 700, gap });
  assert.equal(columns, 3);
  const middle = (/** @type {number} */ from, /** @type {number} */ to) => (rects[from].left + rects[to].left) / 2;
  assert.ok(Math.abs(middle(0, 2) - middle(3, 4)) <= 1);
});

test('the own tile takes a place of its own where it would hide too much', () => {
  const floating = (/** @type {number} */ width, /** @type {number} */ height) =>
    [1, 2, 6, 7, 16, 18].filter((count) => ownTileFloats({ count, width, height }));
  assert.deepEqual(floating(1280, 700), [2, 6, 7, 16]);
  assert.deepEqual(floating(390, 740), [2, 6]);
  assert.deepEqual(floating(740, 300), [2, 6]);
});
