import { Connection } from './connection.js';
import { Entrance } from './entrance.js';
import { retryDelay } from './retry.js';

/** @import { Clock } from './connection.js' */
/** @import { JoinRequest } from './protocol.js' */

/** For so long an attempt that was hurried is left alone: signs of another network come in swarms. */
export const CALM_MS = 3_000;
/** The patience of an attempt grows with those that failed before it, up to this. */
export const MAX_PATIENCE_MS = 20_000;
/** How long a socket has to last for the next loss to be the first again. */
export const SETTLED_MS = 5_000;

/**
 * Attempts to get in, one at a time, when they are due.
 *
 * Events: `waiting`, `joined` (detail `{connection, joined}`) and `failed`, as of {@link Entrance}; after the last it is up
 * to the caller to go on.
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
  /** Runs after a hurried attempt. @type {any} */
  #calmTimer = null;
  /** Whether the server has said when to come. */
  #appointed = false;

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
      connection: new Connection(this.#options), join: this.#join, clock: this.#clock,
      patience: Math.max(patience, Math.min(MAX_PATIENCE_MS, patience * 1.5 ** (this.#failed - 1))),
    });
    entrance.addEventListener('waiting', () => {
      this.#settle();
      this.dispatchEvent(new Event('waiting'));
    });
    entrance.addEventListener('joined', (event) => {
      this.#entrance = null;
      this.#settle();
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
   * @param {number|null} [appointed] milliseconds, if the server has said so; otherwise what the table says
   */
  plan(patience, appointed = null) {
    const delay = appointed ?? retryDelay(this.#failed++, this.#random);
    this.stop();
    this.#appointed = appointed !== null;
    if (delay > 0) this.#timer = this.#clock.setTimeout(() => this.make(patience), delay);
    else this.make(patience);
  }

  /**
   * Begins the table anew, and makes the first one now, unless one was hurried just now or the server wants to be left
   * alone.
   * @param {number} patience as of {@link Entrance}
   */
  hurry(patience) {
    if (this.#calmTimer !== null || this.#appointed) return;
    this.#calmTimer = this.#clock.setTimeout(() => { this.#calmTimer = null; }, CALM_MS);
    this.#failed = 0;
    this.plan(patience);
  }

  /**
   * Gives up what is under way or planned; no event comes.
   * @param {{leaves?: boolean}} [options] `leaves`: nobody will come back
   */
  stop({ leaves = false } = {}) {
    for (const timer of [this.#timer, this.#settledTimer]) this.#clock.clearTimeout(timer);
    this.#appointed = false;
    if (leaves) this.#clock.clearTimeout(this.#calmTimer);
    this.#entrance?.abandon({ leaves });
    this.#entrance = null;
  }

  #settle() {
    this.#clock.clearTimeout(this.#settledTimer);
    this.#settledTimer = this.#clock.setTimeout(() => { this.#failed = 0; }, SETTLED_MS);
  }
}
