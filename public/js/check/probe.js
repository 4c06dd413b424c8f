/** @import { Clock } from '../net/connection.js' */
/** @typedef {{roundTrip: number}} ProbeResult milliseconds */

/** So many messages go to and fro. */
export const ROUNDS = 3;

/** Why a probe did not succeed; `code` as its function says. */
export class ProbeError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.name = 'ProbeError';
    this.code = code;
  }
}

/**
 * Gives work a time.
 * @template T
 * @param {number} ms
 * @param {{clock: Clock, signal: AbortSignal, late: () => Error}} limits
 * @param {(signal: AbortSignal) => Promise<T>} work its signal ends with the work, with `limits.signal` and with the time
 * @returns {Promise<T>} rejects as the work does, with what `late` gives, or with the reason of the signal
 */
export async function within(ms, { clock, signal, late }, work) {
  signal.throwIfAborted();
  const end = new AbortController();
  /** @type {Promise<never>} */
  const ended = new Promise((_, reject) => {
    end.signal.addEventListener('abort', () => reject(end.signal.reason));
  });
  const cancel = () => end.abort(signal.reason);
  signal.addEventListener('abort', cancel);
  const timer = clock.setTimeout(() => end.abort(late()), ms);
  try {
    return await Promise.race([work(end.signal), ended]);
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    end.abort();
  }
}

/** Measures how long messages take that come back. */
export class RoundTrips {
  #send;
  #now;
  #done;
  #sentAt = 0;
  /** @type {number[]} */
  #taken = [];

  /**
   * @param {object} options
   * @param {() => void} options.send sends a message
   * @param {() => number} options.now milliseconds
   * @param {(result: ProbeResult) => void} options.done called with the median after {@link ROUNDS} of them
   */
  constructor({ send, now, done }) {
    this.#send = send;
    this.#now = now;
    this.#done = done;
  }

  next() {
    this.#sentAt = this.#now();
    this.#send();
  }

  /** The message has come back. */
  back() {
    this.#taken.push(this.#now() - this.#sentAt);
    if (this.#taken.length < ROUNDS) this.next();
    else this.#done({ roundTrip: this.#taken.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] });
  }
}
