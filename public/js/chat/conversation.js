import { Outbox } from './outbox.js';
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

  #outbox;
  #request;
  /** @type {Promise<void>|null} */
  #fetching = null;

  /**
   * @param {object} options
   * @param {(message: ClientMessage) => Promise<ServerMessage>} options.request rejects with a `ProtocolError`
   * @param {(message: ClientMessage) => void} options.send
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ request, send, clock }) {
    this.#request = request;
    this.#outbox = new Outbox({
      clock,
      request: (line) => request({ type: 'chat', ...line }),
      // A repeat of a line that was stored already is answered with that line.
      settle: (reply) => reply.type === 'chat' && this.transcript.stored(reply.message),
      fail: (key, code) => this.transcript.failed(key, code),
    });
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
    await this.#outbox.add({ key, text });
  }

  /**
   * Sends a failed line again. It cannot appear twice.
   * @param {string} key
   */
  async retry(key) {
    const entry = this.transcript.retrying(key);
    if (entry) await this.#outbox.add({ key, text: entry.text });
  }

  /** Gives up the lines on their way and forgets who is typing, as the connection is gone. */
  disconnect() {
    this.#outbox.clear();
    this.typing.clear();
  }

  /**
   * Adds older messages to the transcript, if there are any.
   * @returns {Promise<void>} rejects with a `ProtocolError`
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

  async #fetchOlder() {
    const before = this.transcript.first;
    const reply = await this.#request({
      type: 'chat-history', ...(before !== null && { before }), limit: HISTORY_LIMIT,
    });
    if (reply.type === 'chat-history') this.transcript.prepend(reply.messages, reply.more);
  }
}
