/** @typedef {Uint8Array[]} Modules rows of modules, 1 is dark */

/** Whether a mask turns a module over (ISO/IEC 18004, table 10). @type {readonly ((row: number, column: number) => boolean)[]} */
export const MASKS = Object.freeze([
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
]);

/** How hard a symbol is to read (ISO/IEC 18004, 7.8.3); the least is the best. @param {Modules} modules */
export function penalty(modules) {
  const rows = modules.map((row) => row.join(''));
  const lines = [...rows, ...rows.map((_, column) => modules.map((row) => row[column]).join(''))];
  const ofLines = lines.reduce((sum, line) => sum + runs(line) + finderLikes(line), 0);
  return ofLines + blocks(modules) + imbalance(rows.join(''));
}

/** Five and more of one colour in a line. @param {string} line */
function runs(line) {
  return (line.match(/0{5,}|1{5,}/g) ?? []).reduce((sum, run) => sum + run.length - 2, 0);
}

/** What looks like a finder pattern, with four light modules at a side. @param {string} line */
function finderLikes(line) {
  return [...line.matchAll(/(?=00001011101|10111010000)/g)].length * 40;
}

/** Squares of two by two of one colour. @param {Modules} modules */
function blocks(modules) {
  let sum = 0;
  for (let row = 1; row < modules.length; row++) {
    for (let column = 1; column < modules.length; column++) {
      const dark = modules[row][column] + modules[row - 1][column] + modules[row][column - 1] + modules[row - 1][column - 1];
      if (dark % 4 === 0) sum += 3;
    }
  }
  return sum;
}

/** More of one colour than of the other, in steps of five percent. @param {string} all */
function imbalance(all) {
  const percent = (all.replaceAll('0', '').length / all.length) * 100;
  return Math.floor(Math.abs(percent - 50) / 5) * 10;
}
