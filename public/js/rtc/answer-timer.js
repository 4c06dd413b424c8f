/** @import { Clock } from '../net/connection.js' */

/** How long an own offer may be unanswered; and once an offer of the other side has collided with it. */
export const ANSWER_PATIENCE_MS = 10_000;
export const COLLISION_PATIENCE_MS = 3_000;
/** So often it runs out without an answer in between, each time after twice the patience. */
export const MAX_UNANSWERED = 4;

/** Tells when an own offer, or its answer, must have been lost. */
export class AnswerTimer {
  #lost;
  #clock;
  #unanswered = 0;
  /** @type {any} */
  #timer;

  /**
   * @param {() => void} lost
   * @param {Clock} clock
   */
  constructor(lost, clock) {
    this.#lost = lost;
    this.#clock = clock;
  }

  /** An own offer is out; `collided`: one of the other side was ignored for it. @param {boolean} [collided] */
  start(collided = false) {
    this.stop();
    if (this.#unanswered >= MAX_UNANSWERED) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#unanswered++;
      this.#lost();
    }, collided ? COLLISION_PATIENCE_MS : ANSWER_PATIENCE_MS * 2 ** this.#unanswered);
  }

  /** There was an answer. */
  answered() {
    this.#unanswered = 0;
    this.stop();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }
}
