import { ProtocolError } from './net/protocol.js';

/** @import { ClientMessage, Media, ServerMessage } from './net/protocol.js' */
/** @import { Clock } from './net/connection.js' */

/** How long to wait when the server wants no more updates just now. */
export const RETRY_MS = 1_000;

/** @typedef {Media & {screen: boolean, hand: boolean}} State */

/**
 * Keeps the room told which of the own devices are on and whether the hand is raised: one update at a time, and the
 * newest state in the end.
 */
export class Presence {
  /** Whether the hand is raised. */
  hand = false;

  #media;
  #request;
  #clock;
  /** What the last join said. @type {Media} */
  #said = { mic: false, camera: false };
  /** What the room knows. @type {State} */
  #told = { ...this.#said, screen: false, hand: false };
  /** Whether an update is on its way, or waits to be sent again. */
  #busy = false;
  /** How often `entered` or `stop` was called: an answer from before is of no use. */
  #starts = 0;
  /** @type {any} */
  #timer;

  /**
   * @param {object} options
   * @param {import('./rtc/local-media.js').LocalMedia} options.media
   * @param {(message: ClientMessage) => Promise<ServerMessage>} options.request rejects with ProtocolError; need not
   *   outlast `entered`
   * @param {Clock} [options.clock]
   */
  constructor({ media, request, clock = globalThis }) {
    this.#media = media;
    this.#request = request;
    this.#clock = clock;
  }

  /** What a join is to say. @returns {Media} */
  hello() {
    const { mic, camera } = this.#now();
    this.#said = { mic, camera };
    return this.#said;
  }

  /**
   * Goes by what the last join said and the room shows, and tells what has changed since.
   * @param {{screen: boolean, hand: boolean}} [shown] of oneself, in what the join was answered with
   */
  entered({ screen, hand } = { screen: false, hand: false }) {
    this.stop();
    this.#told = { ...this.#said, screen, hand };
    this.tell();
  }

  /** Tells nothing more of the present session. */
  stop() {
    this.#starts++;
    this.#busy = false;
    this.#clock.clearTimeout(this.#timer);
  }

  /** Sends what the room does not know yet, if there is anything. */
  async tell() {
    const now = this.#now();
    const keys = /** @type {(keyof State)[]} */ (Object.keys(now));
    const news = keys.filter((key) => now[key] !== this.#told[key]);
    if (this.#busy || news.length === 0) return;
    const starts = this.#starts;
    this.#busy = true;
    const code = await this.#update(Object.fromEntries(news.map((key) => [key, now[key]])));
    if (starts !== this.#starts) return;
    if (code === 'rate-limited' || code === 'internal') {
      this.#timer = this.#clock.setTimeout(() => this.#again(), RETRY_MS);
      return;
    }
    this.#told = now;
    if (code !== 'closed') this.#again();
  }

  #again() {
    this.#busy = false;
    this.tell();
  }

  /**
   * @param {Partial<State>} changes
   * @returns {Promise<string>} empty, or the code of the error it got
   */
  async #update(changes) {
    try {
      await this.#request({ type: 'update', ...changes });
      return '';
    } catch (error) {
      return error instanceof ProtocolError ? error.code : 'unknown';
    }
  }

  /** @returns {State} */
  #now() {
    const { mic, camera, screen } = this.#media;
    return { mic: mic.on, camera: camera.on, screen: screen.on, hand: this.hand };
  }
}
