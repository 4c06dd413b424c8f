import assert from 'node:assert/strict';
import { test } from 'node:test';
import jsQR from 'jsqr';
import { dataLength } from './qr-blocks.js';
import { pathOf } from './qr-drawing.js';
import { penalty } from './qr-mask.js';
import { encodeQR } from './qr.js';

/** @typedef {import('./qr-mask.js').Modules} Modules */

const scale = 3;
const quiet = 4;

/** What a reader sees in a picture of the modules. @param {Modules} modules */
function read(modules) {
  const side = (modules.length + 2 * quiet) * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = modules[Math.floor(y / scale) - quiet]?.[Math.floor(x / scale) - quiet];
      if (dark) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  const decode = /** @type {typeof jsQR.default} */ (/** @type {unknown} */ (jsQR));
  return decode(pixels, side, side, { inversionAttempts: 'dontInvert' });
}

/** A link of so many bytes. @param {number} bytes */
const link = (bytes) => 'https://moim.example/r/'.padEnd(bytes, 'reading-circle-');

test('every version is read, filled to the last byte and one byte over', () => {
  for (let version = 1; version <= 40; version++) {
    const most = dataLength(version) - (version < 10 ? 2 : 3);
    for (const [bytes, expected] of [[most, version], [most + 1, version + 1]]) {
      if (expected > 40) continue;
      const text = link(bytes).slice(-bytes);
      const found = read(encodeQR(text));
      assert.equal(found?.data, text, `version ${version}`);
      assert.equal(found?.version, expected);
    }
  }
});

test('every mask is read', () => {
  for (const text of [link(30), link(200)]) {
    for (let mask = 0; mask < 8; mask++) assert.equal(read(encodeQR(text, mask))?.data, text, `mask ${mask}`);
  }
});

test('the mask of the least penalty is taken', () => {
  for (const text of [link(24), link(60), link(130), link(250)]) {
    const penalties = Array.from({ length: 8 }, (_, mask) => penalty(encodeQR(text, mask)));
    assert.equal(penalty(encodeQR(text)), Math.min(...penalties));
    assert.ok(new Set(penalties).size > 1);
  }
});

test('a damaged symbol is read', () => {
  const text = link(100);
  const modules = encodeQR(text);
  const middle = Math.floor(modules.length / 2);
  for (let row = middle; row < middle + 6; row++) for (let column = middle; column < middle + 6; column++) modules[row][column] ^= 1;
  assert.equal(read(modules)?.data, text);
});

test('letters of all scripts are UTF-8', () => {
  const text = 'https://moim.example/r/독서모임';
  assert.deepEqual(read(encodeQR(text))?.binaryData, [...new TextEncoder().encode(text)]);
});

test('what no symbol holds is refused', () => {
  assert.equal(encodeQR(link(2331)).length, 177);
  assert.throws(() => encodeQR(link(2332)), RangeError);
});

test('penalties are those of the rules', () => {
  const modules = (/** @type {string[]} */ ...rows) => rows.map((row) => Uint8Array.from(row, Number));
  // A dark square of 2: one block, all dark.
  assert.equal(penalty(modules('11', '11')), 3 + 100);
  // Two runs of five, four blocks, 17 of 25 dark.
  assert.equal(penalty(modules('11111', '11111', '00100', '01011', '10101')), 3 + 3 + 4 * 3 + 30);
  // A finder pattern and four light modules in each row, columns of one colour, five pairs of them alike.
  assert.equal(penalty(modules(...Array(11).fill('10111010000'))), 11 * 40 + 11 * 9 + 10 * 5 * 3);
});

test('a path has a rectangle for each run', () => {
  assert.equal(pathOf([Uint8Array.of(1, 1, 0), Uint8Array.of(0, 0, 1)]), 'M4 4h2v1h-2zM6 5h1v1h-1z');
});
