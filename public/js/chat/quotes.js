import { TRIES } from './history.js';

/** @import { MessageEntry } from './entry.js' */
/** @import { History } from './history.js' */
/** @import { Transcript } from './transcript.js' */

/** Messages remembered at most. */
export const QUOTES_KEPT = 200;

/** The messages that replies answer, wherever they are. */
export class Quotes {
  #transcript;
  #history;
  /** By `n`, the one asked for last at the end. @type {Map<number, Promise<MessageEntry|null>>} */
  #asked = new Map();
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * @param {object} options
   * @param {Transcript} options.transcript
   * @param {History} options.history
   */
  constructor({ transcript, history }) {
    this.#transcript = transcript;
    this.#history = history;
  }

  /**
   * @param {number} n
   * @returns {Promise<MessageEntry|null>} null when there is none to read; rejects with a `ProtocolError`
   */
  get(n) {
    const there = this.#transcript.at(n);
    if (there) return Promise.resolve(there);
    const quote = this.#asked.get(n) ?? this.#ask(n);
    this.#asked.delete(n);
    this.#asked.set(n, quote);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= QUOTES_KEPT) break;
      this.#asked.delete(oldest);
    }
    return quote;
  }

  /** @param {number} n of a message that has changed */
  forget(n) {
    this.#asked.delete(n);
  }

  clear() {
    this.#asked.clear();
    this.#turn = Promise.resolve();
  }

  /** @param {number} n */
  #ask(n) {
    const quote = this.#turn.then(() => this.#fetch(n));
    this.#turn = quote.catch(() => {
      if (this.#asked.get(n) === quote) this.#asked.delete(n);
    });
    return quote;
  }

  /** @param {number} n */
  #fetch(n) {
    const there = this.#transcript.at(n);
    if (there) return there;
    return this.#history.insist({ type: 'chat-history', before: n + 1, limit: 1 }, ({ messages: [message] }) =>
      message?.n === n ? this.#transcript.read(message) : null, { tries: TRIES });
  }
}
