/** @import { Clock } from '../net/connection.js' */

/** After how long a time of good media without pictures those are tried again: first, second, third and last. */
export const PICTURES_AFTER_MS = [10_000, 30_000, 60_000];
/** Pictures that have come for so long are there to stay: the next time counts as the first. */
export const PICTURES_GOOD_MS = 60_000;

/** Sees to it that pictures that were given up are tried again. */
export class Pictures {
  #given;
  #well;
  #attempt;
  #clock;
  #tries = 0;
  /** @type {any} */
  #timer;

  /**
   * @param {object} options
   * @param {() => boolean} options.given whether this side has not given them up
   * @param {() => boolean} options.well whether there is nothing else to heal
   * @param {() => void} options.attempt called when they are to be tried again
   * @param {Clock} options.clock
   */
  constructor({ given, well, attempt, clock }) {
    this.#given = given;
    this.#well = well;
    this.#attempt = attempt;
    this.#clock = clock;
  }

  /** They were tried again, and may not have come. */
  get onTrial() {
    return this.#tries > 0 && this.#given() && this.#well();
  }

  /** What was asked for may be another now. */
  changed() {
    this.stop();
    if (this.onTrial) this.#timer = this.#clock.setTimeout(() => { this.#tries = 0; }, PICTURES_GOOD_MS);
    const wait = PICTURES_AFTER_MS[this.#tries];
    if (this.#given() || !this.#well() || wait === undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#tries++;
      this.#attempt();
      this.changed();
    }, wait);
  }

  /** Something has changed for the better: the next time counts as the first. */
  again() {
    this.#tries = 0;
    this.changed();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }
}
