import { ProtocolError } from '../net/protocol.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { ServerMessage } from '../net/protocol.js' */
/** @import { Line } from './entry.js' */
/** @typedef {{line: Line, place: number, done: () => void}} Waiting */

/** Lines that may wait for the server's answer at the same time. */
export const IN_FLIGHT = 4;
/** Time between a `rate-limited` and the next attempt: more than what the server takes for a flood without a pause. */
export const PAUSE_MS = 1_200;

/**
 * Of a row of lines, how much goes out several at once; one unit a line and one a KiB of it. It is less than half of
 * the server's burst (docs/protocol.md, "Limits"), so that no line is refused while a later one is on its way.
 */
const SPRINT = 16;

const utf8 = new TextEncoder();

/**
 * Own lines on their way to the server, in the order they were written. One that the server is too busy for stays,
 * and those behind it wait.
 */
export class Outbox {
  #request;
  #settle;
  #fail;
  #isExpected;
  #clock;
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {Set<Waiting>} */
  #flying = new Set();
  /** Timers of those that wait for the one they are for. @type {Map<Waiting, any>} */
  #held = new Map();
  #spent = 0;
  #places = 0;
  /** @type {any} */
  #pause = null;

  /**
   * @param {object} options
   * @param {(line: Line) => Promise<ServerMessage>} options.request rejects with {@link ProtocolError}
   * @param {(reply: ServerMessage) => void} options.settle takes the answer to a line the server has
   * @param {(key: string, code: string) => void} options.fail takes the error code of a line that is given up
   * @param {(id: string) => boolean} [options.isExpected] whether a peer whom the server does not know may come back:
   *   private lines to them wait, and nothing waits for those
   * @param {Clock} [options.clock]
   */
  constructor({ request, settle, fail, isExpected = () => false, clock = globalThis }) {
    this.#request = request;
    this.#settle = settle;
    this.#fail = fail;
    this.#isExpected = isExpected;
    this.#clock = clock;
  }

  /**
   * @param {Line} line
   * @returns {Promise<void>} when the server has it or it has failed; never rejects
   */
  add(line) {
    return new Promise((resolve) => {
      this.#waiting.push({ line, place: this.#places++, done: resolve });
      this.#next();
    });
  }

  /** Sends what is on its way anew, as the answers to it were lost. */
  restart() {
    const lost = [...this.#flying].map((sent) => ({ ...sent }));
    this.#flying.clear();
    this.#waiting.push(...lost);
    this.#waiting.sort((a, b) => a.place - b.place);
    this.#next();
  }

  /** Gives up every line, as the session is over. */
  clear() {
    this.#clock.clearTimeout(this.#pause);
    this.#pause = null;
    for (const timer of this.#held.values()) this.#clock.clearTimeout(timer);
    const lines = [...this.#flying, ...this.#waiting, ...this.#held.keys()].sort((a, b) => a.place - b.place);
    this.#flying.clear();
    this.#held.clear();
    this.#waiting = [];
    this.#spent = 0;
    for (const lost of lines) this.#giveUp(lost, 'closed');
  }

  #next() {
    while (this.#pause === null && this.#waiting.length > 0 && this.#flying.size < this.#width()) {
      const next = /** @type {Waiting} */ (this.#waiting.shift());
      this.#flying.add(next);
      this.#spent += 1 + utf8.encode(next.line.text).length / 1024;
      this.#attempt(next);
    }
    if (this.#waiting.length + this.#flying.size === 0) this.#spent = 0;
  }

  #width() {
    return this.#spent < SPRINT ? IN_FLIGHT : 1;
  }

  /** @param {Waiting} sent */
  async #attempt(sent) {
    try {
      const reply = await this.#request(sent.line);
      if (!this.#flying.delete(sent)) return;
      this.#settle(reply);
      sent.done();
    } catch (error) {
      if (!this.#flying.has(sent)) return;
      const code = error instanceof ProtocolError ? error.code : 'internal';
      if (code === 'closed') this.clear();
      else if (code === 'rate-limited') this.#again(sent);
      else if (code === 'no-such-peer' && sent.line.to && this.#isExpected(sent.line.to)) this.#hold(sent);
      else {
        this.#flying.delete(sent);
        this.#giveUp(sent, code);
      }
    }
    this.#next();
  }

  /** @param {Waiting} refused */
  #again(refused) {
    this.#flying.delete(refused);
    this.#waiting.push(refused);
    this.#waiting.sort((a, b) => a.place - b.place);
    this.#spent = SPRINT;
    if (this.#pause !== null) return;
    this.#pause = this.#clock.setTimeout(() => {
      this.#pause = null;
      this.#next();
    }, PAUSE_MS);
  }

  /** @param {Waiting} early to somebody who is not back yet */
  #hold(early) {
    this.#flying.delete(early);
    this.#held.set(early, this.#clock.setTimeout(() => {
      this.#held.delete(early);
      this.#waiting.push(early);
      this.#waiting.sort((a, b) => a.place - b.place);
      this.#next();
    }, PAUSE_MS));
  }

  /**
   * @param {Waiting} lost
   * @param {string} code
   */
  #giveUp({ line, done }, code) {
    this.#fail(line.key, code);
    done();
  }
}
