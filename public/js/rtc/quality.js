/** @import { Reading } from './reading.js' */
/** @typedef {0|1|2|3|4} Score how many bars */

/** From this share of lost packets, or this round trip in milliseconds, a connection has no more than so many bars. */
const BOUNDS = /** @type {const} */ ([
  { score: 0, loss: 0.2, roundTrip: Infinity, freezes: Infinity },
  { score: 1, loss: 0.1, roundTrip: 1_000, freezes: 3 },
  { score: 2, loss: 0.05, roundTrip: 600, freezes: 2 },
  { score: 3, loss: 0.02, roundTrip: 350, freezes: 1 },
]);
/** So many readings without a reason for less make one bar more. */
export const READINGS_TO_RECOVER = 3;

/** How good a connection is: falls at once, recovers slowly. */
export class Quality {
  /** @type {Score|null} null: not known */
  score = null;

  /** @type {Reading|null} */
  #last = null;
  #better = 0;

  /** @param {Reading|null} reading null: there is no connection */
  read(reading) {
    const last = this.#last;
    this.#last = reading;
    if (!reading) {
      this.score = null;
      this.#better = 0;
    } else if (last && reading.at > last.at) {
      this.#judge(scoreOf(last, reading));
    }
  }

  /** @param {Score} now */
  #judge(now) {
    if (this.score === null || now <= this.score) {
      this.#better = 0;
      this.score = now;
      return;
    }
    this.#better++;
    if (this.#better < READINGS_TO_RECOVER) return;
    this.#better = 0;
    this.score = /** @type {Score} */ (this.score + 1);
  }
}

/** @param {Reading} last @param {Reading} now @returns {Score} */
function scoreOf(last, now) {
  const lost = Math.max(0, now.lost - last.lost);
  const packets = Math.max(0, now.received - last.received) + lost;
  const loss = packets > 0 ? lost / packets : 0;
  const freezes = Math.max(0, now.freezes - last.freezes);
  const bound = BOUNDS.find((one) => (
    loss >= one.loss || (now.roundTrip ?? 0) >= one.roundTrip || freezes >= one.freezes
  ));
  return bound?.score ?? 4;
}
