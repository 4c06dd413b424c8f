/** Resolves in a later task, after all microtasks of this one. @returns {Promise<void>} */
export function task() {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Lets everything that only waits for tasks come to an end.
 * @param {number} [tasks]
 */
export async function settle(tasks = 40) {
  for (let i = 0; i < tasks; i++) await task();
}

/**
 * Collects the details of an event (the event itself where it has none).
 * @param {EventTarget} target
 * @param {string} type
 * @returns {any[]}
 */
export function collect(target, type) {
  /** @type {any[]} */
  const seen = [];
  target.addEventListener(type, (event) => seen.push(/** @type {CustomEvent} */ (event).detail ?? event));
  return seen;
}

/** Time stands still. @type {import('../net/connection.js').Clock} */
export const still = { setTimeout: () => 0, clearTimeout: () => {} };

/** A clock that the test moves. */
export class FakeClock {
  #now = 0;
  #last = 0;
  /** @type {Map<number, {act: () => void, at: number}>} */
  #timers = new Map();

  /** @param {() => void} act @param {number} ms */
  setTimeout = (act, ms) => {
    this.#timers.set(++this.#last, { act, at: this.#now + ms });
    return this.#last;
  };

  /** @param {number} timer */
  clearTimeout = (timer) => {
    this.#timers.delete(timer);
  };

  /** Lets time pass. @param {number} ms */
  pass(ms) {
    this.#now += ms;
    for (const [timer, { act, at }] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(timer);
      act();
    }
  }
}
