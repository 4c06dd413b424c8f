import { ProtocolError } from './net/protocol.js';

/** @import { ClientMessage, Media, ServerMessage } from './net/protocol.js' */
/** @import { Clock } from './net/connection.js' */

/** How long to wait when the server wants no more updates just now. */
export const RETRY_MS = 1_000;

/** Keeps the room told which of the own devices are on: one update at a time, and the newest state in the end. */
export class Presence {
  #media;
  #request;
  #clock;
  /** What the last join said. @type {Media} */
  #said = { mic: false, camera: false };
  /** What the room knows. @type {Media} */
  #told = this.#said;
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
    this.#said = this.#now();
    return this.#said;
  }

  /** Goes by what the last join said, as the room knows nothing else, and tells what has changed since. */
  entered() {
    this.stop();
    this.#told = this.#said;
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
    const { mic, camera } = this.#told;
    if (this.#busy || (now.mic === mic && now.camera === camera)) return;
    const starts = this.#starts;
    this.#busy = true;
    const code = await this.#update({
      ...(now.mic !== mic && { mic: now.mic }), ...(now.camera !== camera && { camera: now.camera }),
    });
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
   * @param {Partial<Media>} changes
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

  /** @returns {Media} */
  #now() {
    return { mic: this.#media.mic.on, camera: this.#media.camera.on };
  }
}
