/** @typedef {'descriptions'|'candidates'} SignalKind */

/** How many signals may wait until those before them are applied. @type {Record<SignalKind, number>} */
export const MAX_WAITING = { descriptions: 4, candidates: 100 };

/** Applies signals one after the other, in the order they came; what comes too fast is dropped. */
export class SignalQueue {
  #last = Promise.resolve();
  /** @type {Record<SignalKind, number>} */
  #waiting = { descriptions: 0, candidates: 0 };
  #failed;

  /** @param {(error: unknown) => void} failed called with the error of a step, or a RangeError for a dropped one */
  constructor(failed) {
    this.#failed = failed;
  }

  /**
   * @param {SignalKind} kind
   * @param {() => Promise<void>} step
   * @returns {Promise<void>} when it is done, has failed or was dropped; never rejects
   */
  add(kind, step) {
    if (this.#waiting[kind] >= MAX_WAITING[kind]) {
      this.#failed(new RangeError(`too many ${kind}`));
      return Promise.resolve();
    }
    this.#waiting[kind]++;
    this.#last = this.#last.then(() => {
      this.#waiting[kind]--;
      return step();
    }).catch(this.#failed);
    return this.#last;
  }
}
