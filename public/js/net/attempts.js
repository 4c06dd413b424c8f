import { Connection } from './connection.js';
import { Entrance } from './entrance.js';
import { retryDelay } from './retry.js';

/** @import { Clock } from './connection.js' */
/** @import { JoinRequest } from './protocol.js' */

/** How long a socket has to last for the next loss to be the first again. */
export const SETTLED_MS = 5_000;

/**
 * Attempts to get in, one at a time, when they are due.
 *
 * Events: `joined` (detail `{connection, joined}`) and `failed`, as of {@link Entrance}; after the latter it is up to the
 * caller to go on.
 */
export class Attempts extends EventTarget {
  #options;
  #join;
  #clock;
  #random;
  /** @type {Entrance|null} */
  #entrance = null;
  /** How many have failed in a row. */
  #failed = 0;
  /** @type {any} */
  #timer;
  /** @type {any} */
  #settledTimer;

  /**
   * @param {object} options
   * @param {ConstructorParameters<typeof Connection>[0]} options.connection of each one
   * @param {() => JoinRequest} options.join what each one is to say
   * @param {Clock} options.clock
   * @param {() => number} options.random from 0 to 1
   */
  constructor({ connection, join, clock, random }) {
    super();
    this.#options = connection;
    this.#join = join;
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether one is under way. */
  get busy() {
    return this.#entrance !== null;
  }

  /** Makes one now, instead of one under way. @param {number} patience as of {@link Entrance} */
  make(patience) {
    this.stop();
    const entrance = new Entrance({
      connection: new Connection(this.#options), join: this.#join, patience, clock: this.#clock,
    });
    entrance.addEventListener('joined', (event) => {
      this.#entrance = null;
      this.#settledTimer = this.#clock.setTimeout(() => { this.#failed = 0; }, SETTLED_MS);
      const { detail: joined } = /** @type {CustomEvent} */ (event);
      this.dispatchEvent(new CustomEvent('joined', { detail: { connection: entrance.connection, joined } }));
    });
    entrance.addEventListener('failed', (event) => {
      this.#entrance = null;
      this.dispatchEvent(new CustomEvent('failed', { detail: /** @type {CustomEvent} */ (event).detail }));
    });
    this.#entrance = entrance;
    entrance.connect();
  }

  /**
   * Makes one after a while.
   * @param {number} patience as of {@link Entrance}
   * @param {number} [delay] milliseconds; what the table says unless given
   */
  plan(patience, delay = retryDelay(this.#failed++, this.#random)) {
    this.stop();
    if (delay > 0) this.#timer = this.#clock.setTimeout(() => this.make(patience), delay);
    else this.make(patience);
  }

  /** Begins the table anew, and makes the first one now. @param {number} patience as of {@link Entrance} */
  hurry(patience) {
    this.#failed = 0;
    this.plan(patience);
  }

  /** Gives up what is under way or planned; no event comes. */
  stop() {
    for (const timer of [this.#timer, this.#settledTimer]) this.#clock.clearTimeout(timer);
    this.#entrance?.abandon();
    this.#entrance = null;
  }
}
