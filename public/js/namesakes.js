import { looksOf, plainName } from './look-alikes.js';

/** @typedef {{name: string, shown: string, number: number, looks: string[], shownLooks: string[]}} Bearer */

/** Of so many the name they had is known after they have left. */
export const KNOWN = 1_000;

/**
 * Under which names people are shown: as they chose, but told apart where names look alike. Who came later, or took the
 * name later, gets a number, and keeps it for as long as they are here and so named.
 */
export class Namesakes {
  /** By peer id. @type {Map<string, Bearer>} */
  #here = new Map();
  /** How people were shown, by peer id and name. @type {Map<string, string>} */
  #known = new Map();

  /**
   * Takes somebody who is here, or is called otherwise now.
   * @param {{id: string, name: string}} person
   * @returns {string} the name to show
   */
  add({ id, name }) {
    const before = this.#here.get(id);
    if (before?.name === name) return before.shown;
    this.#here.delete(id);
    const bearer = this.#bearer(name);
    this.#here.set(id, bearer);
    this.#keep(keyOf(id, name), bearer.shown);
    return bearer.shown;
  }

  /** @param {string} id */
  remove(id) {
    this.#here.delete(id);
  }

  clear() {
    this.#here.clear();
  }

  /** The name somebody chose who is here. @param {string} id */
  given(id) {
    return this.#here.get(id)?.name ?? '';
  }

  /**
   * The name to show of somebody who is here, or was.
   * @param {string} id
   * @param {string} name they have, or had
   */
  of(id, name) {
    return this.#known.get(keyOf(id, name)) ?? plainName(name);
  }

  /** @param {string} name @returns {Bearer} */
  #bearer(name) {
    const plain = plainName(name);
    const looks = [...new Set([...looksOf(name), ...looksOf(plain)])];
    const others = [...this.#here.values()];
    let number = 1 + Math.max(0, ...others.filter((other) => meet(other.looks, looks)).map((other) => other.number));
    for (; ; number++) {
      const shown = number === 1 ? plain : `${plain} (${number})`;
      const shownLooks = looksOf(shown);
      if (!others.some((other) => meet(other.shownLooks, shownLooks))) return { name, shown, number, looks, shownLooks };
    }
  }

  /** @param {string} key @param {string} shown */
  #keep(key, shown) {
    this.#known.delete(key);
    this.#known.set(key, shown);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN) this.#known.delete(oldest);
  }
}

/** @param {string} id @param {string} name */
const keyOf = (id, name) => `${id} ${name}`;

/** @param {string[]} some @param {string[]} others */
const meet = (some, others) => some.some((each) => others.includes(each));
