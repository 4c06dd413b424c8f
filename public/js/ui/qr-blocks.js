/** Check codewords of a block at error correction level M, by version (ISO/IEC 18004, table 9). */
const checkLengths = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
  26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
/** Blocks at level M, by version (table 9). */
const blockCounts = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
  17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
];

export const VERSIONS = 40;

/** Codewords of a symbol, data and check (ISO/IEC 18004, table 1). @param {number} version */
function codewordCount(version) {
  const centres = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const finders = 3 * 64;
  const timing = 2 * (version * 4 + 1);
  const format = 31;
  const versions = version > 6 ? 36 : 0;
  const alignments = centres ? (centres ** 2 - 3) * 25 - (centres - 2) * 2 * 5 : 0;
  return Math.floor(((version * 4 + 17) ** 2 - finders - timing - format - versions - alignments) / 8);
}

/** Data codewords of a symbol at level M. @param {number} version */
export function dataLength(version) {
  return codewordCount(version) - checkLengths[version - 1] * blockCounts[version - 1];
}

/**
 * Data codewords with their check codewords, in the order they are placed (ISO/IEC 18004, 7.5 and 7.6).
 * @param {Uint8Array} data as many as {@link dataLength} says
 * @param {number} version
 */
export function interleave(data, version) {
  const count = blockCounts[version - 1];
  const short = Math.floor(data.length / count);
  const longs = data.length % count;
  const generator = generatorOf(checkLengths[version - 1]);
  const blocks = Array.from({ length: count }, (_, index) => {
    const begin = index * short + Math.max(0, index - (count - longs));
    return data.subarray(begin, begin + short + Number(index >= count - longs));
  });
  const checks = blocks.map((block) => remainder(block, generator));
  return [...columns(blocks), ...columns(checks)];
}

/** The first of each block, then the second of each. @param {Uint8Array[]} blocks @returns {number[]} */
function columns(blocks) {
  const longest = Math.max(...blocks.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) => blocks.flatMap((block) => (place < block.length ? block[place] : []))).flat();
}

/** Powers of 2 in the field of 256 elements with the polynomial 100011101, and the exponent of each element. */
const powers = new Uint8Array(255);
const exponents = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers[exponent] = value;
  exponents[value] = exponent;
  value = value < 128 ? value << 1 : (value << 1) ^ 0x11d;
}

/** @param {number} a @param {number} b */
const product = (a, b) => (a && b ? powers[(exponents[a] + exponents[b]) % 255] : 0);

/** The product of (x - 2^i) for i below the degree, without its leading 1. @param {number} degree */
function generatorOf(degree) {
  let polynomial = [1];
  for (let i = 0; i < degree; i++) {
    const times = [...polynomial, 0];
    for (const [place, factor] of polynomial.entries()) times[place + 1] ^= product(factor, powers[i]);
    polynomial = times;
  }
  return polynomial.slice(1);
}

/** What is left of a block, as a polynomial, divided by the generator. @param {Uint8Array} block @param {number[]} generator */
function remainder(block, generator) {
  const rest = new Uint8Array(block.length + generator.length);
  rest.set(block);
  for (let i = 0; i < block.length; i++) {
    for (const [place, factor] of generator.entries()) rest[i + 1 + place] ^= product(factor, rest[i]);
  }
  return rest.subarray(block.length);
}
