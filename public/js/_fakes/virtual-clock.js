import { settle } from './tasks.js';

/** A clock that the test moves; timers fire in the order of their times. */
export class VirtualClock {
  now = 0;
  #last = 0;
  /** @type {Map<number, {act: () => void, at: number}>} */
  #timers = new Map();

  /** How many timers run. */
  get timers() {
    return this.#timers.size;
  }

  /** @param {() => void} act @param {number} ms */
  setTimeout = (act, ms) => {
    this.#timers.set(++this.#last, { act, at: this.now + ms });
    return this.#last;
  };

  /** @param {number} timer */
  clearTimeout = (timer) => {
    this.#timers.delete(timer);
  };

  /** Lets time pass. @param {number} ms */
  pass(ms) {
    const end = this.now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) this.#fire(next);
    this.now = end;
  }

  /**
   * Lets time pass, and everything come to an end that a timer has begun before the next one fires.
   * @param {number} ms
   * @param {() => Promise<void>} [between]
   */
  async run(ms, between = settle) {
    const end = this.now + ms;
    await between();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#fire(next);
      await between();
    }
    this.now = end;
  }

  /** @param {number} end @returns {number|undefined} the first timer that is due until then */
  #next(end) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end);
    return due.sort(([, a], [, b]) => a.at - b.at)[0]?.[0];
  }

  /** @param {number} timer */
  #fire(timer) {
    const { act, at } = /** @type {{act: () => void, at: number}} */ (this.#timers.get(timer));
    this.#timers.delete(timer);
    this.now = Math.max(this.now, at);
    act();
  }
}
