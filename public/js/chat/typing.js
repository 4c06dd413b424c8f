/** @import { Clock } from '../net/connection.js' */

/** The least time between two `typing` frames (docs/protocol.md, "Client to server"). */
export const TYPING_INTERVAL_MS = 3_000;
/** How long somebody counts as typing after the last frame that said so. */
export const TYPING_LASTS_MS = 5_000;

/** Who is typing, and telling the others of oneself. Event `change` when `typists` has changed. */
export class Typing extends EventTarget {
  /** Names by peer id. @type {Map<string, string>} */
  typists = new Map();

  #clock;
  #send;
  #quiet = false;
  /** @type {Map<string, any>} */
  #timers = new Map();

  /**
   * @param {object} options
   * @param {() => void} options.send tells the others
   * @param {Clock} [options.clock]
   */
  constructor({ send, clock = globalThis }) {
    super();
    this.#send = send;
    this.#clock = clock;
  }

  /** Tells the others, unless they were told a moment ago. */
  tell() {
    if (this.#quiet) return;
    this.#quiet = true;
    this.#clock.setTimeout(() => { this.#quiet = false; }, TYPING_INTERVAL_MS);
    this.#send();
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  heard(id, name) {
    this.#clock.clearTimeout(this.#timers.get(id));
    this.#timers.set(id, this.#clock.setTimeout(() => this.forget(id), TYPING_LASTS_MS));
    if (this.typists.get(id) === name) return;
    this.typists.set(id, name);
    this.dispatchEvent(new Event('change'));
  }

  /** @param {string} id of somebody who has sent the line, or left */
  forget(id) {
    this.#clock.clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    if (this.typists.delete(id)) this.dispatchEvent(new Event('change'));
  }

  clear() {
    for (const id of [...this.typists.keys()]) this.forget(id);
  }
}
