/** @typedef {import('./layout.js').Size} Size */
/** @typedef {import('../rtc/mesh.js').View} View */

/** How long what is drawn has to stand before it is told. */
export const SETTLE_MS = 250;
/** How long the page has to be hidden before nothing counts as drawn. */
export const HIDDEN_MS = 3000;

/** Tells each peer what is drawn of them: only what has changed, and not while it still changes. */
export class Views {
  #tell;
  #clock;
  /** @type {Map<string, View>} */
  #wanted = new Map();
  /** What was told, as JSON. @type {Map<string, string>} */
  #told = new Map();
  /** @type {any} */
  #timer = null;
  #due = Infinity;

  /**
   * @param {object} options
   * @param {(id: string, view: View) => void} options.tell
   * @param {Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>} [options.clock]
   */
  constructor({ tell, clock = globalThis }) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** @param {Map<string, View>} views of everyone who is there @param {number} [delay] in milliseconds */
  show(views, delay = SETTLE_MS) {
    this.#wanted = views;
    for (const id of this.#told.keys()) if (!views.has(id)) this.#told.delete(id);
    const changed = [...views].some(([id, view]) => this.#told.get(id) !== JSON.stringify(view));
    if (!changed) this.stop();
    else if (this.#timer === null || delay !== this.#due) this.#wait(delay);
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {number} delay */
  #wait(delay) {
    this.stop();
    this.#due = delay;
    this.#timer = this.#clock.setTimeout(() => this.#flush(), delay);
  }

  #flush() {
    this.#timer = null;
    for (const [id, view] of this.#wanted) {
      const text = JSON.stringify(view);
      if (this.#told.get(id) === text) continue;
      this.#told.set(id, text);
      this.#tell(id, view);
    }
  }
}

/**
 * The size of what is drawn, in device pixels.
 * @param {Size | null} size in CSS pixels
 * @param {number} ratio of device pixels to CSS pixels
 * @returns {Size | null} null where nothing is seen
 */
export function devicePixels(size, ratio) {
  if (!size || size.width < 1 || size.height < 1) return null;
  return { width: Math.round(size.width * ratio), height: Math.round(size.height * ratio) };
}
