/** What one may react with, in the order it is offered. */
export const REACTIONS = Object.freeze(/** @type {const} */ (['👍', '❤️', '😂', '👏', '🎉', '😮']));

/** @typedef {typeof REACTIONS[number]} Reaction */

/** So many reactions of one person within the window are shown. */
export const MAX_REACTIONS = 5;
export const REACTIONS_WINDOW_MS = 2_000;

/** @param {unknown} value @returns {value is Reaction} */
export function isReaction(value) {
  return REACTIONS.includes(/** @type {Reaction} */ (value));
}

/** Lets through as many reactions of each person as are pleasant to see. */
export class ReactionFilter {
  #now;
  /** When each person's latest ones came, by peer id. @type {Map<string, number[]>} */
  #times = new Map();

  /** @param {() => number} [now] milliseconds of any clock */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Whether one more of this person may be shown, which counts as shown then. @param {string} id */
  admit(id) {
    const now = this.#now();
    const recent = (this.#times.get(id) ?? []).filter((time) => now - time < REACTIONS_WINDOW_MS);
    const admitted = recent.length < MAX_REACTIONS;
    if (admitted) recent.push(now);
    this.#times.set(id, recent);
    return admitted;
  }

  /** @param {string} id */
  forget(id) {
    this.#times.delete(id);
  }
}
