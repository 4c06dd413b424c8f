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

  now = () => this.#now;

  /** Lets time pass; what is due is done in its order. @param {number} ms */
  pass(ms) {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [timer, { act, at }] = next;
      this.#now = Math.max(this.#now, at);
      this.#timers.delete(timer);
      act();
    }
    this.#now = end;
  }

  /** The machine sleeps: time passes, but timers do not run on meanwhile. @param {number} ms */
  sleep(ms) {
    this.#now += ms;
    for (const timer of this.#timers.values()) timer.at += ms;
  }

  /** @param {number} end */
  #next(end) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end);
    return due.sort(([, a], [, b]) => a.at - b.at)[0];
  }
}
