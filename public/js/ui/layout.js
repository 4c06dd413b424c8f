/** Up to this many tiles share the window; more are reached by scrolling. */
export const tilesWithoutScrolling = 16;

/**
 * Where a tile lies, in pixels from the corner of its box.
 * @typedef {{left: number, top: number, width: number, height: number}} Rect
 * @typedef {{width: number, height: number}} Size
 * @typedef {{width: number, height: number, gap: number}} Box `gap`: between tiles
 * @typedef {{columns: number, rows: number, width: number, height: number}} Grid `width`, `height`: of one tile
 * @typedef {{least: number, most: number}} Shape bounds of width by height
 * @typedef {{large: Rect, strip: Rect[]}} Spotlight
 */

/** Width by height of the widest tile, and of the narrowest in a wide and in a tall box. */
const widest = 16 / 9;
const narrowestInWide = 1;
const narrowestInTall = 2 / 3;

/** The least side of a small tile; its greatest height, in pixels where the box is small, else as a share of it. */
const leastSmall = 56;
const mostSmallFrom = 64;
const mostSmallShare = 0.19;
/** How much of what a large tile would have alone it has before small ones become smaller. */
const enoughForLarge = 0.6;

/** The shape of a person's tile in a box. @param {Size} box @returns {Shape} */
export function personShape({ width, height }) {
  return { least: width > height ? narrowestInWide : narrowestInTall, most: widest };
}

/**
 * The grid whose equal tiles are as large as the box allows.
 * @param {Box & {count: number}} box
 * @returns {Grid}
 */
export function fitTiles({ count, width, height, gap }) {
  const shape = personShape({ width, height });
  const shown = Math.max(1, Math.min(count, tilesWithoutScrolling));
  /** @type {Grid} */
  let best = { columns: 1, rows: shown, width: 0, height: 0 };
  for (let columns = 1; columns <= shown; columns += 1) {
    const rows = Math.ceil(shown / columns);
    const cell = { width: share(width, columns, gap), height: share(height, rows, gap) };
    const tile = fitShape(cell, shape);
    if (area(tile) > area(best)) best = { columns, rows, ...tile };
  }
  return { ...best, rows: Math.ceil(Math.max(1, count) / best.columns) };
}

/**
 * Equal tiles in the middle of the box, a short last row centred; what does not fit goes on below it.
 * @param {Box & {count: number}} box
 * @returns {{rects: Rect[], columns: number}}
 */
export function tiled(box) {
  const { columns, ...tile } = fitTiles(box);
  return { rects: rowsOf({ ...box, columns, tile }, { left: 0, top: 0, ...box }), columns };
}

/**
 * A large tile and a strip of small ones, beside or below it, whichever leaves the large one larger. A strip that is
 * too long goes on beyond the end of the box.
 * @param {Box & {small: number, shape: Shape}} options `small`: how many small ones; `shape`: of the large one
 * @returns {Spotlight}
 */
export function spotlit({ small, shape, ...box }) {
  const whole = { left: 0, top: 0, ...box };
  if (small === 0) return { large: centred(fitShape(box, shape), whole), strip: [] };
  /** @type {Spotlight | null} */
  let best = null;
  for (const tile of smallSizes(box)) {
    for (const strip of stripsOf(small, tile, box)) {
      const candidate = beside(strip, small, shape, box);
      if (!best || area(candidate.large) > area(best.large)) best = candidate;
    }
    if (best && area(best.large) >= enoughForLarge * area(fitShape(box, shape))) return best;
  }
  return best ?? beside(endlessStrip(small, box), small, shape, box);
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
  if (count < 2 || count > tilesWithoutScrolling + 1) return false;
  return count <= mostAroundOwn || (width >= roomyWidth && height >= roomyHeight);
}

/** @typedef {{aside: boolean, columns: number, rows: number, tile: Size}} Strip `aside`: beside the large one, else below */

/** What small tiles may measure, the best first. @param {Box} box @returns {Size[]} */
function smallSizes({ width, height }) {
  const tallest = Math.max(mostSmallFrom, Math.min(width, height) * mostSmallShare);
  const heights = [1, 0.85, 0.7, 0.55].map((part) => part * tallest).filter((side) => side > leastSmall);
  return [widest, 1].flatMap((ratio) => [...heights, leastSmall].map((side) => whole({ width: side * ratio, height: side })));
}

/** The strips that show so many tiles at once. @param {number} small @param {Size} tile @param {Box} box */
function stripsOf(small, tile, { width, height, gap }) {
  const along = Math.floor((height + gap) / (tile.height + gap));
  const across = Math.floor((width + gap) / (tile.width + gap));
  /** @type {Strip[]} */
  const strips = [];
  if (along > 0) {
    const columns = Math.ceil(small / along);
    strips.push({ aside: true, columns, rows: Math.ceil(small / columns), tile });
  }
  if (across > 0) {
    const rows = Math.ceil(small / across);
    strips.push({ aside: false, columns: Math.ceil(small / rows), rows, tile });
  }
  return strips.filter(({ aside, columns, rows }) => {
    const room = aside ? width - extent(columns, tile.width, gap) : height - extent(rows, tile.height, gap);
    return room >= gap + leastSmall;
  });
}

/** One line of small tiles, as long as it has to be. @param {number} small @param {Box} box @returns {Strip} */
function endlessStrip(small, { width, height }) {
  const aside = width > height;
  const side = Math.min(mostSmallFrom, Math.floor((aside ? width : height) / 3));
  return { aside, columns: aside ? 1 : small, rows: aside ? small : 1, tile: { width: side, height: side } };
}

/** @param {Strip} strip @param {number} count @param {Shape} shape @param {Box} box @returns {Spotlight} */
function beside({ aside, columns, rows, tile }, count, shape, { width, height, gap }) {
  const thick = aside ? extent(columns, tile.width, gap) : extent(rows, tile.height, gap);
  const room = { left: 0, top: 0, width: width - (aside ? thick + gap : 0), height: height - (aside ? 0 : thick + gap) };
  const ground = aside ? { left: width - thick, top: 0, width: thick, height } : { left: 0, top: height - thick, width, height: thick };
  return {
    large: centred(fitShape(room, shape), room),
    strip: rowsOf({ count, columns, tile, gap }, ground),
  };
}

/**
 * Tiles row by row in the middle of the ground, or from its corner where they do not fit.
 * @param {{count: number, columns: number, tile: Size, gap: number}} tiles
 * @param {Rect} ground
 * @returns {Rect[]}
 */
function rowsOf({ count, columns, tile: { width, height }, gap }, ground) {
  const rows = Math.ceil(count / columns);
  const top = ground.top + spare(ground.height, extent(rows, height, gap));
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = ground.left + spare(ground.width, extent(inRow, width, gap));
    return { left: left + (index % columns) * (width + gap), top: top + row * (height + gap), width, height };
  });
}

/** The largest of a shape in a cell. @param {Size} cell @param {Shape} shape @returns {Size} */
function fitShape({ width, height }, { least, most }) {
  return whole({ width: Math.min(width, height * most), height: Math.min(height, width / least) });
}

/** @param {Size} size @param {Rect} ground @returns {Rect} */
function centred({ width, height }, ground) {
  return { left: ground.left + spare(ground.width, width), top: ground.top + spare(ground.height, height), width, height };
}

/** @param {Size} size @returns {Size} */
const whole = ({ width, height }) => ({ width: Math.max(0, Math.floor(width)), height: Math.max(0, Math.floor(height)) });
/** @param {Size} size */
const area = ({ width, height }) => width * height;
/** What each of some in a line has of a length. @param {number} length @param {number} count @param {number} gap */
const share = (length, count, gap) => Math.max(0, (length - gap * (count - 1)) / count);
/** How long a line of some is. @param {number} count @param {number} length of one @param {number} gap */
const extent = (count, length, gap) => count * length + gap * (count - 1);
/** Half of what is left. @param {number} room @param {number} length */
const spare = (room, length) => Math.max(0, Math.floor((room - length) / 2));
