/** How long the one who speaks has to be silent before that counts, in milliseconds. */
export const HOLD_MS = 1500;

/** Who of the others speaks, without leaping between words. */
export class Speaker {
  /** The one who speaks or spoke last; null before anybody did. @type {string | null} */
  id = null;

  /** When the present speaker was last heard. */
  #heard = -Infinity;

  /**
   * @param {Iterable<string>} loud ids of those who are heard now, the loudest first
   * @param {number} now in milliseconds
   * @returns {boolean} whether `id` is another
   */
  hear(loud, now) {
    const [first, ...more] = loud;
    if (first === undefined) return false;
    if (this.id !== null && [first, ...more].includes(this.id)) {
      this.#heard = now;
      return false;
    }
    if (this.id !== null && now - this.#heard < HOLD_MS) return false;
    this.id = first;
    this.#heard = now;
    return true;
  }

  /** @param {string} id of somebody who has left */
  forget(id) {
    if (this.id === id) this.id = null;
  }
}

/** Whether a voice is heard: at once when it is, no longer only after a pause. */
export class Voice {
  /** Whether it speaks. */
  on = false;
  #heard = -Infinity;

  /**
   * @param {boolean} loud
   * @param {number} now in milliseconds
   * @returns {boolean} whether `on` is another
   */
  hear(loud, now) {
    if (loud) this.#heard = now;
    const on = now - this.#heard < HOLD_MS;
    if (on === this.on) return false;
    this.on = on;
    return true;
  }
}
