import { ownTileFloats, personShape, spotlit, tiled } from './layout.js';

/** @typedef {import('./layout.js').Rect} Rect */
/** @typedef {{element: HTMLElement, own?: boolean, ratio?: number | null}} Placed `ratio`: of a screen's picture, null before there is one */

const gap = 8;
const screenRatio = 16 / 9;

/** Puts tiles where the layout has them, touching only what is to lie elsewhere. */
export class Placing {
  #scroller;
  #ground;
  /** @type {WeakMap<HTMLElement, string>} */
  #places = new WeakMap();

  /** @param {HTMLElement} scroller @param {HTMLElement} ground within it, holds the tiles */
  constructor(scroller, ground) {
    this.#scroller = scroller;
    this.#ground = ground;
  }

  /** @param {Placed[]} tiles @param {Placed | null} large the one that is to be large, if any */
  place(tiles, large) {
    const { clientWidth: width, clientHeight: height } = this.#scroller;
    const box = { width, height, gap };
    const own = tiles.find((tile) => tile.own);
    const others = tiles.filter((tile) => tile !== own && tile !== large);
    const beside = large && (others.length > 0 || large.own || large.ratio !== undefined);
    const floats = own && !beside && ownTileFloats({ count: tiles.length, width, height }) ? own : null;
    if (large && beside) {
      const small = [...others, ...(own && own !== large ? [own] : [])];
      const { large: rect, strip } = spotlit({ ...box, small: small.length, shape: shapeOf(large, box) });
      this.#write([large, ...small], [rect, ...strip], box);
      this.#mark(tiles, { large });
      return;
    }
    const shown = tiles.filter((tile) => tile !== floats);
    const { rects, columns } = tiled({ ...box, count: shown.length });
    this.#write(shown, rects, box);
    if (floats) this.#free(floats.element);
    this.#set(this.#ground, '--tile-width', `${rects[0]?.width ?? width}px`);
    this.#mark(tiles, { floats, under: floats && shown.at(-1), corner: floats && shown[Math.min(columns, shown.length) - 1] });
  }

  /** @param {Placed[]} tiles @param {Rect[]} rects @param {{width: number, height: number}} box */
  #write(tiles, rects, box) {
    const end = Math.max(box.width, ...rects.map(({ left, width }) => left + width));
    const bottom = Math.max(box.height, ...rects.map(({ top, height }) => top + height));
    const scrolls = end > box.width || bottom > box.height;
    this.#ground.classList.toggle('is-scrolled', scrolls);
    this.#set(this.#ground, 'width', scrolls ? `${end}px` : '100%');
    this.#set(this.#ground, 'height', scrolls ? `${bottom}px` : '100%');
    for (const [index, { element }] of tiles.entries()) this.#put(element, rects[index]);
  }

  /** @param {HTMLElement} element @param {Rect} rect */
  #put(element, rect) {
    const place = Object.values(rect).join(' ');
    if (this.#places.get(element) === place) return;
    this.#places.set(element, place);
    for (const side of /** @type {const} */ (['left', 'top', 'width', 'height'])) {
      element.style.setProperty(side, `${rect[side]}px`);
    }
  }

  /** @param {HTMLElement} element lies where the style sheet has it */
  #free(element) {
    if (!this.#places.delete(element)) return;
    for (const side of ['left', 'top', 'width', 'height']) element.style.removeProperty(side);
  }

  /** @param {HTMLElement} element @param {string} name @param {string} value */
  #set(element, name, value) {
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
  }

  /**
   * @param {Placed[]} tiles
   * @param {{large?: Placed, floats?: Placed | null, under?: Placed | null, corner?: Placed | null}} roles
   */
  #mark(tiles, { large, floats, under, corner }) {
    for (const tile of tiles) {
      const { classList } = tile.element;
      classList.toggle('is-large', tile === large);
      classList.toggle('is-floating', tile === floats);
      classList.toggle('is-under', tile === under);
      classList.toggle('is-top-end', tile === corner);
    }
  }
}

/** @param {Placed} tile @param {{width: number, height: number}} box */
function shapeOf({ ratio }, box) {
  if (ratio === undefined) return personShape(box);
  return { least: ratio ?? screenRatio, most: ratio ?? screenRatio };
}
