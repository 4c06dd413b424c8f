import { fits } from './sdp.js';

/** @typedef {RTCIceCandidateInit|null} Candidate null: there are no more */

/** How many candidates are kept until there is the description they belong to. */
export const MAX_EARLY_CANDIDATES = 100;

/** Candidates that came before their description, or that belong to none that will ever come. */
export class EarlyCandidates {
  /** @type {Candidate[]} */
  #waiting = [];

  /** @param {Candidate} candidate throws a RangeError when there are too many */
  add(candidate) {
    if (this.#waiting.length >= MAX_EARLY_CANDIDATES) throw new RangeError('too many early candidates');
    this.#waiting.push(candidate);
  }

  /**
   * Takes out those of a description, in the order they came, and forgets all others.
   * @param {string} sdp
   */
  take(sdp) {
    let any = false;
    return this.#waiting.splice(0).filter((candidate) => {
      if (!candidate) return any;
      const fit = fits(candidate, sdp);
      any ||= fit;
      return fit;
    });
  }
}
