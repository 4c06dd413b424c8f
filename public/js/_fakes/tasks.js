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
