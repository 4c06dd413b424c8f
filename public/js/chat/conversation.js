import { ProtocolError } from '../net/protocol.js';
import { Transcript } from './transcript.js';
import { Typing } from './typing.js';

/** @import { ChatMessage, ClientMessage, ServerMessage } from '../net/protocol.js' */

/** Older messages asked for at once. */
const HISTORY_LIMIT = 50;

/** @returns {string} 128 random bits in hex; `crypto.randomUUID` is missing on insecure pages */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The chat of one room: what was said, and saying something. */
export class Conversation {
  transcript = new Transcript();
  /** @type {Typing} */
  typing;

  #request;
  /** @type {Promise<void>|null} */
  #fetching = null;

  /**
   * @param {object} options
   * @param {(message: ClientMessage) => Promise<ServerMessage>} options.request rejects with {@link ProtocolError}
   * @param {(message: ClientMessage) => void} options.send
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ request, send, clock }) {
    this.#request = request;
    this.typing = new Typing({ send: () => send({ type: 'typing' }), clock });
  }

  /**
   * Says something to all. The transcript shows what becomes of it.
   * @param {string} text
   * @param {string} name the own name
   * @returns {Promise<void>} when the server has it or the line has failed; never rejects
   */
  async say(text, name) {
    if (!text.trim()) return;
    const key = randomKey();
    this.transcript.pending({ key, text, name });
    await this.#deliver(key, text);
  }

  /**
   * Sends a failed line again. It cannot appear twice.
   * @param {string} key
   */
  async retry(key) {
    const entry = this.transcript.retrying(key);
    if (entry) await this.#deliver(key, entry.text);
  }

  /**
   * Adds older messages to the transcript, if there are any.
   * @returns {Promise<void>} rejects with {@link ProtocolError}
   */
  older() {
    if (!this.transcript.more) return Promise.resolve();
    this.#fetching ??= this.#fetchOlder().finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  /** @param {ChatMessage} message somebody's, or an own one on its way */
  stored(message) {
    this.typing.forget(message.from);
    this.transcript.stored(message);
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  async #deliver(key, text) {
    try {
      const reply = await this.#request({ type: 'chat', key, text });
      // A repeat of a line that was stored already is answered with that line.
      if (reply.type === 'chat') this.transcript.stored(reply.message);
    } catch (error) {
      this.transcript.failed(key, error instanceof ProtocolError ? error.code : 'internal');
    }
  }

  async #fetchOlder() {
    const before = this.transcript.first;
    const reply = await this.#request({
      type: 'chat-history', ...(before !== null && { before }), limit: HISTORY_LIMIT,
    });
    if (reply.type === 'chat-history') this.transcript.prepend(reply.messages, reply.more);
  }
}
