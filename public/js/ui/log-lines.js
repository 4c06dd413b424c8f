import { ChatLine } from './chat-line.js';

/** @typedef {import('../chat/entry.js').Entry} Entry */

/** The lines of the log, one element for each entry of the transcript's window. */
export class LogLines {
  #list;
  #parts;
  /** @type {Map<Entry, ChatLine>} */
  #lines = new Map();
  /** @type {WeakMap<Node, ChatLine>} */
  #ofElement = new WeakMap();

  /** @param {HTMLElement} list holds the lines and nothing else @param {import('./chat-line.js').LineParts} parts */
  constructor(list, parts) {
    this.#list = list;
    this.#parts = parts;
  }

  /** The line an element stands in. @param {EventTarget | null} target @returns {ChatLine | null} */
  lineOf(target) {
    const element = target instanceof Element ? target.closest('.line') : null;
    return (element && this.#ofElement.get(element)) ?? null;
  }

  /** @param {number} n @returns {ChatLine | null} */
  at(n) {
    for (const [entry, line] of this.#lines) if (entry.kind === 'message' && entry.n === n) return line;
    return null;
  }

  /**
   * Draws what is new or has changed; writes only, so that it costs no layout. A line whose part had the focus and was
   * drawn anew, or that was moved, has the focus then.
   * @param {readonly Entry[]} entries the whole window, in order
   * @param {ReadonlySet<Entry>} changed those of them that are to be drawn again
   * @param {Entry | null} unread the first unread one
   */
  place(entries, changed, unread) {
    const focused = this.lineOf(document.activeElement);
    this.#removeOthers(new Set(entries));
    let next = this.#list.firstElementChild;
    /** @type {Entry | undefined} */
    let before;
    for (const entry of entries) {
      const place = { before, unread: entry === unread };
      const known = this.#lines.get(entry);
      const line = known ?? this.#make(entry);
      if (!known || changed.has(entry)) line.show(place);
      else line.follow(place);
      if (next === line.element) next = next.nextElementSibling;
      else this.#list.insertBefore(line.element, next);
      before = entry;
    }
    const { activeElement, body } = document;
    if (focused?.element.isConnected && (activeElement === body || activeElement === null)) {
      focused.element.focus({ preventScroll: true });
    }
  }

  /**
   * The first line that ends below a height, in pixels from the top of what scrolls.
   * @param {number} top
   * @returns {HTMLElement | null}
   */
  below(top) {
    const { children } = this.#list;
    let from = 0;
    let to = children.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (bottomOf(/** @type {HTMLElement} */ (children[middle])) > top) to = middle;
      else from = middle + 1;
    }
    return /** @type {HTMLElement | undefined} */ (children[from]) ?? null;
  }

  /** @param {ReadonlySet<Entry>} entries */
  #removeOthers(entries) {
    for (const [entry, line] of this.#lines) {
      if (entries.has(entry)) continue;
      line.element.remove();
      this.#lines.delete(entry);
    }
  }

  /** @param {Entry} entry */
  #make(entry) {
    const line = new ChatLine(entry, this.#parts);
    this.#lines.set(entry, line);
    this.#ofElement.set(line.element, line);
    return line;
  }
}

/** @param {HTMLElement} element */
export const bottomOf = ({ offsetTop, offsetHeight }) => offsetTop + offsetHeight;
