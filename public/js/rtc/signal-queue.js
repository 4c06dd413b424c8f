import { fits } from './sdp.js';

/** @import { Signal } from './negotiation.js' */
/** @typedef {'descriptions'|'candidates'|'own'} SignalKind `own`: what this side does between two of the other's */
/** @typedef {{kind: SignalKind, signal?: Signal}} Waiting */

/** How many signals may wait until those before them are applied. @type {Record<SignalKind, number>} */
export const MAX_WAITING = { descriptions: 4, candidates: 100, own: 4 };

/**
 * Applies signals one after the other, in the order they came; what comes too fast is dropped. So is an offer that
 * still waits when the next one comes with no answer between them: who sent it has taken it back.
 */
export class SignalQueue {
  #last = Promise.resolve();
  /** In their order. @type {Waiting[]} */
  #waiting = [];
  #failed;

  /** @param {(error: unknown) => void} failed called with the error of a step, or a RangeError for a dropped one */
  constructor(failed) {
    this.#failed = failed;
  }

  /**
   * @param {SignalKind} kind
   * @param {() => Promise<void>} step
   * @param {Signal} [signal] that the step applies
   * @returns {Promise<void>} when it is done, has failed or was dropped; never rejects
   */
  add(kind, step, signal) {
    if (signal?.type === 'offer') this.#supersede(signal.sdp);
    if (this.#waiting.filter((entry) => entry.kind === kind).length >= MAX_WAITING[kind]) {
      this.#failed(new RangeError(`too many ${kind}`));
      return Promise.resolve();
    }
    const entry = { kind, signal };
    this.#waiting.push(entry);
    this.#last = this.#last.then(() => {
      if (!this.#waiting.includes(entry)) return undefined;
      this.#waiting.shift();
      return step();
    }).catch(this.#failed);
    return this.#last;
  }

  /** Drops the offer that waits and its candidates, but for those that the next one needs. @param {string} sdp */
  #supersede(sdp) {
    const since = this.#waiting.findLastIndex(({ signal }) => signal?.type !== 'candidate');
    if (this.#waiting[since]?.signal?.type !== 'offer') return;
    const candidates = this.#waiting.splice(since).slice(1);
    this.#waiting.push(...candidates.filter(({ signal }) => (
      signal?.type === 'candidate' && signal.candidate?.usernameFragment && fits(signal.candidate, sdp)
    )));
  }
}
