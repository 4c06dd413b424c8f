/** Up to this many tiles share the window; more are reached by scrolling. */
export const tilesWithoutScrolling = 16;

/**
 * @typedef {object} Grid
 * @property {number} columns
 * @property {number} rows
 * @property {number} width of one tile, in pixels
 * @property {number} height of one tile, in pixels
 */

/** Width by height of the widest tile, and of the narrowest in a wide and in a tall box. */
const widest = 16 / 9;
const narrowestInWide = 1;
const narrowestInTall = 2 / 3;

/**
 * The grid whose equal tiles are as large as the box allows. Lengths are in pixels.
 * @param {{count: number, width: number, height: number, gap: number}} box
 * @returns {Grid}
 */
export function fitTiles({ count, width, height, gap }) {
  const narrowest = width > height ? narrowestInWide : narrowestInTall;
  const shown = Math.max(1, Math.min(count, tilesWithoutScrolling));
  /** @type {Grid} */
  let best = { columns: 1, rows: shown, width: 0, height: 0 };
  for (let columns = 1; columns <= shown; columns += 1) {
    const rows = Math.ceil(shown / columns);
    const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
    const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
    const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * widest));
    const tileHeight = Math.floor(Math.min(cellHeight, cellWidth / narrowest));
    if (tileWidth * tileHeight > best.width * best.height) {
      best = { columns, rows, width: tileWidth, height: tileHeight };
    }
  }
  return { ...best, rows: Math.ceil(Math.max(1, count) / best.columns) };
}

/**
 * Where each tile begins on a track of half tiles, so that a short last row stands centred.
 * @param {number} count
 * @param {number} columns
 * @returns {(number | null)[]} grid line of tiles that need one, null for those that follow on
 */
export function startLines(count, columns) {
  const inLastRow = count % columns;
  return Array.from({ length: count }, (_, index) =>
    inLastRow > 0 && index === count - inLastRow ? columns - inLastRow + 1 : null,
  );
}

/** Up to this many people the own tile is small in a corner also of a small stage. */
const mostAroundOwn = 6;
const roomyWidth = 704;
const roomyHeight = 400;

/**
 * Whether the own tile lies in a corner over the others, or takes a place among them. Lengths are in pixels.
 * @param {{count: number, width: number, height: number}} stage `count`: everyone, oneself included
 */
export function ownTileFloats({ count, width, height }) {
  if (count < 2) return false;
  return count <= mostAroundOwn || (width >= roomyWidth && height >= roomyHeight);
}
