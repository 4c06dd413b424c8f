/** @import { ClientMessage } from './protocol.js' */
/** @typedef {{message: ClientMessage|null, keep: boolean}} Kept `message`: null once it is not to be sent again */

/** Own frames kept at most. */
export const KEPT_LIMIT = 1_000;

/**
 * Both counts of a session, and the own frames the server may not have got (docs/protocol.md, "Nothing lost across a
 * reconnect").
 */
export class Ledger {
  /** Frames that came. */
  got = 0;
  /** Whether a frame that the server lacks was forgotten. */
  torn = false;

  /** Own frames the server has. */
  #acknowledged = 0;
  /** The own frames since, in order. @type {Kept[]} */
  #kept = [];
  /** How many of those were written to a socket. */
  #written = 0;
  /** How many of those have a message. */
  #live = 0;

  /**
   * Adds an own frame. Over the bound the oldest that is no request is forgotten for it.
   * @param {ClientMessage} message
   * @param {boolean} [keep] false: written once at most
   * @returns {boolean} false when there is no place: all that is kept are requests
   */
  add(message, keep = true) {
    if (this.#live >= KEPT_LIMIT) {
      const oldest = this.#kept.findIndex((kept) => kept.message && kept.message.id === undefined);
      if (oldest === -1 && message.id !== undefined) return false;
      this.torn = true;
      if (oldest === -1) return true;
      this.#forget(oldest);
    }
    this.#kept.push({ message, keep });
    this.#live += 1;
    return true;
  }

  /** What is to be written to the socket now, in order. @returns {ClientMessage[]} */
  take() {
    const fresh = this.#kept.slice(this.#written);
    this.#written = this.#kept.length;
    const messages = fresh.flatMap(({ message }) => message ?? []);
    for (const kept of fresh) {
      if (kept.keep || !kept.message) continue;
      kept.message = null;
      this.#live -= 1;
    }
    return messages;
  }

  /** Forgets what the server has. @param {number} got how many frames that is; nonsense changes nothing */
  acknowledge(got) {
    const count = got - this.#acknowledged;
    if (!this.#isPossible(got)) return;
    for (const { message } of this.#kept.splice(0, count)) if (message) this.#live -= 1;
    this.#acknowledged = got;
    this.#written -= count;
  }

  /**
   * Goes on over another socket: what the server lacks is to be taken again.
   * @param {number} got how many frames the server has
   * @returns {boolean} false when some of what it lacks is not here any more
   */
  resume(got) {
    const whole = this.#isPossible(got);
    if (whole) this.acknowledge(got);
    this.#acknowledged = got;
    this.#kept = this.#kept.filter(({ message }) => message);
    this.#written = 0;
    const { torn } = this;
    this.torn = false;
    return whole && !torn;
  }

  /** Begins anew with nothing. */
  restart() {
    this.got = 0;
    this.torn = false;
    this.#acknowledged = this.#written = this.#live = 0;
    this.#kept = [];
  }

  /** Puts frames before all others; none may have been taken since `restart`. @param {ClientMessage[]} messages */
  precede(messages) {
    this.#kept.unshift(...messages.map((message) => ({ message, keep: true })));
    this.#live += messages.length;
  }

  /** @param {number} got */
  #isPossible(got) {
    return got >= this.#acknowledged && got <= this.#acknowledged + this.#written;
  }

  /** @param {number} place */
  #forget(place) {
    if (place < this.#written) this.#kept[place].message = null;
    else this.#kept.splice(place, 1);
    this.#live -= 1;
  }
}
