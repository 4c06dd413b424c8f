import { VERSIONS, dataLength, interleave } from './qr-blocks.js';
import { MASKS, penalty } from './qr-mask.js';

/** @typedef {import('./qr-mask.js').Modules} Modules */

/**
 * A QR code (ISO/IEC 18004) in byte mode at error correction level M, of the least version that holds the text.
 * @param {string} text up to 2331 bytes in UTF-8
 * @param {number} [mask] 0 to 7; the one of the least penalty if none is given
 * @returns {Modules} without the quiet zone of four light modules around it
 * @throws {RangeError} when the text is too long
 */
export function encodeQR(text, mask) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const codewords = interleave(dataOf(bytes, version), version);
  const candidates = (mask === undefined ? [...MASKS.keys()] : [mask]).map((index) => draw(version, codewords, index));
  const penalties = candidates.length > 1 ? candidates.map(penalty) : [0];
  return candidates[penalties.indexOf(Math.min(...penalties))];
}

/** Bits of the length of the text. @param {number} version */
const lengthBits = (version) => (version < 10 ? 8 : 16);

/** @param {number} length in bytes */
function versionFor(length) {
  for (let version = 1; version <= VERSIONS; version++) {
    if (4 + lengthBits(version) + length * 8 <= dataLength(version) * 8) return version;
  }
  throw new RangeError('too long for a QR code');
}

/** Mode, length, text, terminator and padding (7.4). @param {Uint8Array} bytes @param {number} version */
function dataOf(bytes, version) {
  const bits = [0b0100, bytes.length, ...bytes].map((value, index) =>
    value.toString(2).padStart(index === 0 ? 4 : index === 1 ? lengthBits(version) : 8, '0')).join('');
  const ended = bits.padEnd(Math.min(bits.length + 4, dataLength(version) * 8), '0');
  const whole = ended.padEnd(Math.ceil(ended.length / 8) * 8, '0');
  const data = new Uint8Array(dataLength(version));
  for (let place = 0; place < data.length; place++) {
    const octet = whole.slice(place * 8, place * 8 + 8);
    data[place] = octet ? Number.parseInt(octet, 2) : (place - whole.length / 8) % 2 === 0 ? 0xec : 0x11;
  }
  return data;
}

/** @param {number} version @param {number[]} codewords @param {number} mask */
function draw(version, codewords, mask) {
  const size = version * 4 + 17;
  const symbol = new Drawing(size);
  symbol.finders();
  symbol.timing();
  for (const [row, column] of alignmentCentres(version)) symbol.alignment(row, column);
  symbol.format(mask);
  if (version >= 7) symbol.version(version);
  symbol.data(codewords, MASKS[mask]);
  return symbol.modules;
}

/** Centres of the alignment patterns (Annex E). @param {number} version @returns {[number, number][]} */
function alignmentCentres(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = version === 32 ? 26 : Math.ceil((last - 6) / (count - 1) / 2) * 2;
  const centres = [6, ...Array.from({ length: count - 1 }, (_, index) => last - step * (count - 2 - index))];
  const all = centres.flatMap((row) => centres.map((column) => /** @type {[number, number]} */ ([row, column])));
  return all.filter(([row, column]) => !(row === 6 && column === 6) && Math.min(row, column) + last !== Math.max(row, column) + 6);
}

/** Bits of a number followed by those of its Bose-Chaudhuri-Hocquenghem code. @param {number} value @param {number} generator */
function withCheck(value, generator) {
  const degree = 31 - Math.clz32(generator);
  let rest = value << degree;
  while (Math.clz32(rest) <= Math.clz32(generator)) rest ^= generator << (Math.clz32(generator) - Math.clz32(rest));
  return (value << degree) | rest;
}

/** A symbol that is being drawn. */
class Drawing {
  #size;
  #taken;

  /** @param {number} size in modules */
  constructor(size) {
    this.#size = size;
    const rows = () => Array.from({ length: size }, () => new Uint8Array(size));
    this.#taken = rows();
    /** @type {Modules} */
    this.modules = rows();
  }

  finders() {
    const far = this.#size - 4;
    for (const [row, column] of [[3, 3], [3, far], [far, 3]]) this.#rings(row, column, 4, [2, 4]);
  }

  /** @param {number} row @param {number} column of its centre */
  alignment(row, column) {
    this.#rings(row, column, 2, [1]);
  }

  timing() {
    for (let place = 8; place < this.#size - 8; place++) {
      this.#set(6, place, place % 2 === 0);
      this.#set(place, 6, place % 2 === 0);
    }
  }

  /** Level and mask, twice (7.9). @param {number} mask */
  format(mask) {
    const levelM = 0b00;
    const bits = withCheck((levelM << 3) | mask, 0b10100110111) ^ 0b101010000010010;
    const last = this.#size - 1;
    for (let bit = 0; bit < 15; bit++) {
      const dark = ((bits >> bit) & 1) === 1;
      const near = bit < 6 ? bit : bit < 8 ? bit + 1 : bit === 8 ? 7 : 14 - bit;
      if (bit < 8) this.#set(near, 8, dark);
      else this.#set(8, near, dark);
      if (bit < 8) this.#set(8, last - bit, dark);
      else this.#set(last - 14 + bit, 8, dark);
    }
    this.#set(last - 7, 8, true);
  }

  /** Twice (7.10). @param {number} version */
  version(version) {
    const bits = withCheck(version, 0b1111100100101);
    for (let bit = 0; bit < 18; bit++) {
      const dark = ((bits >> bit) & 1) === 1;
      const along = Math.floor(bit / 3);
      const across = this.#size - 11 + (bit % 3);
      this.#set(along, across, dark);
      this.#set(across, along, dark);
    }
  }

  /** In columns of two, up and down from the right (7.7.3). @param {number[]} codewords @param {typeof MASKS[number]} mask */
  data(codewords, mask) {
    let bit = 0;
    let upwards = true;
    for (let right = this.#size - 1; right > 0; right -= right === 8 ? 3 : 2) {
      for (let step = 0; step < this.#size; step++) {
        const row = upwards ? this.#size - 1 - step : step;
        for (const column of [right, right - 1]) {
          if (this.#taken[row][column]) continue;
          const dark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          this.modules[row][column] = Number(dark !== mask(row, column));
          bit += 1;
        }
      }
      upwards = !upwards;
    }
  }

  /** Squares within squares around a centre, dark but for the light ones. @param {number} row @param {number} column @param {number} radius @param {number[]} light radii */
  #rings(row, column, radius, light) {
    for (let down = -radius; down <= radius; down++) {
      for (let right = -radius; right <= radius; right++) {
        this.#set(row + down, column + right, !light.includes(Math.max(Math.abs(down), Math.abs(right))));
      }
    }
  }

  /** @param {number} row @param {number} column @param {boolean} dark */
  #set(row, column, dark) {
    if (this.modules[row]?.[column] === undefined) return;
    this.modules[row][column] = Number(dark);
    this.#taken[row][column] = 1;
  }
}
